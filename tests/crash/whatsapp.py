"""A drill on WhatsApp: the real program, an emulated Twilio that calls it, and a record of its lives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from bot.channels.whatsapp import Account, Setup
from tests.crash.handset import Handset, Seen
from tests.crash.lives import LATENCY, PATIENCE, Lives, free_port
from tests.emulators.twilio import ACCOUNT, SENDER, TOKEN, Request, Twilio

PUBLIC: Final = "https://korpu.example"
"""What Twilio is told to call; the emulator knows where that is."""

LANGUAGES: Final = ("az", "ru", "en")
NUMBER: Final = SENDER.removeprefix("whatsapp:")
PAUSE: Final = 0.3
"""Seconds between Twilio's tries to call us: five of them outlast some of the times we are away, and not others."""

Sign = Callable[[Request], object]


def listens(request: Request) -> bool:
    """The bot looks for what it missed: it is wholly there."""
    return request.operation == "messages.list" and request.parameters.get("To") == SENDER and not request.answered


def sends(request: Request) -> bool:
    """The bot sends something."""
    return request.operation == "messages.create" and not request.answered


def names(number: int) -> tuple[str, str]:
    """The phone number and the user id of the person with this number, as far as Twilio tells them."""
    phone, user = f"+99455{number:07d}", f"AZ.{number:015d}"
    return ((phone, ""), ("", user), (phone, user))[number // 3 % 3]


class WhatsAppDrill(Lives[Request]):
    """`async with WhatsAppDrill(...) as drill:` and the emulator listens, with all Content there and bells approved.

    Attributes:
        port: of the bot; `public`: what it says its address is.
    """

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        super().__init__(database_url, folder, seed)
        self.twilio = Twilio(latency=LATENCY)
        self.port = free_port()
        self.public = PUBLIC

    def settings(self) -> dict[str, str]:
        return {
            "PORT": str(self.port),
            "PUBLIC_URL": self.public,
            "TELEGRAM_TOKEN": "",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": self.twilio.url,
            "WHATSAPP_DAILY_LIMIT": "0",
            "WHATSAPP_FROM": NUMBER,
            "WHATSAPP_RATE": str(self.rate),
        }

    async def start(self, sign: Sign | None = listens) -> None:
        """Start the bot; return at the first request that is the sign of its work, or at once without one."""
        await self._start(sign)

    async def until(self, sign: Sign) -> Request:
        return await self.twilio.until(sign, within=PATIENCE)

    def person(self, number: int) -> Handset:
        """The one with this number; Twilio tells their phone's, an id of theirs, or both."""
        phone, user = names(number)
        return Handset(self.twilio.person(phone, external_user_id=user, name=f"Newcomer {number}"))

    @staticmethod
    def is_report(seen: Seen) -> bool:
        """What the author of a broadcast gets when it is over."""
        return "Finished: " in seen.text

    async def __aenter__(self) -> Self:
        await self.twilio.start()
        self.twilio.reach[self.public] = f"http://127.0.0.1:{self.port}"
        self.twilio.webhooks.url = f"{self.public}/whatsapp#rc=5&rp=all"
        self.twilio.world.courier.pause = PAUSE
        await Setup(Account(ACCOUNT, TOKEN, sender=NUMBER), self.twilio.url, lambda _line: None).run()
        for language in LANGUAGES:
            self.twilio.world.approve(f"korpu_bell_{language}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()
        await self.twilio.stop()
