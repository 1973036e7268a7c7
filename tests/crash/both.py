"""A drill on both messengers at once: one bot, an emulated Twilio, and an emulated Bot API that calls it, too."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tests.crash.drill import HINTS
from tests.crash.handset import Handset
from tests.crash.lives import LATENCY
from tests.crash.whatsapp import WhatsAppDrill
from tests.emulators.telegram import BotApi, Message, Person


class BothDrill(WhatsAppDrill):
    """`drill.person` is on WhatsApp, `drill.friend` on Telegram."""

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        super().__init__(database_url, folder, seed)
        self.api = BotApi(latency=LATENCY)
        self.public = f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        return super().settings() | {
            "TELEGRAM_API_URL": self.api.url,
            "TELEGRAM_RATE": str(self.rate),
            "TELEGRAM_TOKEN": self.api.token,
        }

    def at(self, number: int) -> Handset:
        """The WhatsApp phone of somebody whose number Twilio tells."""
        return Handset(self.twilio.person(f"+99455{number:07d}", name=f"Newcomer {number}"))

    def friend(self, number: int) -> Person:
        """The one with this number on Telegram."""
        return self.api.person(number, first_name=f"Newcomer {number}", language_code=HINTS[number % len(HINTS)])

    async def __aenter__(self) -> Self:
        await self.api.start()
        return await super().__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await super().__aexit__(*failure)
        await self.api.stop()


class Friendly:
    """The same drill as somebody on Telegram takes part in it, such as its coordinator."""

    def __init__(self, drill: BothDrill) -> None:
        self.database = drill.database
        self.person = drill.friend

    @staticmethod
    def is_report(message: Message) -> bool:
        """What the author of a broadcast gets when it is over."""
        return message.document is not None
