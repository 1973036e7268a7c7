"""Telegram's limit of 30 a second held for a minute, nobody refused, and whoever writes meanwhile answered at once.

The emulator keeps the limit and writes down when each request came; it and the program each have a process.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.bot import live
from bench.figures import Figure
from bench.people import FIRST_USER, filled
from tests.emulators.telegram import BotApi, Limits

RATE: Final = 30
ASKING: Final = 0.5
"""Seconds between two people who write while the broadcast runs."""

_ANSWER: Final = "Choose what we write to you about."


def run(*, quick: bool = False) -> list[Figure]:
    """One minute (quick: a quarter of one)."""
    return asyncio.run(_minute(15 if quick else 60))


async def _minute(seconds: int) -> list[Figure]:
    members = RATE * (seconds + 10)
    limits = Limits(total_per_second=RATE)
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder) / "korpu.db", members)
        async with BotApi(judge=False, limits=limits) as api:
            people = [api.person(FIRST_USER + 1 + number, started=True) for number in range(members)]
            async with live(Path(folder), api):
                await api.asked("sendMessage", within=30)
                begun = time.monotonic()
                asked: dict[int, float] = {}
                for person in people[-1 : -1 - int(seconds / ASKING) : -1]:
                    asked[person.id] = time.monotonic()
                    await person.says("/topics")
                    await asyncio.sleep(begun + len(asked) * ASKING - time.monotonic())
                await asyncio.sleep(begun + seconds + 1 - time.monotonic())
    sent = api.called("sendMessage")
    held = sum(begun <= request.time < begun + seconds for request in sent) / seconds
    answered = {
        request.chat: request.time for request in sent if str(request.parameters.get("text")).startswith(_ANSWER)
    }
    waits = sorted(answered.get(chat, math.inf) - since for chat, since in asked.items())
    slowest = waits[math.ceil(0.99 * len(waits)) - 1]
    print(f"  {held:.2f}/s, most in any second {limits.max_in_any_second}, {len(waits)} people wrote meanwhile")
    return [
        Figure(f"Messages a second at a limit of {RATE}, for {seconds} s", held, "messages/s", RATE - 1),
        Figure("… refused with 429", limits.over_limit, "", 0, most=True),
        Figure("… a person who writes meanwhile is answered after (p99)", slowest, "s", 1, most=True),
        Figure("… and in the middle (median)", waits[len(waits) // 2], "s"),
    ]
