"""The verdicts' tick: those who were at an event are asked how it was, once it is over."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.actions import verdicts
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.database import Database


class Verdicts:
    """Whether they were asked stands in the event's row, so nobody is asked twice.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def tick(self) -> None:
        now = self._clock.now()
        due = await self._database.read(lambda session: verdicts.due(session, now))
        await do_each(self._database, due, self._ask, self._deliver, "nobody could be asked about event {}")

    def _ask(self, session: Session, event_id: int) -> bool:
        return verdicts.ask(session, event_id, self._network, self._clock.now())
