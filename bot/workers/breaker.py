"""The circuit breaker: a broadcast that the platform refuses for what it is, and not for whom it goes to, pauses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from bot.core.channel import Outcome, Refused

log = logging.getLogger(__name__)

SYSTEMIC = 5
"""Refusals in a row that speak about our text or account, after which a broadcast pauses."""

Pause = Callable[[int, str], Coroutine[None, None, None]]


class Breaker:
    """Counts refusals by broadcast, and calls `pause(broadcast, reason)` until it has worked once."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._refused: dict[int, int] = {}
        self._pausing: dict[int, asyncio.Task[None]] = {}

    def watch(self, broadcast_id: int, answer: Outcome) -> None:
        """Take notice of an answer to one of the broadcast's messages."""
        if not isinstance(answer, Refused) or not answer.systemic:
            self._refused.pop(broadcast_id, None)
            return
        self._refused[broadcast_id] = self._refused.get(broadcast_id, 0) + 1
        if self._refused[broadcast_id] >= SYSTEMIC and broadcast_id not in self._pausing:
            task = asyncio.create_task(self._trip(broadcast_id, answer.reason))
            self._pausing[broadcast_id] = task

    async def _trip(self, broadcast_id: int, reason: str) -> None:
        try:
            await self._pause(broadcast_id, reason)
            self._refused.pop(broadcast_id, None)
        except Exception:
            log.exception("broadcast %s could not be paused; the next refusal tries again", broadcast_id)
        finally:
            del self._pausing[broadcast_id]
