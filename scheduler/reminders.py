"""The reminders' tick: whoever saved a call, comes to an event, or named a day of their own, is reminded in time."""

from __future__ import annotations

from bot.actions import reminding
from scheduler.due import Errand


class Reminders(Errand):
    """When somebody is reminded, and that they were, stands in the tables."""

    async def tick(self) -> None:
        await self._each(reminding.due, reminding.remind, "reminder {} failed")
        await self._each(reminding.due_marks, reminding.remind_one, "reminder {} failed")
