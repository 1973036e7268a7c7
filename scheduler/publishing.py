"""The publications' tick: calls and events that were sent are open from now on, and those whose time is over end."""

from __future__ import annotations

from bot.actions import publishing
from scheduler.due import Errand


class Publications(Errand):
    """What was sent, and when something is over, stands in the tables."""

    async def tick(self) -> None:
        await self._each(publishing.due, publishing.note, "what became of {} could not be noted")
