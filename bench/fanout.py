"""How fast a broadcast's rows are written, who waits meanwhile, and how soon its author has the report."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.bot import live
from bench.crowd import settle
from bench.figures import Figure
from bench.people import FIRST_USER, send
from bench.processes import measured
from storage.database import Database
from storage.migrating import migrate
from tests.emulators.telegram import BotApi

ASKING = 0.1
"""Seconds between two people who write."""

IDLE = 30
"""People who write before the broadcast, for comparison."""


def run(*, quick: bool = False) -> list[Figure]:
    """To 100,000 and 1,000,000, SQLite in a file (quick: a tenth)."""
    few, many = (10_000, 100_000) if quick else (100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        small = measured("fan_korpu", _settled(Path(folder) / "few.db", few))
    with tempfile.TemporaryDirectory() as folder:
        large = measured("fan_korpu", _settled(Path(folder) / "many.db", many))
    with tempfile.TemporaryDirectory() as folder:
        _settled(Path(folder) / "korpu.db", few)
        fired, idle, meanwhile = asyncio.run(_answers(Path(folder)))
    by_clock, by_cpu = (large[one] / large["rows"] * small["rows"] / small[one] for one in ("seconds", "cpu"))
    late, beyond = max(meanwhile) - idle, large["peak"] - small["peak"]
    print(
        f"  a row: {1e6 * small['cpu'] / small['rows']:.1f} µs of CPU, {1e6 * large['cpu'] / large['rows']:.1f} at last"
    )
    print(
        f"  {len(meanwhile)} wrote meanwhile, answered after {median(meanwhile):.0f} ms, {max(meanwhile):.0f} at most"
    )
    return [
        Figure(f"Fan-out to {few:,} on SQLite", small["seconds"], "s", 10, most=True),
        Figure("… by the running program, from the moment it fires", fired, "s", 10, most=True),
        Figure(
            f"… a reply meanwhile, later than on an idle bot ({idle:.0f} ms) by at most", late, "ms", 200, most=True
        ),
        Figure(f"… time a row to {many:,}, to that (of CPU {by_cpu:.2f})", by_clock, "", 1.5, most=True),
        Figure(f"… memory to {many:,}, beyond {small['peak']:.0f} MB", beyond, "MB", 20, most=True),
        Figure(f"The report of {few:,}, with its file", small["report"], "s", 1, most=True),
        Figure("… the file of it", small["file"], "s"),
        Figure(f"The report of {many:,}, with its file", large["report"], "s"),
    ]


def _settled(path: Path, members: int) -> Path:
    database = Database(f"sqlite:///{path}")
    migrate(database)
    settle(database, members * 100 // 97 + 1, whatsapp=0)
    database.close()
    return path


async def _answers(folder: Path) -> tuple[float, float, list[float]]:
    """The seconds to write all rows; a reply in ms, before (the median) and meanwhile."""
    async with BotApi(judge=False) as api, live(folder, api):
        for user in range(FIRST_USER, FIRST_USER + 5_000):
            api.person(user, started=True)
        await api.asked("getUpdates", within=30)
        await asyncio.sleep(1)
        idle = [await _answered(api, FIRST_USER + 3_000 + number) for number in range(IDLE)]
        database = Database(f"sqlite:///{folder / 'korpu.db'}")
        begun = time.monotonic()
        await database.run(lambda session: send(session, {}))
        database.close()
        asking: list[asyncio.Task[float]] = []
        while not _fanned(folder / "korpu.db"):
            asking.append(asyncio.create_task(_answered(api, FIRST_USER + 4_000 + len(asking))))
            await asyncio.sleep(ASKING)
        fired = time.monotonic() - begun
        return fired, median(idle), list(await asyncio.gather(*asking))


async def _answered(api: BotApi, user: int) -> float:
    """How long somebody waits for the list of topics, in ms."""
    since = time.monotonic()
    answering = api.until(lambda asked: asked.method == "sendMessage" and asked.chat == user, within=60)
    answer, _said = await asyncio.gather(answering, api.person(user, started=True).says("/topics"))
    return 1000 * (answer.time - since)


def _fanned(path: Path) -> bool:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return bool(connection.execute("SELECT fanned_at IS NOT NULL FROM broadcasts").fetchone()[0])
