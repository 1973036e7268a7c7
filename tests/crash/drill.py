"""A drill: the real program, an emulated Telegram, and a record of every life the program had and how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Self

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.lanes import Lane
from tests.crash.process import KilledProcess
from tests.crash.starvation import Starvation
from tests.emulators.telegram import BotApi, Request

RATE: Final = 200
"""Messages a second the bot may send: far above Telegram's 30, so that every kill meets many sends in flight."""

LATENCY: Final = 0.03
"""Seconds every answer of the emulator takes."""

SENDS: Final = frozenset({"sendMessage", "sendDocument"})
"""What puts a new message on a screen. An edit that is repeated changes nothing."""

RECENT: Final = 0.1
"""Seconds within which an outcome must be stored: those that are younger may be lost in a kill. See `Starvation`."""

PATIENCE: Final = 60.0
"""Seconds after which somebody who waits is stuck: a start under load takes some, and a lease lasts eight."""

Sign = Callable[[Request], object]


def polls(request: Request) -> bool:
    """The bot asks for updates: it is wholly there."""
    return request.method == "getUpdates" and not request.answered


def sends(request: Request) -> bool:
    """The bot sends something."""
    return request.method in SENDS and not request.answered


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


class Drill:
    """`async with Drill(...) as drill:` and the emulator listens; the bot is started by `start`.

    Attributes:
        lives: one a start, oldest first.
        random: every choice of the drill comes from here.
    """

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        self.api = BotApi(latency=LATENCY)
        self.database = Database(database_url)
        self.lives: list[Life] = []
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._url = database_url
        self._folder = folder
        self._sign: Sign | None = None
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
                "NETWORK": "networks/azerbaijan.toml",
                "PORT": "0",
                "PUBLIC_URL": "",
                "TELEGRAM_API_URL": self.api.url,
                "TELEGRAM_RATE": str(RATE),
                "TELEGRAM_TOKEN": self.api.token,
            }
            command = [sys.executable, "-m", "bot", "run"]
            self._bot = KilledProcess(command, log=self._folder / "log", environment=settings, ready=self._ready)
        return self._bot

    async def start(self, sign: Sign | None = polls) -> None:
        """Start the bot; return at the first request that is the sign of its work, or at once without one."""
        self._sign = sign
        self.lives.append(Life(time.monotonic()))
        self._starvation = Starvation(self.bot)
        await self.bot.start()

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

    async def __aenter__(self) -> Self:
        await self.api.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._starvation is not None:
            self._starvation.end()
        if self._bot is not None:
            await self._bot.__aexit__()
        await self.api.stop()
        self.database.close()

    def _end_life(self) -> None:
        assert self._starvation is not None, "it was not started"
        life = self.lives[-1]
        life.killed = time.monotonic()
        self._starvation.end()
        life.stored = self._starvation.since(RECENT)

    async def _ready(self) -> None:
        if self._sign is not None:
            await self.api.until(self._sign, within=PATIENCE)


def _lapse(session: Session) -> None:
    session.execute(update(Lane).values(leased_until=None))
