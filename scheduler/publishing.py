"""The publications' tick: calls and events that were sent are open from now on, and those whose time is over end."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.actions import publishing
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.database import Database


class Publications:
    """What was sent, and when something is over, stands in the tables, so a restart or a late tick changes nothing.

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
        due = await self._database.read(lambda session: publishing.due(session, now))
        await do_each(self._database, due, self._note, self._deliver, "what became of {} could not be noted")

    def _note(self, session: Session, what: publishing.Due) -> None:
        publishing.note(session, what, self._network, self._clock.now())
