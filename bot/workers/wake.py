"""A nudge between workers: something was stored, look now. A lost one costs time only: they look by themselves too."""

from __future__ import annotations

import asyncio


class Wake:
    """Sleeps until nudged or until a time has passed; a nudge that comes in between is not lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def nudge(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return at the next nudge, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()
