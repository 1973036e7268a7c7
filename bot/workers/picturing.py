"""Draws pictures that messages wait for, as if a messenger had them: see `bot.workers.carrying`."""

from __future__ import annotations

import asyncio
import sys

from bot.actions import charts
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database


class Pictures:
    """The home of files that do not exist yet. Each is drawn by a process of its own, which then ends."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self._database = database
        self._clock = clock
        self._network = network

    async def fetch(self, file: str, most: int) -> bytes | None:
        """The picture as PNG; None where there is nothing to show, or it would have more bytes than `most`.

        Raises:
            OSError: it could not be drawn now.
        """
        now = self._clock.now()
        picture = charts.named(file)
        chart = await self._database.read(lambda session: charts.chart_of(session, picture, self._network.zone, now))
        if chart is None:
            return None
        drawing = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.drawing",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        drawn, _errors = await drawing.communicate(charts.as_json(chart))
        if drawing.returncode:
            raise OSError(f"the drawing ended with {drawing.returncode}")
        return drawn if len(drawn) <= most else None
