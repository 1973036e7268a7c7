"""How long a reply takes on an idle bot: from the update's arrival at the platform to that of the answer."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.bot import live
from bench.figures import Figure
from bench.people import FIRST_USER, filled
from tests.emulators.telegram import BotApi

PAUSE = 0.2
"""Seconds in which everything comes to rest again."""


def run(*, quick: bool = False) -> list[Figure]:
    return asyncio.run(_replies(20 if quick else 100))


async def _replies(people: int) -> list[Figure]:
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder) / "korpu.db", people, sending=False)
        async with BotApi(judge=False) as api, live(Path(folder), api):
            await api.asked("getUpdates", within=30)
            for number in range(people):
                person = api.person(FIRST_USER + 1 + number, started=True)
                await asyncio.sleep(PAUSE)
                since, answers = time.monotonic(), len(api.called("sendMessage"))
                await person.says("/topics")
                await api.asked("sendMessage", answers + 1)
                waits.append(1000 * (api.called("sendMessage")[-1].time - since))
    print(f"  {people} replies, {min(waits):.1f} to {max(waits):.1f} ms")
    return [Figure("A reply on an idle bot (median)", median(waits), "ms", 50, most=True)]
