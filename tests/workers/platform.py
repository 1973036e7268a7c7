"""A platform whose answers a test decides, behind the Channel contract; what it took is kept in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from bot.core.channel import Accept, Capabilities, Outcome, Sent
from bot.core.messages import Outbound


class Platform:
    """Takes everything unless `answer` says otherwise.

    Args:
        answer: (user, text, how often this user was tried before) -> outcome; None takes it.
        latency: seconds each send takes.
    """

    name = "telegram"
    label = "Telegram"
    capabilities = Capabilities(buttons=True, edits=True, markup="html")

    def __init__(
        self,
        answer: Callable[[str, str, int], Outcome | None] = lambda _user, _text, _tries: None,
        rate: float = 10_000,
        latency: float = 0,
    ) -> None:
        self.rate = rate
        self.latency = latency
        self.taken: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.edits: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._answer = answer
        self._tries: dict[str, int] = {}

    async def start(self, accept: Accept) -> None:
        raise NotImplementedError("nobody writes on this platform")

    async def stop(self) -> None:
        return

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:  # noqa: ARG002 - nothing is told later here
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        if self.latency:
            await asyncio.sleep(self.latency)
        self.in_flight -= 1
        text = str(outbound.text)
        answer = self._answer(user, text, self._tries.get(user, 0))
        self._tries[user] = self._tries.get(user, 0) + 1
        if answer is not None:
            return answer
        self.taken.append((user, text))
        self.times.append(time.monotonic())
        self.edits.append(outbound.edit)
        return Sent(str(len(self.taken)))

    def link(self, payload: str) -> str:
        return payload

    def routes(self) -> Sequence[Any]:
        return ()
