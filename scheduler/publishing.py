"""The publications' tick: calls and events that were sent are open from now on, and those whose time is over end."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.actions import publishing
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database

log = logging.getLogger(__name__)


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
        for what in await self._database.read(lambda session: publishing.due(session, now)):
            try:
                await self._database.run(
                    lambda session, what=what: publishing.note(session, what, self._network, now)  # type: ignore[misc]  # mypy does not see its type in a default
                )
            except Exception:
                log.exception("%s %s could not be noted; the next tick tries again", *what)
            self._deliver()
