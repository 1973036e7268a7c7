"""The surveys' tick: those who have not answered are reminded once, when that is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.actions import nudging
from scheduler.due import Errand


class Nudges(Errand):
    """Whether a survey has reminded stands in its row."""

    async def tick(self) -> None:
        await self._each(self._due, nudging.nudge_due, "survey {} could not remind")

    def _due(self, session: Session, now: datetime) -> list[int]:
        return nudging.due(session, self._network, now)
