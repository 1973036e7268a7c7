"""The verdicts' tick: those who were at an event are asked how it was, once it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.actions import verdicts
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database

log = logging.getLogger(__name__)


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
        for event_id in await self._database.read(lambda session: verdicts.due(session, now)):
            try:
                await self._database.run(
                    lambda session, key=event_id: verdicts.ask(session, key, self._network, now)  # type: ignore[misc]  # mypy does not see its type in a default
                )
            except Exception:
                log.exception("nobody could be asked about event %s; the next tick tries again", event_id)
            self._deliver()
