"""Two real processes on one PostgreSQL and one emulated platform; each may end while the other goes on."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from bisect import bisect_left
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

import aiohttp

from tests.crash.drill import SENDS, Drill
from tests.crash.lives import PATIENCE, Life, free_port
from tests.crash.whatsapp import WhatsAppDrill

SETTLED: Final = 3.0
"""Seconds after a kill in which the platform may still read what the dead process had sent; nobody else sends yet."""

_TRIES: Final = 40
"""Questions on the port that both share, until the one that was meant has answered."""

OneDrill = TypeVar("OneDrill", Drill, WhatsAppDrill)


class Pair(ABC, Generic[OneDrill]):
    """`async with TelegramPair(...) as pair:` and both run.

    Attributes:
        one, other: the processes, each as a drill of its own with the same people and the same platform.
        channel: on which they deliver.
        lives: of whoever delivers, one after the other: from the kill of the one before to its own.
    """

    channel: str

    def __init__(self, one: OneDrill, other: OneDrill, rate: float) -> None:
        self.one: OneDrill = one
        self.other: OneDrill = other
        self.database = one.database
        self.seed = one.seed
        self.rate = rate
        self.told: list[str] = []
        self.lives: list[Life] = [Life(time.monotonic())]
        for drill in (one, other):
            drill.rate = rate

    @property
    @abstractmethod
    def port(self) -> int:
        """Where both listen."""

    @abstractmethod
    def sends(self) -> list[float]:
        """When the platform got each message, by the monotonic clock."""

    async def start(self, drill: OneDrill) -> None:
        """Start this one, and return when it listens."""
        await drill.start(None)
        async with asyncio.timeout(PATIENCE):
            while not await self.health(drill):
                await asyncio.sleep(0.05)

    async def health(self, drill: OneDrill) -> dict[str, Any]:
        """What it tells about itself; empty while it does not run."""
        for _ in range(_TRIES):
            try:
                async with aiohttp.request("GET", f"http://127.0.0.1:{self.port}/health") as response:
                    told: dict[str, Any] = await response.json()
            except aiohttp.ClientError:
                continue
            if told["process"] == drill.bot.pid:
                return told
        return {}

    async def leader(self) -> tuple[OneDrill, OneDrill]:
        """Who leads, as they say themselves, and who does not.

        Raises:
            AssertionError: both say so.
            TimeoutError: neither does.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                told = [await self.health(drill) for drill in (self.one, self.other)]
                leads = [one.get("leads") == [self.channel] for one in told]
                assert leads != [True, True], "two foremen on one channel"
                if any(leads):
                    return (self.one, self.other) if leads[0] else (self.other, self.one)
                await asyncio.sleep(0.05)

    async def kill(self, drill: OneDrill) -> float:
        """SIGKILL to the one that leads, and its lease runs as it does. When that was."""
        await drill.kill(lapse=False)
        ended, life = drill.lives[-1], self.lives[-1]
        life.killed, life.stored = ended.killed, ended.stored
        self.lives.append(Life(ended.killed + SETTLED))
        return ended.killed

    async def next_send(self, after: float) -> float:
        """When the platform got the first that it got later than this."""
        async with asyncio.timeout(PATIENCE):
            while not (sent := [moment for moment in self.sends() if moment > after]):
                await asyncio.sleep(0.02)
        return sent[0]

    def fullest_second(self) -> int:
        """Most sends that the platform got within any one second."""
        times = self.sends()
        return max(bisect_left(times, begun + 1) - at for at, begun in enumerate(times))

    def logged(self, *phrases: str) -> list[str]:
        """What either of them printed with one of these in it."""
        return [line for line in self.one.bot.log.splitlines() if any(phrase in line for phrase in phrases)]

    async def stop(self) -> list[int]:
        """SIGTERM to both. Their exit statuses."""
        return [await drill.stop() for drill in (self.one, self.other)]

    async def __aenter__(self) -> Self:
        await self.one.__aenter__()
        await self.start(self.one)
        await self.start(self.other)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.other._end()
        await self.one.__aexit__(*failure)


class TelegramPair(Pair[Drill]):
    """Each asks for updates while it leads, or with `webhooks` is called."""

    channel = "telegram"

    def __init__(self, database_url: str, folder: Path, seed: int, rate: float, *, webhooks: bool = False) -> None:
        one, other = (Drill(database_url, folder, seed) for _ in range(2))
        super().__init__(one, other, rate)
        self.api = other.api = one.api
        self._port = free_port()
        for drill in (one, other):
            drill.more = {"PORT": str(self._port)}
            if webhooks:
                drill.more |= {"PUBLIC_URL": f"http://127.0.0.1:{self._port}"}

    @property
    def port(self) -> int:
        return self._port

    def sends(self) -> list[float]:
        return [request.time for request in self.api.requests if request.method in SENDS]


class WhatsAppPair(Pair[WhatsAppDrill]):
    """Both are called at one address; only the one that leads reads Twilio's list."""

    channel = "whatsapp"

    def __init__(self, database_url: str, folder: Path, seed: int, rate: float) -> None:
        one, other = (WhatsAppDrill(database_url, folder, seed) for _ in range(2))
        super().__init__(one, other, rate)
        self.twilio = other.twilio = one.twilio
        other.port = one.port

    @property
    def port(self) -> int:
        return self.one.port

    def sends(self) -> list[float]:
        return [request.time for request in self.twilio.called("messages.create")]
