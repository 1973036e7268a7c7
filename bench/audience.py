"""How long a coordinator waits for the number of people who match: by topic, region and language, and all of these."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from statistics import median
from typing import Final

from bench.crowd import REGIONS, TOPICS, settle
from bench.figures import Figure
from bench.postgresql import postgresql
from storage.audiences import ABROAD, Audience, count
from storage.database import Database
from storage.migrating import migrate

_TOPICS: Final = ((), ("education",), ("education", "health", "peace"), TOPICS)
_REGIONS: Final = ((), ("baku",), ("baku", "karabakh", ABROAD), REGIONS[1:])
_LANGUAGES: Final = ((), ("ru",), ("az",), ("az", "ru"))


def run(*, quick: bool = False) -> list[Figure]:
    """A million members on both databases, the median of three counts (quick: a tenth of them)."""
    members = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        figures = _measured("SQLite", f"sqlite:///{Path(folder) / 'korpu.db'}", members)
    with postgresql() as url:
        return figures + _measured("PostgreSQL", url, members)


def _measured(name: str, url: str, members: int) -> list[Figure]:
    database = Database(url)
    migrate(database)
    settle(database, members)
    taken = {audience: asyncio.run(_seconds(database, audience)) for audience in _audiences()}
    database.close()
    slowest, seconds = max(taken.items(), key=lambda one: one[1])
    print(f"  {name}: slowest {seconds:.2f} s for {slowest.to_json()}", flush=True)
    return [
        Figure(f"Counting {members:,} members on {name}, everybody", taken[Audience()], "s", 1, most=True),
        _slowest("… by topic, one to all seven", taken, [Audience(topics=each) for each in _TOPICS[1:]]),
        _slowest("… by region, one to thirteen", taken, [Audience(regions=each) for each in _REGIONS[1:]]),
        _slowest("… by language, one or two", taken, [Audience(languages=each) for each in _LANGUAGES[1:]]),
        _slowest(f"… the slowest of {len(taken)} combinations", taken, taken),
    ]


def _audiences() -> Iterator[Audience]:
    for topics, regions, languages in product(_TOPICS, _REGIONS, _LANGUAGES):
        yield Audience(topics, regions, languages)


def _slowest(what: str, taken: dict[Audience, float], audiences: Iterable[Audience]) -> Figure:
    return Figure(what, max(taken[audience] for audience in audiences), "s", 1, most=True)


async def _seconds(database: Database, audience: Audience) -> float:
    """As the program asks: a reader's thread, a transaction of its own. The first time brings the pages in."""
    taken: list[float] = []
    for _ in range(4):
        since = time.perf_counter()
        parts = await database.read(lambda session: count(session, audience))
        taken.append(time.perf_counter() - since)
        assert parts
    return median(taken[1:])
