"""The seats' tick: what nobody answered passes on when its time is over, also after a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import rsvps
from bot.core.clock import Clock
from bot.network import Network
from scheduler.seats import Seats
from storage.calendars import Taken, note
from storage.database import Database
from storage.events import Event, Reply, Rsvp
from storage.files import Files
from storage.members import Member
from tests.storage.occasions import add_event
from tests.storage.people import add_member


class Hall:
    """An event with one seat, taken by the first of those who want it."""

    def __init__(self, database: Database, network: Network, files: Files, clock: Clock) -> None:
        self.database, self.network, self.clock, self.files = database, network, clock, files
        self.delivered = 0
        self.event = database.transact(lambda session: add_event(session, clock.now(), capacity=1).id)

    async def tick(self) -> None:
        """Of a process that has just been started."""

        def deliver() -> None:
            self.delivered += 1

        await Seats(self.database, self.clock, self.network, self.files, deliver).tick()

    def says(self, user: str, reply: Reply = Reply.YES) -> None:
        def say(session: Session) -> None:
            member = session.scalar(select(Member).where(Member.name == user))
            member = member or add_member(session, self.clock, user, name=user)
            rsvps.answer(session, self.event, member, reply, self.network, self.clock.now())

        self.database.transact(say)

    @property
    def replies(self) -> list[str]:
        found = select(Rsvp.reply).order_by(Rsvp.member_id)
        return self.database.transact(lambda session: [*session.scalars(found)])


@pytest.fixture
def hall(database: Database, network: Network, files: Files, clock: Clock) -> Hall:
    return Hall(database, network, files, clock)


async def test_an_offer_passes_from_one_to_the_next_until_somebody_takes_it(hall: Hall) -> None:
    for user in ("1", "2", "3", "4"):
        hall.says(user)
    hall.says("1", Reply.NO)
    seen = [hall.replies]
    for _tick in range(3):
        hall.clock.advance(timedelta(hours=12))
        await hall.tick()
        await hall.tick()
        seen.append(hall.replies)
    assert seen == [
        ["no", "offered", "waiting", "waiting"],
        ["no", "maybe", "offered", "waiting"],
        ["no", "maybe", "maybe", "offered"],
        ["no", "maybe", "maybe", "maybe"],
    ]
    assert hall.delivered == 3


async def test_nothing_is_done_while_nothing_is_due(hall: Hall) -> None:
    hall.says("1")
    hall.says("2")
    await hall.tick()
    assert (hall.replies, hall.delivered) == (["yes", "waiting"], 0)


async def test_an_event_that_fails_stops_no_other(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """The first one's offer is for a member whose event has lost its text, which is a bug; the second passes on."""
    for user in ("1", "2"):
        hall.says(user)
    hall.says("1", Reply.NO)
    broken, hall.event = (
        hall.event,
        hall.database.transact(lambda session: add_event(session, hall.clock.now(), capacity=1).id),
    )
    for user in ("1", "2", "3"):
        hall.says(user)
    hall.says("1", Reply.NO)
    taken = hall.database.transact(lambda session: session.scalars(select(Member.id).order_by(Member.id)).first()) or 0
    hall.database.transact(lambda session: note(session, Taken(broken, taken, "an older one")))
    spoilt = update(Event).where(Event.id == broken).values(titles=["no titles"])
    hall.database.transact(lambda session: session.execute(spoilt))
    hall.clock.advance(timedelta(hours=12))
    await hall.tick()
    theirs = select(Rsvp.reply).where(Rsvp.event_id == hall.event).order_by(Rsvp.member_id)
    assert hall.database.transact(lambda session: [*session.scalars(theirs)]) == ["no", "maybe", "offered"]
    assert [record.getMessage() for record in caplog.records] == [
        f"the seats of event {broken} could not be looked after; the next tick tries again",
        f"a calendar file of event {broken} could not be renewed; the next tick tries again",
    ]
