"""Two real processes on one PostgreSQL and one emulated Bot API; each may be killed while the other goes on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from tests.crash.drill import SENDS, Drill
from tests.crash.lives import PATIENCE, Life, free_port
from tests.emulators.telegram import Message, Person, Request

SETTLED: Final = 3.0
"""Seconds after a kill in which the platform may still read what the dead process had sent; nobody else sends yet."""

_TRIES: Final = 40
"""Questions on a port that both share, until the one that was meant has answered."""


def _meets(request: Request) -> bool:
    """The first thing that any process asks."""
    return request.method == "getMe" and not request.answered


class Pair:
    """`async with Pair(...) as pair:` and both run.

    Attributes:
        one, other: the processes, each as a drill of its own with the same people and the same platform.
        lives: of whoever delivers, one after the other: from the kill of the one before to its own.
    """

    def __init__(self, database_url: str, folder: Path, seed: int, rate: float, *, webhooks: bool = False) -> None:
        self.one, self.other = (Drill(database_url, folder, seed) for _ in range(2))
        self.other.api = self.one.api
        self.lives: list[Life] = [Life(time.monotonic())]
        shared = free_port()
        for drill in (self.one, self.other):
            drill.rate = rate
            drill.more = {"PORT": str(shared if webhooks else free_port())}
            if webhooks:
                drill.more |= {"PUBLIC_URL": f"http://127.0.0.1:{shared}"}
        self.api = self.one.api
        self.database = self.one.database
        self.seed = seed
        self.told: list[str] = []

    def person(self, number: int) -> Person:
        return self.one.person(number)

    def is_report(self, message: Message) -> bool:
        return self.one.is_report(message)

    async def start(self, drill: Drill) -> None:
        """Start this one, and return when it listens."""
        await drill.start(_meets)
        async with asyncio.timeout(PATIENCE):
            while not await self.health(drill):
                await asyncio.sleep(0.05)

    async def health(self, drill: Drill) -> dict[str, Any]:
        """What it tells about itself; empty while it does not run."""
        for _ in range(_TRIES):
            try:
                async with aiohttp.request("GET", f"http://127.0.0.1:{drill.more['PORT']}/health") as response:
                    told: dict[str, Any] = await response.json()
            except aiohttp.ClientError:
                continue
            if told["process"] == drill.bot.pid:
                return told
        return {}

    async def leader(self) -> tuple[Drill, Drill]:
        """Who leads, as they say themselves, and who does not.

        Raises:
            AssertionError: both say so.
            TimeoutError: neither does.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                leads = [(await self.health(drill)).get("leads") == ["telegram"] for drill in (self.one, self.other)]
                assert leads != [True, True], "two foremen on one channel"
                if any(leads):
                    return (self.one, self.other) if leads[0] else (self.other, self.one)
                await asyncio.sleep(0.05)

    async def kill(self, drill: Drill) -> float:
        """SIGKILL to the one that leads, and its lease runs as it does. When that was."""
        await drill.kill(lapse=False)
        ended = drill.lives[-1]
        life = self.lives[-1]
        life.killed, life.stored = ended.killed, ended.stored
        self.lives.append(Life(ended.killed + SETTLED))
        return ended.killed

    async def next_send(self, after: float) -> Request:
        """The first that the platform got later than this."""
        async with asyncio.timeout(PATIENCE):
            while not (sent := [one for one in self.sends() if one.time > after]):
                await asyncio.sleep(0.02)
        return sent[0]

    def sends(self) -> list[Request]:
        return [request for request in self.api.requests if request.method in SENDS]

    def most_in_a_second(self) -> int:
        """Most sends that the platform got within any one second."""
        times = [request.time for request in self.sends()]
        return max((sum(1 for time in times[at : at + 2_000] if time < begun + 1) for at, begun in enumerate(times)))

    async def __aenter__(self) -> Self:
        await self.one.__aenter__()
        await self.start(self.one)
        await self.start(self.other)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.other._end()
        await self.one.__aexit__(*failure)
