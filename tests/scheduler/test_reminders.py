"""Reminders go out once, in time, to those who asked for them, and not when it is too late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import callmoves, eventmoves, publishing, reminding, rsvps
from bot.actions.whereabouts import Whereabouts
from bot.core.clock import Clock
from bot.core.fields.deadline import Until
from bot.network import Network
from scheduler.reminders import Reminders
from storage.broadcasts import Broadcast, BroadcastKind
from storage.calls import Call, CallState
from storage.database import Database
from storage.events import Event, EventState, Reply, Rsvp
from storage.files import Files
from storage.members import Member
from storage.outbox import OutboxRow
from storage.reminders import Reminder, set_reminders
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.calls import add_call, ends, mark_of, noon

SAVED = "A reminder of the call you saved."
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


def at(office: Office, month: int, day: int, hour: int = 10, minute: int = 1) -> None:
    """Move the clock to this moment of 2027."""
    office.clock.advance(datetime(2027, month, day, hour, minute, tzinfo=office.network.zone) - office.clock.now())


async def tick(office: Office) -> list[str]:
    """Remind, and deliver; returns the first line of what everybody got."""
    for person in office.people.values():
        person.news.clear()
    await Reminders(office.database, office.clock, office.network, lambda: None).tick()
    await office.tick()
    return [f"{person.user}: {line.splitlines()[0]}" for person in office.people.values() for line in person.heard]


def with_reminders(office: Office, title: str = "Green schools", **changes: Any) -> int:
    """An open call that reminds of its deadline."""
    key = add_call(office, title, **changes)

    def write(session: Session) -> None:
        publishing.remind_until(session, session.get_one(Call, key), office.network, office.clock.now())

    office.database.transact(write)
    return key


def change(office: Office, key: int, **values: Any) -> None:
    def write(session: Session) -> None:
        for name, value in values.items():
            setattr(session.get_one(Call, key), name, value)

    office.database.transact(write)


async def test_savers_alone_are_reminded_three_times(office: Office) -> None:
    leyla, _boris = office.member("buttons", "1"), office.member("buttons", "2")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    assert await tick(office) == []
    for day in (6, 17, 19):
        at(office, 3, day)
        assert await tick(office) == [f"1: {SAVED}"]
        assert await tick(office) == []
    assert leyla.sees.split("\n\n")[1] == "Green schools"
    assert leyla.options == ["Remove from saved", "Remind me", "Share", "Ask", "Stop all messages"]
    at(office, 3, 20)
    assert await tick(office) == []


async def test_two_ticks_at_once_remind_once(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    at(office, 3, 17)
    reminder = reminding.Key("call", key, "3d")
    said = [
        office.database.transact(
            lambda session: reminding.remind(session, reminder, office.network, office.clock.now())
        )
        for _time in range(2)
    ]
    assert said == [True, False]


@sqlite_alone
async def test_each_reads_it_in_their_language(office: Office) -> None:
    rauf = office.member("buttons", "1", language="ru")
    key = with_reminders(office, deadline=ends(office.network, 3, 20), titles={"en": "Schools", "ru": "Школы"},
                         texts={"en": "Text", "ru": "Текст"})  # fmt: skip
    await forges(rauf, f"save:{key}")
    at(office, 3, 19)
    await tick(office)
    assert rauf.sees.split("\n\n")[1:3] == ["Школы", "Текст"]


@sqlite_alone
async def test_what_is_too_late_is_settled_without_a_word(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    at(office, 3, 17, 9)  # the process was down on the 6th
    assert await tick(office) == []
    at(office, 3, 19, 21)
    assert await tick(office) == [f"1: {SAVED}"]
    rows = select(Reminder.name, Reminder.broadcast_id).order_by(Reminder.due_at)
    told = office.database.transact(lambda session: session.execute(rows).all())
    assert [(name, broadcast is not None) for name, broadcast in told] == [("14d", False), ("3d", False), ("1d", True)]


@sqlite_alone
@pytest.mark.parametrize("state", [CallState.CLOSED, CallState.WITHDRAWN])
async def test_a_call_that_is_over_reminds_of_nothing(office: Office, state: CallState) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    await forges(leyla, f"remind:{key}")
    await leyla.picks("Tomorrow")
    change(office, key, state=state)
    at(office, 3, 6)
    assert await tick(office) == []
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.remind_at is None


@sqlite_alone
async def test_with_no_savers_nothing_is_written(office: Office) -> None:
    office.member("buttons", "1")
    with_reminders(office, deadline=ends(office.network, 3, 20))
    at(office, 3, 17)
    assert await tick(office) == []
    assert office.database.transact(lambda session: session.scalar(select(func.count(Broadcast.id)))) == 0


@sqlite_alone
async def test_who_stopped_is_not_reminded(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    await forges(leyla, f"remind:{key}")
    await leyla.picks("In 3 days")
    await leyla.says("STOP")
    at(office, 3, 6)
    assert await tick(office) == []


async def test_a_moment_of_ones_own(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"remind:{key}")
    await leyla.picks("In 3 days")
    at(office, 3, 4, 9, 59)
    assert await tick(office) == []
    at(office, 3, 4)
    assert await tick(office) == ["1: You asked to be reminded of this call."]
    assert leyla.options == ["Save", "Remind me", "Not for us", "Share", "Ask"]
    assert await tick(office) == []
    keys = select(OutboxRow.key).where(OutboxRow.key.like("remind:%"))
    assert len(office.database.transact(lambda session: session.scalars(keys).all())) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_quiet_hours_hold_abroad(database: Database, mannered: Network, files: Files, clock: Clock) -> None:
    noon(clock, mannered)
    office = Office(database, mannered, files, clock)
    jane = office.member("buttons", "1", country="GB")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(jane, f"save:{key}")
    at(office, 3, 17)  # in London it is 06:01
    assert await tick(office) == []
    at(office, 3, 17, 12)
    assert await tick(office) == [f"1: {SAVED}"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_over_before_the_holidays_does_not_wait_for_their_end(
    database: Database, mannered: Network, files: Files, clock: Clock
) -> None:
    noon(clock, mannered)
    office = Office(database, mannered, files, clock)
    leyla = office.member("buttons", "1")
    for day in (23, 25):
        key = with_reminders(office, f"Until day {day}", deadline=ends(office.network, 3, day))
        await forges(leyla, f"save:{key}")
    came = []
    for day in (9, 11, 20, 22, 24, 25):  # Novruz is from the 20th to the 24th
        at(office, 3, day)
        await tick(office)
        came += [(day, seen.text.split("\n\n")[1]) for seen in leyla.news]
    assert came == [
        (9, "Until day 23"), (11, "Until day 25"), (20, "Until day 23"), (22, "Until day 23"), (25, "Until day 25"),
    ]  # fmt: skip


def add_event(office: Office, starts_at: datetime, **replies: Reply) -> None:
    """An open event, and what each user answered."""
    answered = {office.id_of(office.people["demo-telegram", user[1:]]): reply for user, reply in replies.items()}

    def write(session: Session) -> None:
        now = office.clock.now()
        event = Event(state=EventState.OPEN, source="en", titles={"en": "Workshop"}, texts={"en": "Come."},
                      starts_at=starts_at, created_at=now, published_at=now)  # fmt: skip
        session.add(event)
        session.flush()
        for member_id, reply in answered.items():
            session.add(Rsvp(event_id=event.id, member_id=member_id, reply=reply, replied_at=now))
        set_reminders(session, "event", event.id, reminding.event_reminders(starts_at, office.network.zone))

    office.database.transact(write)


async def test_who_comes_to_an_event_is_reminded_of_it(office: Office) -> None:
    leyla = office.member("buttons", "1")
    for user in ("2", "3"):
        office.member("buttons", user)
    starts_at = datetime(2027, 3, 20, 15, tzinfo=office.network.zone)
    add_event(office, starts_at, _1=Reply.YES, _2=Reply.MAYBE, _3=Reply.WAITING)
    for day, hour in ((13, 10), (19, 10), (20, 13)):
        at(office, 3, day, hour)
        assert await tick(office) == ["1: See you soon: you said that you come."]
        assert await tick(office) == []
    assert leyla.sees.split("\n\n")[1] == "Workshop"
    assert leyla.sees.split("\n\n")[-1] == "You receive this because you said that you come."
    kinds = office.database.transact(lambda session: session.scalars(select(Broadcast.kind)).all())
    assert set(kinds) == {BroadcastKind.REMINDER}


@sqlite_alone
async def test_an_event_that_began_reminds_of_nothing(office: Office) -> None:
    office.member("buttons", "1")
    add_event(office, office.clock.now() + timedelta(hours=3), _1=Reply.YES)
    office.clock.advance(timedelta(hours=4))
    assert await tick(office) == []


@pytest.fixture
async def mannerly(
    database: Database, mannered: Network, files: Files, clock: Clock
) -> AsyncIterator[tuple[Office, Person]]:
    """A member in London, who sleeps when it is 10:00 in Baku."""
    noon(clock, mannered)
    office = Office(database, mannered, files, clock)
    yield office, office.member("buttons", "1", country="GB")
    await office.whatsapp.stop()


@sqlite_alone
async def test_a_deadline_that_moves_in_the_night_overtakes_the_reminder(mannerly: tuple[Office, Person]) -> None:
    office, jane = mannerly
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(jane, f"save:{key}")
    at(office, 3, 17)
    assert await tick(office) == []
    later = Until(ends(office.network, 4, 20), whole_day=True)

    def move(session: Session) -> None:
        call, member = session.get_one(Call, key), session.get_one(Member, 1)
        callmoves.move_deadline(session, call, later, member, office.network, office.clock.now())

    office.database.transact(move)
    at(office, 3, 17, 14)
    assert await tick(office) == [
        "1: The deadline of “Green schools” has moved. You can apply until Tuesday, 20 April 2027."
    ]


@sqlite_alone
async def test_an_event_called_off_in_the_night_reminds_nobody(mannerly: tuple[Office, Person]) -> None:
    office, _jane = mannerly
    starts_at = datetime(2027, 3, 20, 15, tzinfo=office.network.zone)
    add_event(office, starts_at, _1=Reply.YES)
    at(office, 3, 13)
    assert await tick(office) == []

    def change(session: Session) -> None:
        event, actor = session.get_one(Event, 1), session.get_one(Member, 1)
        to = Whereabouts(starts_at=starts_at + timedelta(days=1))
        eventmoves.move(session, event, to, actor, office.network, office.clock.now())
        eventmoves.call_off(session, event, "", actor, office.network, office.clock.now())

    office.database.transact(change)
    at(office, 3, 13, 14)
    await tick(office)
    jane = office.people["demo-telegram", "1"]
    assert [line.split("\n")[1] for line in jane.heard] == ["I am sorry: it does not take place."]


@sqlite_alone
async def test_who_is_to_be_reminded_on_a_day_hears_that_the_deadline_comes_before(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"remind:{key}")
    await leyla.picks("Day before the deadline")
    sooner = Until(ends(office.network, 3, 10), whole_day=True)

    def move(session: Session) -> None:
        call, member = session.get_one(Call, key), session.get_one(Member, 1)
        callmoves.move_deadline(session, call, sooner, member, office.network, office.clock.now())

    office.database.transact(move)
    moved = "The deadline of “Green schools” has moved. You can apply until Wednesday, 10 March 2027."
    assert await tick(office) == [f"1: {moved}"]
    at(office, 3, 9)
    assert await tick(office) == []  # those who saved it alone are reminded unasked


@sqlite_alone
async def test_one_that_is_late_is_of_use_until_the_next_is_near(office: Office) -> None:
    leyla = office.member("buttons", "1")
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(leyla, f"save:{key}")
    at(office, 3, 7, 3)  # the process was down on the 6th
    assert await tick(office) == [f"1: {SAVED}"]
    at(office, 3, 17, 9)
    assert await tick(office) == []
    at(office, 3, 20, 8)  # it was down until the last day
    assert await tick(office) == [f"1: {SAVED}"]


@sqlite_alone
async def test_who_does_not_come_after_all_is_not_reminded_in_the_morning(mannerly: tuple[Office, Person]) -> None:
    office, jane = mannerly
    add_event(office, datetime(2027, 3, 20, 15, tzinfo=office.network.zone), _1=Reply.YES)
    at(office, 3, 13)
    assert await tick(office) == []
    await forges(jane, "rsvp:1:no")
    at(office, 3, 13, 14)
    assert await tick(office) == []


@sqlite_alone
async def test_no_seat_is_offered_in_the_morning_at_what_was_called_off(mannerly: tuple[Office, Person]) -> None:
    office, _jane = mannerly
    add_event(office, datetime(2027, 3, 20, 15, tzinfo=office.network.zone), _1=Reply.WAITING)
    at(office, 3, 12, 5)

    def change(session: Session) -> None:
        event, actor, now = session.get_one(Event, 1), session.get_one(Member, 1), office.clock.now()
        assert rsvps.look_after(session, event, office.network, now)
        eventmoves.call_off(session, event, "", actor, office.network, now)

    office.database.transact(change)
    at(office, 3, 12, 14)
    await tick(office)
    jane = office.people["demo-telegram", "1"]
    assert [text.split("\n")[1] for text in jane.heard] == ["I am sorry: it does not take place."]


@sqlite_alone
async def test_a_moment_of_ones_own_that_was_missed_waits_for_the_morning(mannerly: tuple[Office, Person]) -> None:
    office, jane = mannerly
    key = with_reminders(office, deadline=ends(office.network, 3, 20))
    await forges(jane, f"remind:{key}")
    await jane.picks("In 3 days")
    at(office, 3, 5, 3)  # the process was down on the 4th, and in London it is 23:01
    assert await tick(office) == []
    at(office, 3, 5, 14)
    assert await tick(office) == ["1: You asked to be reminded of this call."]
