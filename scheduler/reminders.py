"""The reminders' tick: whoever saved a call, comes to an event, or named a day of their own, is reminded in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.actions import reminding
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.database import Database

T = TypeVar("T")


class Reminders:
    """When somebody is reminded, and that they were, stands in the tables: a restart or a late tick changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def tick(self) -> None:
        await self._each(reminding.due, reminding.remind)
        await self._each(reminding.due_marks, reminding.remind_one)

    async def _each(self, due: Callable[[Session, datetime], list[T]],
                    remind: Callable[[Session, T, Network, datetime], bool]) -> None:  # fmt: skip
        now = self._clock.now()
        found = await self._database.read(lambda session: due(session, now))

        def act(session: Session, key: T) -> bool:
            return remind(session, key, self._network, now)

        await do_each(self._database, found, act, self._deliver, "reminder {} failed")
