"""Small signs of attention at the edge of a channel, such as "typing" when an answer takes longer than a second.

Best effort: never stored, never retried, and no failure of theirs is heard of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

_SLOW: Final = 1.0
"""Seconds."""

Sign = Coroutine[None, None, None]


class Attention:
    """What is shown to people while they wait."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._signs: set[asyncio.Task[None]] = set()

    def give(self, sign: Sign) -> None:
        """At once."""
        task = asyncio.create_task(sign)
        self._signs.add(task)
        task.add_done_callback(self._signs.discard)

    def give_if_slow(self, user: str, sign: Callable[[], Sign]) -> None:
        """Unless this person is answered within a second; one sign for all they wrote meanwhile."""
        if user not in self._waiting:
            self._waiting[user] = asyncio.get_running_loop().call_later(_SLOW, self._late, user, sign)

    def answering(self, user: str) -> None:
        """Before something is sent to this person."""
        if timer := self._waiting.pop(user, None):
            timer.cancel()

    async def stop(self) -> None:
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        for task in self._signs:
            task.cancel()
        await asyncio.gather(*self._signs, return_exceptions=True)

    def _late(self, user: str, sign: Callable[[], Sign]) -> None:
        del self._waiting[user]
        self.give(sign())
