"""A code is good once, for a while, for one; and what told of two members tells of one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import addresses, linking, memberships
from bot.actions.linking import Fault, Pair
from bot.core.clock import Clock
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.delivery import tally
from storage.fanout import fan_out
from storage.links import LinkCode, LinkTry, count_tries
from storage.members import Member, MemberAddress, find_address
from storage.newsletters import Newsletter
from storage.organisations import Organisation
from storage.outbox import OutboxRow, OutboxState
from storage.staff import AuditEntry, record
from tests.storage.people import add_broadcast, add_member


def address_of(session: Session, channel: str, user: str) -> MemberAddress:
    address = find_address(session, channel, user)
    assert address is not None
    return address


def on_two(session: Session, clock: Clock) -> tuple[Member, Member]:
    """Two members, one on each messenger."""
    return add_member(session, clock, "1", "health"), add_member(session, clock, "2", "peace", channel="whatsapp")


def join(session: Session, clock: Clock, kept: Member, user: str = "2") -> None:
    code = linking.new_code(session, kept, clock.now())
    pair = linking.enter(session, address_of(session, "whatsapp", user), code, clock.now())
    assert isinstance(pair, Pair)
    assert linking.join(session, pair, clock.now())


def test_only_the_hash_of_one_code_is_kept(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        member, _other = on_two(session, clock)
        codes = [linking.new_code(session, member, clock.now()) for _each in range(2)]
        kept = session.scalars(select(LinkCode)).one()
        assert (kept.member_id, len(kept.code_hash)) == (member.id, 64)
        entered = address_of(session, "whatsapp", "2")
        assert linking.enter(session, entered, codes[0], clock.now()) is Fault.WRONG
        assert isinstance(linking.enter(session, entered, codes[1], clock.now()), Pair)
        clock.advance(timedelta(days=2))
        linking.new_code(session, session.get_one(Member, entered.member_id), clock.now())
        assert session.scalars(select(LinkCode.member_id)).all() == [entered.member_id]

    database.transact(story)


def test_wrong_codes_are_counted_by_address_for_an_hour(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        first, _second = on_two(session, clock)
        here, there = address_of(session, "telegram", "1"), address_of(session, "whatsapp", "2")
        for _each in range(linking.TRIES):
            assert linking.enter(session, there, "KM4P-7RTX", clock.now()) is Fault.WRONG
        code = linking.new_code(session, first, clock.now())
        assert linking.enter(session, there, code, clock.now()) is Fault.TRIED
        assert linking.enter(session, here, code, clock.now()) is Fault.OWN
        clock.advance(linking.PAUSE)
        assert linking.enter(session, there, code, clock.now()) is Fault.EXPIRED
        assert linking.enter(session, there, "KM4P-7RTX", clock.now()) is Fault.WRONG
        assert session.scalar(select(func.count(LinkTry.id))) == 1
        assert count_tries(session, there.id, clock.now() - linking.PAUSE) == 1

    database.transact(story)


def test_two_who_enter_one_code_at_once_are_not_both_joined(database: Database, clock: Clock) -> None:
    def begin(session: Session) -> str:
        first, _second = on_two(session, clock)
        add_member(session, clock, "3", channel="whatsapp")
        return linking.new_code(session, first, clock.now())

    code = database.transact(begin)
    ready = None if database.is_sqlite else Barrier(2)  # SQLite has one writer: they come one after the other

    def enter(user: str) -> bool:
        def work(session: Session) -> bool:
            pair = linking.enter(session, address_of(session, "whatsapp", user), code, clock.now())
            if ready is not None:
                with suppress(BrokenBarrierError):  # a transaction that runs again waits for nobody
                    ready.wait(2)
            return isinstance(pair, Pair) and linking.join(session, pair, clock.now())

        return database.transact(work)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, ["2", "3"])) == [False, True]
    with Session(database.engine) as session:
        assert session.scalar(select(func.count(Member.id))) == 2
        preferred = select(MemberAddress.member_id).where(MemberAddress.preferred)
        assert sorted(session.scalars(preferred)) == sorted(session.scalars(select(Member.id)))


def test_two_who_enter_each_others_codes_at_once_are_joined_once(database: Database, clock: Clock) -> None:
    def begin(session: Session) -> list[str]:
        return [linking.new_code(session, member, clock.now()) for member in on_two(session, clock)]

    codes = database.transact(begin)
    places = [("whatsapp", "2"), ("telegram", "1")]

    def enter(number: int) -> bool:
        def work(session: Session) -> bool:
            pair = linking.enter(session, address_of(session, *places[number]), codes[number], clock.now())
            return isinstance(pair, Pair) and linking.join(session, pair, clock.now())

        return database.transact(work)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == [False, True]
    with Session(database.engine) as session:
        member = session.scalars(select(Member)).one()
        assert session.scalars(select(MemberAddress.member_id)).all() == [member.id, member.id]


def test_a_broadcast_keeps_all_its_rows_and_reaches_one_person_once(database: Database, clock: Clock) -> None:
    """Of the two rows of one person, the one that came furthest is theirs."""
    table = [
        ("sent", "delivered", ("sent", True), ("delivered", False)),
        ("queued", "queued", ("queued", True), ("skipped", False)),
        ("sent", "queued", ("sent", True), ("skipped", False)),
        ("queued", "sent", ("skipped", False), ("sent", True)),
        ("held", "sending", ("skipped", False), ("sending", True)),
        ("refused", "queued", ("refused", False), ("queued", True)),
        ("refused", "refused", ("refused", True), ("refused", False)),
        ("doubt", "held", ("doubt", True), ("skipped", False)),
        ("", "sent", None, ("sent", True)),
        ("read", "", ("read", True), None),
    ]

    def story(session: Session) -> None:
        kept, gone = on_two(session, clock)
        kept_id, gone_id = kept.id, gone.id
        broadcasts = []
        for states in table:
            broadcast = add_broadcast(session, clock)
            broadcasts.append(broadcast)
            for member_id, state in zip((kept_id, gone_id), states[:2], strict=True):
                row = session.scalars(
                    select(OutboxRow).where(OutboxRow.broadcast_id == broadcast, OutboxRow.member_id == member_id)
                ).one()
                if state:
                    row.state = OutboxState(state)
                else:
                    session.delete(row)
        session.flush()
        join(session, clock, kept)
        session.expire_all()
        for broadcast, (_kept, _gone, *expected) in zip(broadcasts, table, strict=True):
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.broadcast_id == broadcast).order_by(OutboxRow.address_id)
            )
            found = [(row.state, row.member_id == kept_id) for row in rows]
            assert found == [each for each in expected if each is not None]
            assert sum(each.rows for each in tally(session, broadcast)) == len(found)

    database.transact(story)


def test_a_broadcast_that_is_still_being_written_writes_no_second_row(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        gone = add_member(session, clock, "2", channel="whatsapp")
        gone_id = gone.id
        newsletter = Newsletter(source="en", texts={"en": "News"}, audience={}, created_at=clock.now())
        session.add(newsletter)
        session.flush()
        broadcast = Broadcast(
            newsletter_id=newsletter.id, state="sending", audience={}, created_at=clock.now(), fired_at=clock.now()
        )
        session.add(broadcast)
        session.flush()
        assert fan_out(session, broadcast, clock.now())
        kept = add_member(session, clock, "1")
        assert kept.id > gone_id
        join(session, clock, kept)
        while fan_out(session, broadcast, clock.now()):
            pass
        rows = session.execute(select(OutboxRow.channel, OutboxRow.member_id, OutboxRow.state)).all()
        assert [tuple(row) for row in rows] == [("whatsapp", kept.id, "queued")]

    database.transact(story)


def test_what_the_other_wrote_and_decided_is_theirs(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        kept, gone = on_two(session, clock)
        kept_id, gone_id, now = kept.id, gone.id, clock.now()
        kept.phone, gone.phone, gone.email = "+994501111111", "+994502222222", "gone@example.org"
        session.add(Newsletter(author_id=gone_id, source="en", texts={}, audience={}, created_at=now))
        record(session, now, gone_id, "membership.confirmed", member=gone_id, organisation=1)
        session.flush()
        join(session, clock, kept)
        session.expire_all()
        assert session.scalars(select(Newsletter.author_id)).all() == [kept_id]
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor_id, entry.detail) == (kept_id, {"member": kept_id, "organisation": 1})
        one = session.scalars(select(Member)).one()
        assert (one.id, one.phone, one.email) == (kept_id, "+994501111111", "gone@example.org")

    database.transact(story)


def test_organisations_are_united_but_never_guessed(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        now = clock.now()
        names = ("Hope", "Initiative")
        hope, initiative = (Organisation(name=name, folded=name.lower(), created_at=now) for name in names)
        session.add_all([hope, initiative])
        session.flush()
        for kept_is, gone_is, expected in [
            ((hope, "pending"), (hope, "confirmed"), (hope, "confirmed")),
            ((hope, "pending"), (initiative, "confirmed"), (hope, "pending")),
            ((hope, "confirmed"), (initiative, "pending"), (hope, "confirmed")),
            ((None, ""), (hope, "confirmed"), (hope, "confirmed")),
            ((hope, "pending"), (None, ""), (hope, "pending")),
        ]:
            user = str(session.scalar(select(func.count(MemberAddress.id))))
            kept, gone = (add_member(session, clock, user, channel=channel) for channel in ("telegram", "whatsapp"))
            for member, (organisation, membership) in ((kept, kept_is), (gone, gone_is)):
                member.organisation_id = None if organisation is None else organisation.id
                member.membership = membership
            session.flush()
            join(session, clock, kept, user)
            assert (kept.organisation_id, kept.membership) == (expected[0].id, expected[1])

    database.transact(story)


def test_who_waited_for_a_colleague_that_became_somebody_else_is_asked_about_again(
    database: Database, clock: Clock
) -> None:
    """The last confirmed member of an organisation keeps another one: somebody else must answer for those who wait."""

    def story(session: Session) -> None:
        now = clock.now()
        hope, initiative = (Organisation(name=name, folded=name, created_at=now) for name in ("hope", "initiative"))
        session.add_all([hope, initiative])
        session.flush()
        kept, gone = on_two(session, clock)
        memberships.join(session, kept, hope, now)
        memberships.join(session, gone, initiative, now)
        gone_id = gone.id
        waits = add_member(session, clock, "3")
        memberships.join(session, waits, initiative, now)
        assert session.scalars(select(OutboxRow.member_id)).all() == [gone_id]
        join(session, clock, kept)
        assert (kept.organisation_id, kept.membership) == (hope.id, "confirmed")
        assert waits.membership == "pending"
        asked = session.scalars(select(OutboxRow.key).where(OutboxRow.member_id == kept.id)).all()
        assert [key and key.startswith(f"join:{waits.id}:") for key in asked] == [True]

    database.transact(story)


def test_a_separated_address_takes_nothing_with_it(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        kept, _gone = on_two(session, clock)
        join(session, clock, kept)
        addresses.prefer(session, kept, "whatsapp", fallback=True)
        old, waiting = add_broadcast(session, clock), add_broadcast(session, clock)
        there = address_of(session, "whatsapp", "2")
        session.get_one(Broadcast, old).author_address_id = there.id
        sent = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id == old)).one()
        sent.state = OutboxState.SENT
        session.flush()
        addresses.separate(session, there, clock.now())
        session.expire_all()
        here = address_of(session, "telegram", "1")
        assert there.member_id != kept.id
        assert (there.preferred, here.preferred) == (True, True)
        rows = session.execute(
            select(OutboxRow.broadcast_id, OutboxRow.member_id, OutboxRow.channel, OutboxRow.address_id,
                   OutboxRow.state).order_by(OutboxRow.id)
        ).all()  # fmt: skip
        assert [tuple(row) for row in rows] == [
            (old, kept.id, "whatsapp", None, "sent"), (waiting, kept.id, "telegram", here.id, "queued"),
        ]  # fmt: skip
        assert session.get_one(Broadcast, old).author_address_id == here.id

    database.transact(story)
