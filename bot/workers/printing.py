"""Lays out documents that messages wait for, as if a messenger had them: see `bot.workers.carrying`."""

from __future__ import annotations

import asyncio
import sys

from bot.actions import signature_pages
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database


class Papers:
    """The home of documents that do not exist yet. Each is laid out by a process of its own, which then ends."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self._database = database
        self._clock = clock
        self._network = network

    async def fetch(self, file: str, most: int) -> bytes | None:
        """The document as PDF; None where there is nothing to print, or it would have more bytes than `most`.

        Raises:
            OSError: it could not be laid out now.
        """
        named, zone, now = signature_pages.named(file), self._network.zone, self._clock.now()
        pages = await self._database.read(lambda session: signature_pages.pages_of(session, named, zone, now))
        if pages is None:
            return None
        printing = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.printing",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _errors = await printing.communicate(signature_pages.as_json(pages))
        if printing.returncode:
            raise OSError(f"the printing ended with {printing.returncode}")
        return printed if len(printed) <= most else None
