"""Housekeeping: what people asked to have erased goes for good, and what is no longer needed is not kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.actions import retention
from bot.core.clock import Clock
from storage.database import Database
from storage.files import Files

KEPT = timedelta(days=30)
"""How long the words of handled messages and delivered replies are kept, to look into a complaint."""


class Housekeeping:
    def __init__(self, database: Database, clock: Clock, files: Files) -> None:
        self._database = database
        self._clock = clock
        self._files = files

    async def erase(self) -> None:
        """Let go of those who asked for it."""
        await self._database.run(retention.erase_forgotten)

    async def clean(self) -> None:
        """Drop old words, a slice at a time."""
        before = self._clock.now() - KEPT
        while any(old := await self._database.read(lambda session: retention.old_words(session, before))):
            for file in await self._database.run(lambda session, old=old: retention.drop(session, old)):  # type: ignore[misc]
                await asyncio.to_thread(self._files.remove, file)
