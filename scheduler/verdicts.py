"""The verdicts' tick: those who were at an event are asked how it was, once it is over."""

from __future__ import annotations

from bot.actions import verdicts
from scheduler.due import Errand


class Verdicts(Errand):
    """Whether they were asked stands in the event's row, so nobody is asked twice."""

    async def tick(self) -> None:
        await self._each(verdicts.due, verdicts.ask, "nobody could be asked about event {}")
