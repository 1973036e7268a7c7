"""Manners at the claim: what is not urgent waits for the morning, too much becomes a digest, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.orm import Session

from bot.actions.hours import Hours
from bot.core.clock import Clock
from bot.network import Network
from storage import manners
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.claimed import Claim
from storage.claims import carry, claim, claim_digests
from storage.database import Database
from storage.delivery import unfinished
from storage.fanout import skip
from storage.manners import SLICE
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from storage.terms import Terms
from storage.windows import Window, release
from tests.storage.people import add_broadcast, add_member


class Office:
    """People, what is broadcast to them, and a foreman who claims at any hour of the week from 2 to 8 March 2026."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self.database = database
        self.clock = clock
        self.network = network
        self.terms = Terms(manners=Hours(network))

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        local = datetime(2026, 3, day, hour, minute, tzinfo=self.network.zone)
        return local.astimezone(UTC)

    def member(self, user: str, **known: Any) -> int:
        return self.database.transact(lambda session: add_member(session, self.clock, user, **known).id)

    def broadcast(self, **changes: Any) -> int:
        def write(session: Session) -> int:
            broadcast_id = add_broadcast(session, self.clock)
            session.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(**changes or {"rate": None}))
            return broadcast_id

        return self.database.transact(write)

    def claims(self, lane: int, now: datetime, limit: int = 100, terms: Terms | None = None) -> Claim:
        terms = terms or self.terms
        return self.database.transact(lambda session: claim(session, "telegram", lane, 0, limit, "foreman", now, terms))

    def claims_digests(self, now: datetime, limit: int = 100) -> Claim:
        def take(session: Session) -> Claim:
            found = claim_digests(session, "telegram", limit, "foreman", now, self.terms)
            leads: dict[int, int] = {}
            for row in found.rows:
                leads.setdefault(row.address_id, row.id)
            carry(session, {row.id: leads[row.address_id] for row in found.rows if leads[row.address_id] != row.id})
            return found

        return self.database.transact(take)

    def sends(self, lane: int, now: datetime) -> list[str]:
        """Claim and deliver; returns who got it."""
        found = self.claims(lane, now)
        self.settles([row.id for row in found.rows], now)
        return [row.user for row in found.rows]

    def settles(self, rows: list[int], now: datetime, state: OutboxState = OutboxState.SENT) -> None:
        outcomes = [Outcome(row, state, external_id="1") for row in rows]
        self.database.transact(lambda session: settle(session, outcomes, "foreman", now))

    def rows(self) -> list[tuple[str, str, datetime | None]]:
        query = select(OutboxRow.state, OutboxRow.reason, OutboxRow.not_before).order_by(OutboxRow.id)
        return self.database.transact(lambda session: [tuple(row) for row in session.execute(query)])  # type: ignore[misc]

    def change(self, **values: Any) -> None:
        """Of every outbox row."""
        self.database.transact(lambda session: session.execute(update(OutboxRow).values(**values)))

    def counts(self, work: Callable[[Session], Any]) -> tuple[Any, int]:
        """What it returns, and how many statements it took."""
        statements: list[str] = []

        def note(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            return self.database.transact(work), len(statements)
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)

    def steps(self, work: Callable[[Session], object]) -> int:
        """How many of SQLite's own steps it takes; to pass over a row takes ten or more."""
        tens: list[None] = []

        def count(session: Session) -> None:
            connection = session.connection().connection.driver_connection
            assert connection is not None
            connection.set_progress_handler(lambda: tens.append(None), 10)
            work(session)
            connection.set_progress_handler(None, 0)

        self.database.transact(count)
        return 10 * len(tens)


@pytest.fixture
def office(database: Database, clock: Clock, mannered: Network) -> Office:
    return Office(database, clock, mannered)


def test_at_night_a_newsletter_waits_for_the_morning_and_goes_then(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    assert office.sends(lane, office.at(2, 22)) == []
    assert office.rows() == [("queued", "quiet", office.at(3, 8))]
    assert office.sends(lane, office.at(3, 7, 59)) == []
    assert office.sends(lane, office.at(3, 8)) == ["1"]
    assert [row[:2] for row in office.rows()] == [("sent", "")]


def test_by_day_it_goes_at_once(office: Office) -> None:
    office.member("1")
    assert office.sends(office.broadcast(), office.at(2, 12)) == ["1"]


def test_it_is_quiet_by_the_member_s_own_clock_abroad_and_by_the_network_s_at_home(office: Office) -> None:
    office.member("home", region="baki", country="AZ")
    office.member("nowhere")
    office.member("away", country="US")
    lane = office.broadcast()
    assert office.sends(lane, office.at(2, 22)) == ["away"]  # one in the afternoon in New York
    other = office.broadcast()
    assert office.sends(other, office.at(3, 12)) == ["home", "nowhere"]
    assert office.rows()[-1] == ("queued", "quiet", office.at(3, 17))  # eight in the morning there


def test_a_holiday_is_quiet_all_day_and_holidays_add_up(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    office.sends(lane, office.at(20, 12))  # Novruz, which lasts until the 24th
    assert office.rows() == [("queued", "quiet", office.at(25, 8))]


@pytest.mark.parametrize(
    ("changes", "goes"),
    [
        ({}, False),
        ({"urgent": "The storm comes tonight"}, True),
        ({"kind": BroadcastKind.CORRECTION}, False),
        ({"kind": BroadcastKind.RECALL}, True),
    ],
)
def test_what_is_urgent_or_says_nothing_disturbs_at_night(office: Office, changes: dict[str, str], goes: bool) -> None:
    office.member("1")
    assert office.sends(office.broadcast(**changes), office.at(2, 23)) == (["1"] if goes else [])


def test_a_copy_is_changed_in_place_at_any_hour(office: Office) -> None:
    office.member("1")
    lane = office.broadcast(kind=BroadcastKind.CORRECTION)
    office.change(edits=1)
    assert office.sends(lane, office.at(2, 23)) == ["1"]


def test_what_is_in_doubt_is_settled_at_night_too(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    office.change(doubts=1, tried_at=office.at(2, 20))
    assert office.sends(lane, office.at(2, 22)) == ["1"]


def test_a_retry_waits_for_the_morning_as_well(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    row = office.claims(lane, office.at(2, 20)).rows[0]
    later = Outcome(row.id, OutboxState.QUEUED, hold=office.at(2, 22))
    office.database.transact(lambda session: settle(session, [later], "foreman", office.at(2, 20)))
    assert office.sends(lane, office.at(2, 22)) == []
    assert office.rows() == [("queued", "quiet", office.at(3, 8))]


def test_no_bell_rings_at_night_and_who_has_just_written_gets_what_waited_for_them(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    windowed = office.terms._replace(window=Window(timedelta(hours=24)))
    assert office.claims(lane, office.at(2, 22), terms=windowed).rows == []
    assert [row[:2] for row in office.rows()] == [("queued", "quiet")]
    bell = office.claims(lane, office.at(3, 8), terms=windowed).rows
    assert [(row.user, row.bell) for row in bell] == [("1", True)]
    office.settles([bell[0].id], office.at(3, 8), OutboxState.HELD)

    def writes(session: Session) -> None:
        session.execute(update(MemberAddress).values(last_inbound_at=office.at(3, 23)))
        release(session, session.scalars(select(MemberAddress.id)).all())

    office.database.transact(writes)
    again = office.claims(lane, office.at(3, 23), terms=windowed).rows
    assert [(row.user, row.bell) for row in again] == [("1", False)]


def test_whoever_left_is_left_out_at_once_even_at_night(office: Office) -> None:
    office.member("1")
    lane = office.broadcast()
    office.database.transact(lambda session: session.execute(update(Member).values(stopped_at=office.at(1, 1))))
    office.claims(lane, office.at(2, 22))
    assert [row[:2] for row in office.rows()] == [("skipped", "left")]


def test_beyond_its_time_nobody_gets_it_not_even_in_the_morning(office: Office) -> None:
    for user in ("1", "2"):
        office.member(user)
    lane = office.broadcast(expires_at=office.at(3, 7))
    assert office.claims(lane, office.at(2, 22)).rows == []
    assert office.claims(lane, office.at(3, 8)).rows == []
    assert [row[:2] for row in office.rows()] == [("skipped", "stale")] * 2


def test_the_third_of_a_day_is_kept_for_the_next_morning(office: Office) -> None:
    office.member("1")
    lanes = [office.broadcast() for _ in range(3)]
    assert [office.sends(lane, office.at(2, 12)) for lane in lanes] == [["1"], ["1"], []]
    assert office.rows()[2] == ("queued", "digest", office.at(3, 8))
    assert office.sends(lanes[2], office.at(3, 8)) == []
    digest = office.claims_digests(office.at(3, 8)).rows
    assert [(row.broadcast_id, row.kept) for row in digest] == [(lanes[2], True)]


def test_a_limit_of_none_keeps_nothing(office: Office, network: Network) -> None:
    office.terms = Terms(manners=Hours(network))
    office.member("1")
    assert [office.sends(office.broadcast(), office.at(2, 12)) for _ in range(4)] == [["1"]] * 4


def test_urgent_ones_neither_count_nor_join_a_digest(office: Office) -> None:
    office.member("1")
    urgent = [office.broadcast(urgent="Now") for _ in range(3)]
    assert [office.sends(lane, office.at(2, 12)) for lane in urgent] == [["1"]] * 3
    plain = [office.broadcast() for _ in range(2)]
    assert [office.sends(lane, office.at(2, 12)) for lane in plain] == [["1"]] * 2
    assert office.sends(office.broadcast(urgent="Now"), office.at(2, 12)) == ["1"]


def test_a_correction_counts_and_is_not_kept(office: Office) -> None:
    office.member("1")
    correction = office.broadcast(kind=BroadcastKind.CORRECTION)
    lanes = [office.broadcast(), correction, office.broadcast(), office.broadcast(kind=BroadcastKind.CORRECTION)]
    assert [office.sends(lane, office.at(2, 12)) for lane in lanes] == [["1"], ["1"], [], ["1"]]


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (OutboxState.SENT, True),
        (OutboxState.READ, True),
        (OutboxState.DOUBT, True),
        (OutboxState.REFUSED, False),
        (OutboxState.SKIPPED, False),
    ],
)
def test_only_what_may_have_come_counts(office: Office, state: OutboxState, counts: bool) -> None:
    office.member("1")
    for _ in range(2):
        office.sends(office.broadcast(), office.at(2, 12))
    office.change(state=state)
    assert office.sends(office.broadcast(), office.at(2, 13)) == ([] if counts else ["1"])


def test_a_new_day_begins_at_midnight_of_the_network(office: Office) -> None:
    office.member("1", country="US")
    lanes = [office.broadcast() for _ in range(3)]
    for lane in lanes[:2]:
        assert office.sends(lane, office.at(2, 23, 50)) == ["1"]  # ten to three in New York
    assert office.sends(lanes[2], office.at(3, 0, 1)) == ["1"]


def test_each_member_has_a_day_of_their_own_on_whatever_address(office: Office) -> None:
    first, _second = office.member("1"), office.member("2")
    for _ in range(2):
        office.sends(office.broadcast(), office.at(2, 12))

    def moves(session: Session) -> None:
        session.execute(update(MemberAddress).where(MemberAddress.member_id == first).values(preferred=False))
        session.add(MemberAddress(channel="telegram", user="1 again", member_id=first, created_at=office.clock.now()))

    office.database.transact(moves)
    office.member("3")
    assert office.sends(office.broadcast(), office.at(2, 12)) == ["3"]


def test_where_no_hour_is_quiet_a_digest_goes_at_nine(database: Database, clock: Clock, mannered: Network) -> None:
    never = replace(mannered, manners=replace(mannered.manners, quiet_from=time(), quiet_until=time()))
    office = Office(database, clock, never)
    office.member("1")
    for _ in range(3):
        office.sends(office.broadcast(), office.at(2, 22))
    assert office.rows()[2] == ("queued", "digest", office.at(3, 9))


def _three_kept(office: Office) -> list[int]:
    """Two members got two messages yesterday, and three more were kept for each."""
    for user in ("1", "2"):
        office.member(user)
    for _ in range(2):
        office.sends(office.broadcast(), office.at(2, 12))
    lanes = [office.broadcast() for _ in range(3)]
    for lane in lanes:
        assert office.sends(lane, office.at(2, 13)) == []
    return lanes


def test_a_digest_brings_all_that_was_kept_for_somebody_whole(office: Office) -> None:
    lanes = _three_kept(office)
    assert office.claims_digests(office.at(3, 7, 59)).rows == []
    found = office.claims_digests(office.at(3, 8), limit=1)
    assert [(row.user, row.broadcast_id) for row in found.rows] == [("1", lane) for lane in lanes]
    rest = office.claims_digests(office.at(3, 8), limit=5)
    assert [(row.user, row.broadcast_id) for row in rest.rows] == [("2", lane) for lane in lanes]


def test_a_digest_counts_as_one_message_of_its_day_before_it_goes_and_after(office: Office) -> None:
    _three_kept(office)
    assert office.sends(office.broadcast(), office.at(3, 8)) == ["1", "2"]
    assert office.sends(office.broadcast(), office.at(3, 8)) == []
    office.settles([row.id for row in office.claims_digests(office.at(3, 8)).rows], office.at(3, 8))
    assert office.sends(office.broadcast(), office.at(3, 9)) == []
    kept = [row for row in office.rows() if row[:2] == ("queued", "digest")]
    assert kept == [("queued", "digest", office.at(4, 8))] * 4


def test_a_digest_whose_morning_was_missed_waits_for_the_next(office: Office) -> None:
    _three_kept(office)
    assert office.claims_digests(office.at(3, 22)).rows == []
    assert {row for row in office.rows() if row[0] == "queued"} == {("queued", "digest", office.at(4, 8))}
    assert len(office.claims_digests(office.at(4, 8)).rows) == 6


def test_a_paused_broadcast_is_left_out_of_the_digest_and_a_cancelled_one_never_joins(office: Office) -> None:
    lanes = _three_kept(office)

    def stop(session: Session) -> None:
        session.get_one(Broadcast, lanes[0]).state = BroadcastState.PAUSED
        session.get_one(Broadcast, lanes[1]).state = BroadcastState.CANCELLED

    office.database.transact(stop)
    found = office.claims_digests(office.at(3, 8), limit=1)
    assert [row.broadcast_id for row in found.rows] == [lanes[2]]


def test_what_is_of_no_use_any_more_is_left_out_of_the_digest(office: Office) -> None:
    lanes = _three_kept(office)

    def over(session: Session) -> None:
        session.get_one(Broadcast, lanes[1]).expires_at = office.at(3, 8)

    office.database.transact(over)
    found = office.claims_digests(office.at(3, 8), limit=1)
    assert [row.broadcast_id for row in found.rows] == [lanes[0], lanes[2]]
    assert ("skipped", "stale") in {row[:2] for row in office.rows()}


def test_a_digest_in_doubt_is_the_same_one_again(office: Office) -> None:
    _three_kept(office)
    sent = office.claims_digests(office.at(3, 8), limit=1)
    doubted = [Outcome(row.id, OutboxState.DOUBT, hold=office.at(3, 8, 1)) for row in sent.rows]
    office.database.transact(lambda session: settle(session, doubted, "foreman", office.at(3, 8)))
    office.claims_digests(office.at(3, 8), limit=9)  # the other member's
    again = office.claims_digests(office.at(3, 8, 1))
    assert [(row.id, row.doubts, row.carrier) for row in again.rows] == [
        (sent.rows[0].id, 1, None),
        (sent.rows[1].id, 1, sent.rows[0].id),
        (sent.rows[2].id, 1, sent.rows[0].id),
    ]


def test_of_a_digest_in_doubt_the_rest_does_not_wait_for_what_is_paused(office: Office) -> None:
    lanes = _three_kept(office)
    sent = office.claims_digests(office.at(3, 8), limit=1)
    doubted = [Outcome(row.id, OutboxState.DOUBT, hold=office.at(3, 8, 1)) for row in sent.rows]
    office.database.transact(lambda session: settle(session, doubted, "foreman", office.at(3, 8)))
    office.claims_digests(office.at(3, 8), limit=9)  # the other member's

    def turns(state: BroadcastState) -> None:
        office.database.transact(lambda session: setattr(session.get_one(Broadcast, lanes[0]), "state", state))

    turns(BroadcastState.PAUSED)
    assert [row.broadcast_id for row in office.claims_digests(office.at(3, 8, 1)).rows] == lanes[1:]
    turns(BroadcastState.SENDING)
    assert [row.broadcast_id for row in office.claims_digests(office.at(3, 8, 1)).rows] == lanes[:1]


def test_a_digest_that_did_not_leave_goes_again(office: Office) -> None:
    _three_kept(office)
    for hold in (None, office.at(3, 8)):
        taken = office.claims_digests(office.at(3, 8), limit=1).rows
        assert len(taken) == 3
        again = [Outcome(row.id, OutboxState.QUEUED, hold=hold, attempted=False) for row in taken]
        office.database.transact(lambda session, again=again: settle(session, again, "foreman", office.at(3, 8)))  # type: ignore[misc]
    assert len(office.claims_digests(office.at(3, 8), limit=1).rows) == 3


def test_it_stays_one_digest_while_a_bell_rings_for_it(office: Office) -> None:
    _three_kept(office)
    office.terms = office.terms._replace(window=Window(timedelta(hours=24)))
    bells = office.claims_digests(office.at(3, 8), limit=1).rows
    assert [row.bell for row in bells] == [True]
    office.settles([bells[0].id], office.at(3, 8), OutboxState.HELD)
    assert [row[:2] for row in office.rows()].count(("held", "digest")) == 3

    def writes(session: Session) -> None:
        address_id = bells[0].address_id
        session.execute(
            update(MemberAddress).where(MemberAddress.id == address_id).values(last_inbound_at=office.at(3, 22))
        )
        release(session, [address_id])

    office.database.transact(writes)
    heard = office.claims_digests(office.at(3, 22)).rows
    assert [(row.user, row.bell, row.kept) for row in heard] == [("1", False, True)] * 3


def test_it_stays_one_digest_where_no_more_bells_may_ring_today(office: Office) -> None:
    _three_kept(office)
    office.terms = office.terms._replace(window=Window(timedelta(hours=24), bells=1))
    assert [(row.user, row.bell) for row in office.claims_digests(office.at(3, 8)).rows] == [("1", True)]
    kept = [row for row in office.rows() if row[0] == "queued"]
    assert kept == [("queued", "digest", office.at(4, 8))] * 3
    assert [(row.user, row.bell) for row in office.claims_digests(office.at(4, 8)).rows] == [("2", True)]
    assert [row[:2] for row in office.rows()].count(("held", "digest")) == 4


def test_that_digest_goes_at_once_should_its_reader_write_before(office: Office) -> None:
    _three_kept(office)
    second = 2
    office.terms = office.terms._replace(window=Window(timedelta(hours=24), bells=1))
    office.claims_digests(office.at(3, 8))

    def writes(session: Session) -> None:
        written = update(MemberAddress).where(MemberAddress.id == second).values(last_inbound_at=office.at(3, 12))
        session.execute(written)
        assert release(session, [second]) == 3

    office.database.transact(writes)
    found = office.claims_digests(office.at(3, 12)).rows
    assert [(row.user, row.bell, row.kept) for row in found] == [("2", False, True)] * 3


def test_whoever_stopped_its_topics_overnight_is_left_out_of_the_digest(office: Office) -> None:
    lanes = _three_kept(office)

    def stops(session: Session) -> None:
        session.get_one(Broadcast, lanes[1]).audience = {"topics": ["education"]}

    office.database.transact(stops)
    found = office.claims_digests(office.at(3, 8), limit=1)
    assert [row.broadcast_id for row in found.rows] == [lanes[0], lanes[2]]
    assert ("skipped", "left") in {row[:2] for row in office.rows()}


def _many(office: Office, members: int) -> None:
    def write(session: Session) -> None:
        now = office.clock.now()
        known = {"language": "en", "created_at": now, "registered_at": now, "consented_at": now}
        session.execute(insert(Member), [{"id": each, **known} for each in range(1, members + 1)])
        addresses = [{"user": str(each), "member_id": each} for each in range(1, members + 1)]
        session.execute(insert(MemberAddress).values(channel="telegram", created_at=now), addresses)

    office.database.transact(write)


def test_a_whole_broadcast_falls_asleep_in_a_few_looks(office: Office) -> None:
    _many(office, SLICE + 500)
    lane = office.broadcast()
    looked = [office.claims(lane, office.at(2, 22), limit=4).looked_at for _ in range(3)]
    assert looked == [4, 4, 0]
    waiting = select(func.count()).where(OutboxRow.reason == "quiet", OutboxRow.not_before == office.at(3, 8))
    assert office.database.transact(lambda session: session.scalar(waiting)) == SLICE + 500


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_look_passes_over_what_waits_for_something_else(office: Office) -> None:
    _many(office, 2_000)
    kept, paused, held = (office.broadcast() for _ in range(3))
    now = office.at(3, 8)

    waits: dict[int, dict[str, Any]] = {
        kept: {"reason": "digest", "not_before": now},
        paused: {"reason": "digest", "not_before": office.at(3, 7)},
        held: {"state": "held"},
    }

    def wait(session: Session) -> None:
        for lane, values in waits.items():
            session.execute(update(OutboxRow).where(OutboxRow.broadcast_id == lane).values(**values))
        session.get_one(Broadcast, paused).state = BroadcastState.PAUSED

    office.database.transact(wait)
    counted = office.terms._replace(counted=[kept, held])
    looks: dict[str, Callable[[Session], object]] = {
        "what wakes": lambda session: claim(session, "telegram", kept, 0, 10, "foreman", now, counted),
        "digests": lambda session: claim_digests(session, "telegram", 1, "foreman", now, counted),
        "unfinished": lambda session: unfinished(session, held),
        "closed": lambda session: skip(session, held, "closed", now, OutboxRow.channel > "telegram"),
    }
    steps = {name: office.steps(look) for name, look in looks.items()}
    assert {name: number for name, number in steps.items() if number > 4_000} == {}


def test_a_plain_claim_asks_nothing_more_for_manners_sake(office: Office) -> None:
    _many(office, 50)
    lane = office.broadcast()
    noon = office.at(2, 12)

    def taking(terms: Terms) -> Callable[[Session], int]:
        return lambda session: len(claim(session, "telegram", lane, 0, 10, "foreman", noon, terms).rows)

    known = office.terms._replace(counted=[lane])
    rows, statements = office.counts(taking(Terms()))
    assert office.counts(taking(known)) == (rows, statements) == (10, statements)


def test_the_confirm_page_s_counts(office: Office) -> None:
    office.member("home", region="baki", country="AZ")
    office.member("away", country="US")
    hours = Hours(office.network)

    def counted(now: datetime) -> tuple[int, int]:
        def look(session: Session) -> tuple[int, int]:
            asked = (session, Audience(), hours, now)
            return manners.count_quiet(*asked), manners.count_full(*asked)

        return office.database.transact(look)

    assert counted(office.at(2, 20)) == (0, 0)
    assert counted(office.at(2, 22)) == (1, 0)
    assert counted(office.at(2, 12)) == (1, 0)  # three in the morning in New York
    for _ in range(2):
        office.sends(office.broadcast(), office.at(2, 19))
    assert counted(office.at(2, 20)) == (0, 2)
    assert counted(office.at(3, 17)) == (0, 0)
