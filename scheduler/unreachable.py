"""The monthly list: on the first of the month those who run the network hear whom messages do not reach."""

from __future__ import annotations

from collections.abc import Callable

from bot.actions import unreachable
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database


class MonthlyList:
    """Which month was told stands in the tables, so a restart changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def tell(self) -> None:
        now = self._clock.now()
        if not await self._database.read(lambda session: unreachable.due(session, self._network, now)):
            return
        if await self._database.run(lambda session: unreachable.tell_monthly(session, self._network, now)):
            self._deliver()
