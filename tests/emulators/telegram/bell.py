"""Waiting for something to happen without asking again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Whoever waits is woken by the next ring; a ring nobody waits for is lost, so look first, then wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()

    async def until(self, true: Callable[[], bool], within: float) -> None:
        """Wait until a ring after which this is true.

        Raises:
            TimeoutError: it was not, `within` seconds later.
        """
        async with asyncio.timeout(within):
            while not true():
                await self.wait()
