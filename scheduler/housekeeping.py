"""Housekeeping: what people asked to have erased goes for good, and what is no longer needed is not kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.actions import hushing, mentions, retention
from bot.core.clock import Clock
from storage import carried, private, windows
from storage.database import Database
from storage.files import Files

KEPT = timedelta(days=30)
"""How long the words of handled messages and delivered replies are kept, to look into a complaint."""

HUSHED = timedelta(minutes=10)
"""How long what was said to somebody who answers an anonymous survey stays after it was delivered."""

UNMENTIONED = timedelta(days=1)
"""How long a file that nothing mentions stays after it was stored and last wanted: who does that speaks of it next."""


class Housekeeping:
    def __init__(self, database: Database, clock: Clock, files: Files) -> None:
        self._database = database
        self._clock = clock
        self._files = files

    async def erase(self) -> None:
        """Let go of those who asked for it."""
        await self._database.run(retention.erase_forgotten)

    async def expire(self) -> None:
        """Give up what was held for a bell that nobody heard in time."""
        while await self._database.run(lambda session: windows.expire(session, self._clock.now())):
            pass

    async def hush(self) -> None:
        """Forget the words of anonymous answers, once a receipt can hardly ask for them again."""
        while await self._database.run(lambda session: private.blank(session, self._clock.now() - HUSHED)):
            pass

    async def forget_halves(self) -> None:
        """Forget what was answered to anonymous surveys that closed before the last answer."""
        for place in await self._database.read(lambda session: hushing.halves(session, self._clock.now())):
            await self._database.run(lambda session, place=place: hushing.forget(session, *place))  # type: ignore[misc]  # mypy does not see its type in a default

    async def clean(self) -> None:
        """Drop old words, a slice at a time."""
        before = self._clock.now() - KEPT
        while any(old := await self._database.read(lambda session: retention.old_words(session, before))):
            for file in await self._database.run(lambda session, old=old: retention.drop(session, old)):  # type: ignore[misc]
                await asyncio.to_thread(self._files.remove, file)
        await self._sweep()

    async def _sweep(self) -> None:
        """Remove files brought from a messenger that nothing mentions any more.

        None but those: another database may speak of the others, such as the demo's beside the network's own.
        """
        mentioned = await self._database.read(mentions.mentioned)
        before = self._clock.now() - UNMENTIONED
        unwanted = await self._database.run(lambda session: carried.forget(session, mentioned, before))
        await asyncio.to_thread(self._files.sweep, unwanted, UNMENTIONED)
