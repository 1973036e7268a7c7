"""What it costs to have the bot running: seconds from its start to the first answer, and the demo's memory."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil  # type: ignore[import-untyped]  # it brings no types
from aiohttp import ClientSession

from bench.bot import demo, live
from bench.figures import Figure
from tests.emulators.telegram import BotApi

SILENT = 7
"""Members beside the three phones of the demo, who make ten."""

REST = 3
"""Seconds after which the memory is read."""


def run(*, quick: bool = False) -> list[Figure]:
    """The median of five starts (quick: of two)."""
    starts = [asyncio.run(_first_answer()) for _ in range(2 if quick else 5)]
    print(f"  starts: {min(starts):.2f} to {max(starts):.2f} s")
    return [
        Figure("Start to first answer, a new database (median)", median(starts), "s", 2, most=True),
        Figure("Resident memory, demo with ten members", asyncio.run(_demo_memory()), "MB", 120, most=True),
    ]


async def _first_answer() -> float:
    """Somebody wrote while it was down."""
    async with BotApi(judge=False) as api:
        await api.person(1, language_code="az").says("/start")
        with tempfile.TemporaryDirectory() as folder:
            since = time.monotonic()
            async with live(Path(folder), api):
                await api.asked("sendMessage", within=60)
                return api.called("sendMessage")[0].time - since


async def _demo_memory() -> float:
    """After everybody on the three phones has begun."""
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as (process, url), ClientSession() as session:
            await _up(session, url)
            async with session.ws_connect(f"{url}/live", origin=url) as page:
                phones = (await page.receive_json())["phones"]
                await page.send_json({"do": "add_silent", "id": "bench-silent", "count": SILENT})
                for number, phone in enumerate(phones):
                    said = {"do": "say", "id": f"bench-say-{number}", "user": phone["user"], "text": "/start"}
                    await page.send_json(said)
                await asyncio.sleep(REST)
                assert len(phones) + SILENT == 10
                resident: float = psutil.Process(process.pid).memory_info().rss / 1e6
                return resident


async def _up(session: ClientSession, url: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with session.get(f"{url}/health"):
                    return
            except OSError:
                await asyncio.sleep(0.05)
