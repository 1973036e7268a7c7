"""The real program, started and killed again and again, and a record of every life it had and how each ended."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Generic, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.lanes import Lane
from tests.crash.process import KilledProcess
from tests.crash.starvation import Starvation
from tests.plain_network import plain_network

RATE: Final = 200
"""Messages a second the bot may send, unless a drill chooses: far above what platforms take, so that every kill meets
many sends in flight."""

LATENCY: Final = 0.03
"""Seconds every answer of the emulator takes."""

RECENT: Final = 0.1
"""Seconds within which an outcome must be stored: those that are younger may be lost in a kill. See `Starvation`."""

PATIENCE: Final = 60.0
"""Seconds after which somebody who waits is stuck: a start under load takes some, and a lease lasts eight."""

Asked = TypeVar("Asked")


async def eventually(true: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until it is so.

    Raises:
        TimeoutError: it is not, `within` seconds later.
    """
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


def free_port() -> int:
    """One that stays the same over all lives, as Twilio's settings do.

    Below those that systems give to connections: no other drill's takes it while the bot is down.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(slots=True)
class Life:
    """From a start to the kill, in seconds of the monotonic clock.

    Attributes:
        killed: 0 for one that was not killed.
        stored: outcomes from before this moment must have been stored when it was killed.
    """

    begun: float
    killed: float = 0.0
    stored: float = 0.0


class Lives(ABC, Generic[Asked]):
    """What the drills of every platform share; `Asked` is a request as the platform's emulator keeps it.

    Attributes:
        lives: one a start, oldest first.
        random: every choice of the drill comes from here.
        rate: messages a second the bot may send; `manners`: what the network's file says of broadcasts, where it is not
            that they leave at once; `more`: further settings. All count from the first start on.
        told: what the drill has to tell beside the counts of its audit.
    """

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        self.database = Database(database_url)
        self.lives: list[Life] = []
        self.seed = seed
        self.rate: float = RATE
        self.manners: dict[str, int | str] = {}
        self.more: dict[str, str] = {}
        self.told: list[str] = []
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._url = database_url
        self._folder = folder
        self._sign: Callable[[Asked], object] | None = None
        self._bot: KilledProcess | None = None
        self._starvation: Starvation | None = None

    @property
    def kills(self) -> int:
        return sum(1 for life in self.lives if life.killed)

    @property
    def bot(self) -> KilledProcess:
        if self._bot is None:
            settings = {
                "DATA": str(self._folder / "data"),
                "DATABASE_URL": self._url,
                "DEMO": "no",
                "HOST": "127.0.0.1",
                "NETWORK": str(plain_network(self._folder, **self.manners)),
                **self.settings(),
                **self.more,
            }
            command = [sys.executable, "-m", "bot", "run"]
            self._bot = KilledProcess(command, log=self._folder / "log", environment=settings, ready=self._ready)
        return self._bot

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Which platform, and where it is."""

    @abstractmethod
    async def until(self, sign: Callable[[Asked], object]) -> Asked:
        """The next request that is this sign."""

    async def kill(self, *, lapse: bool = True) -> None:
        """SIGKILL.

        Args:
            lapse: let the dead process's lease on the channel run out at once. It lasts 8 s, and to wait them out at
                each of twenty kills would be most of the drill; some kills do.
        """
        self._end_life()
        await self.bot.kill()
        if lapse:
            await self.database.run(_lapse)

    async def stop(self) -> int:
        """SIGTERM, which is enough. The exit status."""
        if self._starvation is not None:
            self._starvation.end()
        return await self.bot.stop()

    async def stop_and_kill(self, after: float) -> None:
        """SIGTERM, and SIGKILL `after` seconds later, if it goes on until then."""
        with suppress(TimeoutError):
            await self.bot.stop(within=after)
        self._end_life()
        await self.database.run(_lapse)

    async def _start(self, sign: Callable[[Asked], object] | None) -> None:
        """Start the bot; return at the first request that is the sign of its work, or at once without one."""
        self._sign = sign
        self.lives.append(Life(time.monotonic()))
        self._starvation = Starvation(self.bot)
        await self.bot.start()

    async def _end(self) -> None:
        """The drill is over, however it went."""
        if self._starvation is not None:
            self._starvation.end()
        if self._bot is not None:
            await self._bot.__aexit__()
        self.database.close()

    def _end_life(self) -> None:
        assert self._starvation is not None, "it was not started"
        life = self.lives[-1]
        life.killed = time.monotonic()
        self._starvation.end()
        life.stored = self._starvation.since(RECENT)

    async def _ready(self) -> None:
        if self._sign is not None:
            await self.until(self._sign)


def _lapse(session: Session) -> None:
    session.execute(update(Lane).values(leased_until=None))
