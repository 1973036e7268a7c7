"""A platform whose answers a test decides, behind the Channel contract; what it took is kept in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
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


class Windowed(Platform):
    """A platform with a reply window, bells and receipts, which can be asked what it was given."""

    capabilities = Capabilities(
        buttons=False, edits=False, markup="whatsapp", text=1600, window=timedelta(hours=24), bells=100, merges=True
    )

    def __init__(
        self,
        answer: Callable[[str, str, int], Outcome | None] = lambda _user, _text, _tries: None,
        rate: float = 10_000,
        latency: float = 0,
    ) -> None:
        super().__init__(answer, rate, latency)
        self.bells: list[tuple[str, tuple[str, ...]]] = []
        self.references: list[str] = []
        self.given: dict[str, list[str]] = {}
        """What the platform was given for each person, by its own ids, whether it answered or not."""
        self.asked = 0

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        self.references.append(reference)
        outcome = await super().send(user, outbound, reference)
        if isinstance(outcome, Sent) and outbound.bell:
            self.taken.pop()
            self.bells.append((user, outbound.bell))
        if isinstance(outcome, Sent):
            outcome = Sent(f"SM{len(self.references)}")
            self.given.setdefault(user, []).append(outcome.external_id)
        return outcome

    async def trace(self, user: str, since: datetime, known: Collection[str]) -> Outcome | None:  # noqa: ARG002 - it forgets nothing
        self.asked += 1
        unknown = [message for message in self.given.get(user, []) if message not in known]
        return Sent(unknown[-1]) if unknown else None
