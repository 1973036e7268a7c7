"""The messengers a network is on, as its settings say: the real ones, or the demo's phones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.channels.simulator import Phones, simulators
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.crew import Crew
from bot.demo import Demo
from bot.handlers import commands, descriptions, short_descriptions
from bot.media import Media
from bot.network import Network
from bot.processes import Led
from bot.settings import Settings
from bot.workers.receipts import Receipts
from storage.database import Database
from storage.facts import recall, remember, secret
from storage.files import Files


@dataclass(frozen=True)
class Messengers:
    """Makes their channels; nothing is asked of a platform before their `start`."""

    settings: Settings
    network: Network
    database: Database
    clock: Clock
    files: Files
    media: Media
    crew: Crew

    def channels(self, phones: Phones | None) -> list[Channel]:
        """The first is that of the process which does what one is enough for.

        Args:
            phones: the demo's.
        """
        channels: list[Channel] = []
        if self.settings.telegram_token:
            channels.append(self._telegram(self.settings.telegram_token.reveal()))
        if self.settings.whatsapp:
            channels.append(self._whatsapp())
        if phones is not None:
            demo = Demo(self.database, self.clock, self.network, self.crew.nudge)
            channels += simulators(phones, demo, self.files, commands(), self.settings.demo_rate)
        return channels

    def _telegram(self, token: str) -> Channel:
        # Its library takes 11 MB, which the demo has no use for.
        from bot.channels.telegram import Profile, TelegramChannel  # noqa: PLC0415

        settings = self.settings
        return TelegramChannel(
            token,
            files=self.files,
            api_url=settings.telegram_api_url,
            public_url=settings.public_url,
            webhook_secret=self.database.transact(lambda session: secret(session, "telegram.webhook")),
            rate=settings.telegram_rate,
            profile=Profile(commands(), descriptions(self.network), short_descriptions(self.network)),
            lead=Led(self.crew.foremen, "telegram"),
            on_stopped=self.crew.stopped("telegram"),
        )

    def _whatsapp(self) -> Channel:
        # Twilio's SDK takes 0.1 s and 7 MB, for those alone who use it.
        from bot.channels.whatsapp import Account, WhatsAppChannel  # noqa: PLC0415

        settings, crew = self.settings, self.crew
        return WhatsAppChannel(
            Account.of(settings),
            public_url=settings.public_url,
            note=Receipts("whatsapp", self.database, self.clock, crew.nudge, crew.pause, crew.channels),
            media_url=self.media.url,
            memory=Memory(self.database),
            api_url=settings.twilio_api_url,
            rate=settings.whatsapp_rate,
            daily_limit=settings.whatsapp_daily_limit,
            lead=Led(crew.foremen, "whatsapp"),
            on_stopped=crew.stopped("whatsapp"),
        )


class Memory:
    """What a channel remembers, among the facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, key: str) -> dict[str, Any]:
        """What was last remembered under the key; empty when nothing was."""
        return await self._database.read(lambda session: recall(session, key))

    async def remember(self, key: str, value: dict[str, Any]) -> None:
        """Stored when it returns."""
        await self._database.run(lambda session: remember(session, key, value))
