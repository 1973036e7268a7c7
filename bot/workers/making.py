"""Makes files that messages wait for, as if a messenger had them: see `bot.workers.carrying`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.actions import charts, signature_pages
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database

Content = Callable[[Session, str, tzinfo, datetime], dict[str, Any] | None]
"""What a file of this name holds, as JSON values; None where there is nothing."""


class Making:
    """The home of files that do not exist yet. Each is made by a process of its own, which then ends.

    Args:
        program: the module that reads the content as JSON and writes the file.
    """

    def __init__(self, program: str, content: Content, database: Database, clock: Clock, network: Network) -> None:
        self._program = program
        self._content = content
        self._database = database
        self._clock = clock
        self._zone = network.zone

    async def fetch(self, file: str, most: int) -> bytes | None:
        """The file; None where there is nothing to make it of, or it would have more bytes than `most`.

        Raises:
            OSError: it could not be made now.
        """
        now = self._clock.now()
        content = await self._database.read(lambda session: self._content(session, file, self._zone, now))
        if content is None:
            return None
        making = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            made, _errors = await making.communicate(json.dumps(content, ensure_ascii=False).encode())
        finally:
            if making.returncode is None:  # it took too long, or the program ends
                making.kill()
                await making.wait()
        if making.returncode:
            raise OSError(f"{self._program} ended with {making.returncode}")
        return made if len(made) <= most else None


def pictures(database: Database, clock: Clock, network: Network) -> Making:
    """Of results, as PNG."""
    return Making("bot.drawing", charts.chart_of, database, clock, network)


def papers(database: Database, clock: Clock, network: Network) -> Making:
    """With the signers of a declaration, as PDF."""
    return Making("bot.printing", signature_pages.pages_of, database, clock, network)
