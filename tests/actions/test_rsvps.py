"""Seats at an event: given in order, offered when they become free, and never more of them than there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import members, retention, rsvps
from bot.actions.rsvps import Answer, Became
from bot.core.clock import Clock
from bot.core.locale import zoned_words
from bot.core.richtext import plain
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.events import Event, EventState, Reply, Rsvp
from storage.members import Member, MemberAddress, addresses_of
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from storage.rsvps import seats_taken, to_look_after
from tests.storage.occasions import add_event
from tests.storage.people import add_member

NOON = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""In Baku."""

T = TypeVar("T")


class Meeting:
    """An event, people who answer, and what they are told."""

    def __init__(self, database: Database, network: Network, **event: Any) -> None:
        self.database, self.network = database, network
        self.now = NOON
        self.id = database.transact(lambda session: add_event(session, NOON, **event).id)
        self.people: dict[str, int] = {}

    def answers(self, name: str, reply: Reply, seats: int | None = None) -> Answer:
        def say(session: Session) -> Answer:
            return rsvps.answer(session, self.id, self._member(session, name), reply, self.network, self.now, seats)

        return self.database.transact(say)

    def comes(self, name: str, seats: int | None = None) -> Became:
        return self.answers(name, Reply.YES, seats).became

    def cannot(self, name: str) -> Became:
        return self.answers(name, Reply.NO).became

    def later(self, by: timedelta) -> None:
        """Time passes, and the tick looks after the seats."""
        self.now += by
        self.look_after()

    def look_after(self) -> None:
        def look(session: Session) -> None:
            if self.id in to_look_after(session, self.now):
                rsvps.look_after(session, session.get_one(Event, self.id), self.network, self.now)

        self.database.transact(look)

    @property
    def replies(self) -> dict[str, tuple[str, int]]:
        """Everybody's answer and seats."""
        names = {key: name for name, key in self.people.items()}
        return self._look(
            lambda session: {
                names[rsvp.member_id]: (rsvp.reply, rsvp.seats)
                for rsvp in session.scalars(select(Rsvp).order_by(Rsvp.member_id))
            }
        )

    @property
    def taken(self) -> int:
        return self._look(lambda session: seats_taken(session, self.id))

    def kept_for(self, name: str) -> timedelta:
        """How long from now on a seat is."""

        def look(session: Session) -> datetime:
            until = session.get_one(Rsvp, (self.id, self.people[name])).offered_until
            assert until is not None
            return until

        return self._look(look) - self.now

    def told(self, name: str) -> list[str]:
        """Everything this member was told, without formatting."""
        rows = select(OutboxRow.payload).where(OutboxRow.member_id == self.people[name]).order_by(OutboxRow.id)
        return self._look(lambda session: [plain(row["text"]) for row in session.scalars(rows) if row])

    def with_member(self, name: str, work: Callable[[Session, Member], T]) -> T:
        return self.database.transact(lambda session: work(session, self._member(session, name)))

    def _member(self, session: Session, name: str) -> Member:
        if name not in self.people:
            self.people[name] = add_member(session, Clock(), name, name=name).id
        return session.get_one(Member, self.people[name])

    def _look(self, look: Callable[[Session], T]) -> T:
        return self.database.transact(look)


@pytest.fixture
def two_seats(database: Database, network: Network) -> Meeting:
    return Meeting(database, network, capacity=2, starts_at=NOON + timedelta(days=7))


def test_any_number_comes_where_seats_are_not_counted(database: Database, network: Network) -> None:
    meeting = Meeting(database, network)
    assert [meeting.comes(str(number), 10) for number in range(20)] == [Became.COMING] * 20


def test_who_is_too_late_waits_in_order(two_seats: Meeting) -> None:
    meeting = two_seats
    assert [meeting.comes(name) for name in ("Aysel", "Bahar")] == [Became.COMING] * 2
    assert [meeting.answers(name, Reply.YES).before for name in ("Ceyhun", "Dilarə", "Elnur")] == [0, 1, 2]
    assert meeting.answers("Dilarə", Reply.YES).before == 1
    assert meeting.taken == 2


def test_a_freed_seat_is_offered_to_the_first_and_passes_on(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)
    meeting.cannot("Aysel")
    assert meeting.replies["Ceyhun"] == (Reply.OFFERED, 1)
    assert meeting.told("Ceyhun") == [
        (
            "A seat is free for you at “Advocacy workshop”, Wednesday, 2 December 2026, 12:00 (Baku time).\n"
            "We keep it for you until Thursday, 26 November 2026, 00:00 (Baku time). Do you take it?"
        )
    ]
    meeting.later(timedelta(hours=11, minutes=59))
    assert meeting.replies["Ceyhun"] == (Reply.OFFERED, 1)
    meeting.later(timedelta(minutes=1))
    assert meeting.replies == {
        "Aysel": (Reply.NO, 1), "Bahar": (Reply.YES, 1), "Ceyhun": (Reply.MAYBE, 1), "Dilarə": (Reply.OFFERED, 1)
    }  # fmt: skip
    assert meeting.told("Ceyhun")[1] == (
        "We could not keep the seat at “Advocacy workshop”, Wednesday, 2 December 2026, 12:00 (Baku time), any longer: "
        "it goes to the next who waits. If you still want to come, answer once more."
    )
    assert meeting.comes("Dilarə") == Became.COMING
    assert meeting.comes("Ceyhun") == Became.WAITING


def test_an_offer_that_is_declined_passes_on(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)
    meeting.cannot("Bahar")
    meeting.cannot("Ceyhun")
    assert meeting.replies["Dilarə"] == (Reply.OFFERED, 1)
    meeting.answers("Dilarə", Reply.MAYBE)
    assert meeting.taken == 1


def test_an_offer_that_expires_in_this_moment_is_gone_before_the_answer(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)
    meeting.cannot("Aysel")
    meeting.now += timedelta(hours=12)
    assert meeting.comes("Ceyhun") == Became.WAITING
    assert meeting.replies["Dilarə"] == (Reply.OFFERED, 1)


def test_the_next_whose_seats_fit_is_offered_what_is_free(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.comes("Ceyhun", 2)
    meeting.comes("Dilarə")
    meeting.cannot("Aysel")
    assert meeting.replies["Ceyhun"] == (Reply.WAITING, 2)
    assert meeting.replies["Dilarə"] == (Reply.OFFERED, 1)
    meeting.cannot("Bahar")
    meeting.cannot("Dilarə")
    assert meeting.replies["Ceyhun"] == (Reply.OFFERED, 2)
    assert meeting.comes("Ceyhun") == Became.COMING
    assert meeting.replies["Ceyhun"] == (Reply.YES, 2)


def test_who_waits_for_more_than_becomes_free_hears_of_it_and_may_take_that(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.comes("Ceyhun", 2)
    meeting.cannot("Aysel")
    meeting.later(timedelta(minutes=1))
    when = zoned_words(NOON + timedelta(days=7), meeting.network.zone)
    assert [text.split("\n") for text in meeting.told("Ceyhun")] == [[
        f"1 seat is free at “Advocacy workshop”, {when}.",
        "You wait for more. You can take what there is, or keep your place in the list.",
    ]]  # fmt: skip
    assert meeting.replies["Ceyhun"] == (Reply.WAITING, 2)
    assert meeting.comes("Ceyhun", 1) == Became.COMING


def test_who_still_waits_when_it_begins_is_told_once(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun"):
        meeting.comes(name)
    meeting.later(timedelta(days=7))
    meeting.later(timedelta(minutes=1))
    assert [meeting.told(name) for name in meeting.people] == [[], [], [
        "“Advocacy workshop” has begun, and no seat became free for you. I am sorry, and hope to see you another time."
    ]]  # fmt: skip


def test_nobody_comes_before_those_who_wait_for_what_just_became_free(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun"):
        meeting.comes(name)
    meeting.with_member("Aysel", lambda session, member: session.delete(member))
    assert meeting.comes("Dilarə") == Became.WAITING
    assert meeting.replies["Ceyhun"] == (Reply.OFFERED, 1)


def test_more_seats_than_there_are(two_seats: Meeting) -> None:
    meeting = two_seats
    assert meeting.answers("Aysel", Reply.YES, 3) == (Became.NEVER, None, 2, 0)
    assert meeting.comes("Aysel") == Became.COMING
    assert meeting.comes("Bahar") == Became.COMING
    found = meeting.answers("Aysel", Reply.YES, 2)
    assert (found.became, found.room) == (Became.KEPT, 1)
    assert meeting.replies == {"Aysel": (Reply.YES, 1), "Bahar": (Reply.YES, 1)}


def test_fewer_seats_free_the_others(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel", 2)
    meeting.comes("Bahar")
    assert meeting.comes("Aysel", 1) == Became.COMING
    assert meeting.replies["Bahar"] == (Reply.OFFERED, 1)


def test_who_waits_keeps_their_place_for_however_many(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)
    assert meeting.answers("Ceyhun", Reply.YES, 2).before == 0
    assert meeting.answers("Dilarə", Reply.YES).before == 1


def test_fewer_seats_may_be_there_at_once(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel")
    found = meeting.answers("Bahar", Reply.YES, 2)
    assert (found.became, found.room) == (Became.WAITING, 1)
    assert meeting.comes("Bahar", 1) == Became.COMING
    assert meeting.replies == {"Aysel": (Reply.YES, 1), "Bahar": (Reply.YES, 1)}


def test_an_answer_repeated_changes_nothing(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel", 2)
    assert meeting.comes("Aysel") == Became.COMING
    assert meeting.replies == {"Aysel": (Reply.YES, 2)}
    meeting.cannot("Aysel")
    meeting.comes("Aysel")
    assert meeting.replies == {"Aysel": (Reply.YES, 1)}


@pytest.mark.parametrize(
    ("ahead", "kept"),
    [
        (timedelta(days=3), timedelta(hours=12)),
        (timedelta(hours=24), timedelta(hours=12)),
        (timedelta(hours=4), timedelta(hours=2)),
        (timedelta(minutes=10), timedelta(minutes=5)),
    ],
)
def test_an_offer_is_shorter_near_the_start_and_never_lasts_beyond_it(
    database: Database, network: Network, ahead: timedelta, kept: timedelta
) -> None:
    meeting = Meeting(database, network, capacity=1, starts_at=NOON + ahead)
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.cannot("Aysel")
    assert meeting.kept_for("Bahar") == kept


def test_nothing_is_offered_once_it_has_begun(database: Database, network: Network) -> None:
    meeting = Meeting(database, network, capacity=1, starts_at=NOON + timedelta(hours=1))
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.cannot("Aysel")
    meeting.comes("Ceyhun")
    meeting.later(timedelta(hours=1))
    assert (meeting.replies["Bahar"], meeting.replies["Ceyhun"]) == ((Reply.MAYBE, 1), (Reply.WAITING, 1))
    assert len(meeting.told("Bahar")) == 1
    assert meeting.cannot("Ceyhun") == Became.OVER


def test_at_night_it_is_offered_in_the_morning_and_the_time_runs_from_then(
    database: Database, mannered: Network
) -> None:
    meeting = Meeting(database, mannered, capacity=1, starts_at=NOON + timedelta(days=7))
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.now += timedelta(hours=10)
    meeting.cannot("Aysel")
    morning = NOON + timedelta(hours=20)
    assert meeting.kept_for("Bahar") == morning + timedelta(hours=12) - meeting.now
    assert meeting._look(lambda session: session.scalars(select(OutboxRow.not_before)).all()) == [morning]


def test_at_night_abroad_it_is_their_morning_that_counts(database: Database, mannered: Network) -> None:
    """In New York the clocks stand nine hours behind Baku's in winter, and the border of summer time is crossed."""
    before = datetime(2026, 10, 31, 20, tzinfo=UTC)
    meeting = Meeting(database, mannered, capacity=1, starts_at=before + timedelta(days=7))
    meeting.now = before
    meeting.comes("Aysel")
    meeting.comes("Bahar")
    meeting.with_member("Bahar", lambda _session, member: setattr(member, "country", "US"))
    meeting.now = datetime(2026, 11, 1, 3, tzinfo=UTC)
    meeting.cannot("Aysel")
    morning = datetime(2026, 11, 1, 13, tzinfo=UTC)
    assert meeting.kept_for("Bahar") == morning + timedelta(hours=12) - meeting.now


def test_who_cannot_be_reached_keeps_their_place_and_the_seat_goes_on(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)

    def block(session: Session, member: Member) -> None:
        members.blocked(session, addresses_of(session, member.id)[0].id)

    meeting.with_member("Ceyhun", block)
    meeting.cannot("Aysel")
    assert (meeting.replies["Ceyhun"], meeting.replies["Dilarə"]) == ((Reply.WAITING, 1), (Reply.OFFERED, 1))
    meeting.database.transact(lambda session: session.execute(update(MemberAddress).values(unreachable="")))
    meeting.cannot("Bahar")
    assert meeting.replies["Ceyhun"] == (Reply.OFFERED, 1)


def test_who_says_stop_gives_up_what_is_ahead(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun"):
        meeting.comes(name)

    def stop(session: Session, member: Member) -> list[str]:
        members.stop(member, meeting.now)
        return [event.titles["en"] for event in rsvps.give_up(session, member, meeting.network, meeting.now)]

    assert meeting.with_member("Aysel", stop) == ["Advocacy workshop"]
    assert meeting.replies == {"Aysel": (Reply.NO, 1), "Bahar": (Reply.YES, 1), "Ceyhun": (Reply.OFFERED, 1)}
    assert meeting.with_member("Aysel", stop) == []


def test_the_seat_of_somebody_who_is_erased_is_offered_on(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun"):
        meeting.comes(name)

    def erase(session: Session, member: Member) -> None:
        retention.forget(session, addresses_of(session, member.id)[0], "1", meeting.now)

    meeting.with_member("Aysel", erase)
    meeting.look_after()
    assert meeting.replies == {"Bahar": (Reply.YES, 1), "Ceyhun": (Reply.OFFERED, 1)}


def test_more_seats_are_offered_to_those_who_wait(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name)
    meeting.database.transact(lambda session: session.execute(update(Event).values(capacity=4)))
    meeting.look_after()
    assert [meeting.replies[name] for name in ("Ceyhun", "Dilarə")] == [(Reply.OFFERED, 1)] * 2


def test_where_seats_are_counted_no_more_all_who_wait_are_asked(two_seats: Meeting) -> None:
    meeting = two_seats
    for name in ("Aysel", "Bahar", "Ceyhun", "Dilarə"):
        meeting.comes(name, 2)
    meeting.database.transact(lambda session: session.execute(update(Event).values(capacity=None)))
    meeting.look_after()
    assert [reply for reply, _seats in meeting.replies.values()] == [Reply.YES, *[Reply.OFFERED] * 3]


def test_where_there_are_fewer_seats_than_before_nobody_loses_theirs(two_seats: Meeting) -> None:
    meeting = two_seats
    meeting.comes("Aysel", 2)
    meeting.database.transact(lambda session: session.execute(update(Event).values(capacity=1)))
    assert meeting.comes("Bahar") == Became.WAITING
    assert meeting.comes("Aysel") == Became.COMING
    assert meeting.replies["Aysel"] == (Reply.YES, 2)
    assert meeting.comes("Aysel", 3) == Became.NEVER
    assert meeting.comes("Aysel", 1) == Became.COMING
    assert meeting.taken == 1


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CHOOSING, EventState.CANCELLED, EventState.OVER])
def test_only_what_is_open_can_be_answered(database: Database, network: Network, state: EventState) -> None:
    meeting = Meeting(database, network, state=state)
    assert meeting.comes("Aysel") == Became.OVER
    assert meeting.replies == {}


def test_what_was_just_published_can_be_answered_before_the_event_knows(database: Database, network: Network) -> None:
    meeting = Meeting(database, network, state=EventState.DRAFT)

    def publish(session: Session) -> None:
        newsletter = Newsletter(source="en", texts={"en": "Come"}, audience={}, about="event", about_id=meeting.id,
                                created_at=NOON)  # fmt: skip
        session.add(newsletter)
        session.flush()
        session.add(Broadcast(newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience={}, created_at=NOON,
                              fired_at=NOON))  # fmt: skip

    database.transact(publish)
    assert meeting.comes("Aysel") == Became.COMING
