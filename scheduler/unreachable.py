"""The monthly list: on the first of the month those who run the network hear whom messages do not reach."""

from __future__ import annotations

from bot.actions import unreachable
from scheduler.due import Errand


class MonthlyList(Errand):
    """Which month was told stands in the tables."""

    async def tell(self) -> None:
        now = self._clock.now()
        if not await self._database.read(lambda session: unreachable.due(session, self._network, now)):
            return
        if await self._database.run(lambda session: unreachable.tell_monthly(session, self._network, now)):
            self._deliver()
