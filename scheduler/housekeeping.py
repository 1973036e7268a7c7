"""Housekeeping: what people asked to have erased goes for good, and what is no longer needed is not kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.actions import retention
from bot.core.clock import Clock
from storage.database import Database

KEPT = timedelta(days=30)
"""How long the words of handled messages and delivered replies are kept, to look into a complaint."""


class Housekeeping:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tick(self) -> None:
        await self._database.run(self._erase)

    def _erase(self, session: Session) -> None:
        retention.erase_forgotten(session)
        retention.drop_old_words(session, self._clock.now() - KEPT)
