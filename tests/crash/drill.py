"""A drill on Telegram: the real program, an emulated Bot API, and a record of every life the program had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from tests.crash.lives import LATENCY, PATIENCE, Lives
from tests.emulators.telegram import BotApi, Message, Person, Request

SENDS: Final = frozenset({"sendMessage", "sendDocument"})
"""What puts a new message on a screen. An edit that is repeated changes nothing."""

HINTS: Final = ("", "az", "ru-RU", "en-GB", "de")
"""What people's phones are set to."""

Sign = Callable[[Request], object]


def polls(request: Request) -> bool:
    """The bot asks for updates: it is wholly there."""
    return request.method == "getUpdates" and not request.answered


def sends(request: Request) -> bool:
    """The bot sends something."""
    return request.method in SENDS and not request.answered


class Drill(Lives[Request]):
    """`async with Drill(...) as drill:` and the emulator listens; the bot is started by `start`."""

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        super().__init__(database_url, folder, seed)
        self.api = BotApi(latency=LATENCY)

    def settings(self) -> dict[str, str]:
        return {
            "PORT": "0",
            "PUBLIC_URL": "",
            "TELEGRAM_API_URL": self.api.url,
            "TELEGRAM_RATE": str(self.rate),
            "TELEGRAM_TOKEN": self.api.token,
        }

    async def start(self, sign: Sign | None = polls) -> None:
        """Start the bot; return at the first request that is the sign of its work, or at once without one."""
        await self._start(sign)

    async def until(self, sign: Sign) -> Request:
        return await self.api.until(sign, within=PATIENCE)

    def person(self, number: int) -> Person:
        """The one with this number, and a name and a phone in some language."""
        return self.api.person(number, first_name=f"Newcomer {number}", language_code=HINTS[number % len(HINTS)])

    @staticmethod
    def is_report(message: Message) -> bool:
        """What the author of a broadcast gets when it is over."""
        return message.document is not None

    async def __aenter__(self) -> Self:
        await self.api.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()
        await self.api.stop()
