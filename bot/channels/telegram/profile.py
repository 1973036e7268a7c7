"""What Telegram shows about the bot before it says anything: its commands and descriptions, in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from logging import getLogger
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram.transport import LeanBot

_logger = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """Each by two-letter language; "" is shown to everybody else.

    Attributes:
        commands: (command, description): 1 to 32 of `[a-z0-9_]` and 1 to 256 characters, at most 100.
        descriptions: what an empty chat shows, up to 512 characters.
        short_descriptions: what stands in the bot's profile and in shared links, up to 120 characters.
    """

    commands: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    short_descriptions: Mapping[str, str] = field(default_factory=dict)

    async def publish(self, bot: LeanBot) -> None:
        """Tell Telegram what is new in it, best effort: unchanged texts are not sent, their limit is a few a day."""
        try:
            for name, language, shown, parameters in self._texts():
                where = {"language_code": language} if language else {}
                if await bot.do_api_request(f"getMy{name}", dict(where)) != shown:
                    await bot.do_api_request(f"setMy{name}", parameters | where)
        except TelegramError as error:
            _logger.warning("Commands and descriptions were not all registered with Telegram: %s", error)

    def _texts(self) -> Iterator[tuple[str, str, object, dict[str, Any]]]:
        for language, commands in self.commands.items():
            listed = [{"command": command, "description": description} for command, description in commands]
            yield "Commands", language, listed, {"commands": listed}
        for language, text in self.descriptions.items():
            yield "Description", language, {"description": text}, {"description": text}
        for language, text in self.short_descriptions.items():
            yield "ShortDescription", language, {"short_description": text}, {"short_description": text}
