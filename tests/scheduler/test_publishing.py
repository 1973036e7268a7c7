"""What was sent is open, and what is over has ended, from what stands in the tables alone; noticed once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import publishing
from bot.core.clock import Clock
from bot.network import Network
from scheduler.publishing import Publications
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.calls import Call, CallState
from storage.database import Database
from storage.events import Event, EventState
from storage.newsletters import Newsletter
from storage.reminders import Reminder

WORDS: dict[str, Any] = {"source": "en", "titles": {"en": "Training"}, "texts": {"en": "Come."}}


class Desk:
    """A network's tables, and the tick."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self.database, self.clock = database, clock
        self.delivered: list[None] = []
        self._publications = Publications(database, clock, network, lambda: self.delivered.append(None))

    def add(self, row: Call | Event) -> int:
        def write(session: Session) -> int:
            session.add(row)
            session.flush()
            return row.id

        return self.database.transact(write)

    def sends(self, about: str, key: int, fired_at: datetime | None) -> None:
        def write(session: Session) -> None:
            newsletter = Newsletter(source="en", texts={"en": "Card"}, audience={}, about=about, about_id=key,
                                    created_at=self.clock.now())  # fmt: skip
            session.add(newsletter)
            session.flush()
            state = BroadcastState.SENDING if fired_at else BroadcastState.SCHEDULED
            session.add(Broadcast(newsletter_id=newsletter.id, state=state, audience={}, fired_at=fired_at,
                                  created_at=self.clock.now()))  # fmt: skip

        self.database.transact(write)

    async def ticks(self) -> None:
        await self._publications.tick()

    def state(self, table: type[Call | Event], key: int) -> str:
        def look(session: Session) -> str:
            row = session.get_one(table, key)
            assert isinstance(row, Call | Event)
            return row.state

        return self.database.transact(look)

    def updates(self) -> int:
        found = select(Broadcast.id).where(Broadcast.kind == BroadcastKind.UPDATE)
        return self.database.transact(lambda session: len(session.scalars(found).all()))

    def reminders(self, about: str) -> set[str]:
        found = select(Reminder.name).where(Reminder.about == about)
        return self.database.transact(lambda session: set(session.scalars(found)))


async def test_a_call_is_open_once_it_was_sent_and_closed_once_its_deadline_passed(
    database: Database, clock: Clock, network: Network
) -> None:
    desk, now = Desk(database, clock, network), clock.now()
    call = Call(**WORDS, state=CallState.DRAFT, deadline=now + timedelta(days=5), note={}, created_at=now)
    key = desk.add(call)
    desk.sends("call", key, None)
    await desk.ticks()
    assert (desk.state(Call, key), desk.delivered) == (CallState.DRAFT, [])
    desk.sends("call", key, now)
    await desk.ticks()
    assert (desk.state(Call, key), desk.reminders("call")) == (CallState.OPEN, {"3d", "1d"})
    clock.advance(timedelta(days=6))
    await desk.ticks()
    assert (desk.state(Call, key), desk.updates()) == (CallState.CLOSED, 1)
    await desk.ticks()
    assert (desk.updates(), len(desk.delivered)) == (1, 2)


async def test_an_event_whose_time_is_being_found_is_open_once_it_was_sent_with_its_date(
    database: Database, clock: Clock, network: Network
) -> None:
    desk, now = Desk(database, clock, network), clock.now()
    key = desk.add(Event(**WORDS, state=EventState.DRAFT, created_at=now))
    desk.sends("time", key, now)
    await desk.ticks()
    assert desk.state(Event, key) == EventState.CHOOSING

    def pick(session: Session) -> None:
        session.get_one(Event, key).starts_at = now + timedelta(days=3)

    database.transact(pick)
    desk.sends("event", key, now)
    await desk.ticks()
    assert (desk.state(Event, key), desk.reminders("event")) == (EventState.OPEN, {"1d", "2h"})
    clock.advance(timedelta(days=3) + publishing.LASTS)
    await desk.ticks()
    assert (desk.state(Event, key), desk.updates()) == (EventState.OVER, 1)


async def test_one_that_cannot_be_noted_stops_no_other(database: Database, clock: Clock, network: Network) -> None:
    desk, now = Desk(database, clock, network), clock.now()
    broken = desk.add(Call(**(WORDS | {"texts": [1]}), state=CallState.OPEN, deadline=now, note={}, created_at=now))
    whole = desk.add(Call(**WORDS, state=CallState.OPEN, deadline=now, note={}, created_at=now))
    await desk.ticks()
    assert (desk.state(Call, broken), desk.state(Call, whole)) == (CallState.OPEN, CallState.CLOSED)
