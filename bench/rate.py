"""Telegram's limit of 30 a second held for a minute, nobody refused, and whoever writes meanwhile answered at once.

The emulator keeps the limit and writes down when each request came; it and the program each have a process.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from bench.bot import live
from bench.figures import Figure
from bench.people import FIRST_USER, filled
from tests.emulators.telegram import BotApi, Limits

RATE: Final = 30
ASKING: Final = 0.5
"""Seconds between two people who write while the broadcast runs."""

_ANSWER: Final = "Choose what we write to you about."


class Held(NamedTuple):
    """How a limit was kept.

    Attributes:
        rate: messages a second, of all that arrived.
        refused: how many with 429.
        waits: seconds until those who wrote meanwhile were answered, from the shortest to the longest.
    """

    rate: float
    refused: int
    waits: list[float]

    @property
    def slowest(self) -> float:
        """The 99th percentile."""
        return self.waits[math.ceil(0.99 * len(self.waits)) - 1]

    @property
    def middle(self) -> float:
        return self.waits[len(self.waits) // 2]


def run(*, quick: bool = False) -> list[Figure]:
    """One minute (quick: a quarter of one)."""
    seconds = 15 if quick else 60
    kept = asyncio.run(held(RATE, seconds))
    return [
        Figure(f"Messages a second at a limit of {RATE}, for {seconds} s", kept.rate, "messages/s", RATE - 1),
        Figure("… refused with 429", kept.refused, "", 0, most=True),
        Figure("… a person who writes meanwhile is answered after (p99)", kept.slowest, "s", 1, most=True),
        Figure("… and in the middle (median)", kept.middle, "s"),
    ]


async def held(rate: int, seconds: int, settling: float = 0) -> Held:
    """A broadcast for so long by the real program, which the emulator lets send `rate` a second.

    Args:
        settling: seconds after the first message that are not counted yet.
    """
    members = rate * math.ceil(seconds + settling + 10)
    limits = Limits(total_per_second=rate)
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder) / "korpu.db", members)
        async with BotApi(judge=False, limits=limits) as api:
            people = [api.person(FIRST_USER + 1 + number, started=True) for number in range(members)]
            async with live(Path(folder), api, rate):
                await api.asked("sendMessage", within=30)
                await asyncio.sleep(settling)
                begun = time.monotonic()
                asked: dict[int, float] = {}
                for person in people[-1 : -1 - int(seconds / ASKING) : -1]:
                    asked[person.id] = time.monotonic()
                    await person.says("/topics")
                    await asyncio.sleep(begun + len(asked) * ASKING - time.monotonic())
                await asyncio.sleep(begun + seconds + 1 - time.monotonic())
    sent = api.called("sendMessage")
    arrived = sum(begun <= request.time < begun + seconds for request in sent) / seconds
    answered = {
        request.chat: request.time for request in sent if str(request.parameters.get("text")).startswith(_ANSWER)
    }
    waits = sorted(answered.get(chat, math.inf) - since for chat, since in asked.items())
    print(f"  {arrived:.2f}/s, most in any second {limits.max_in_any_second}, {len(waits)} people wrote meanwhile")
    return Held(arrived, limits.over_limit, waits)
