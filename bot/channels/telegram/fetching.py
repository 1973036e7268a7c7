"""What people sent, as bytes: Telegram keeps it under an id, and hands it out through a path that lives for an hour."""

from __future__ import annotations

from typing import Final

from telegram.error import TelegramError

from bot.channels.telegram.outcomes import BAD_REQUEST
from bot.channels.telegram.transport import Declined, LeanBot

LARGEST: Final = 20_000_000
"""Bytes of a file that a bot may download. https://core.telegram.org/bots/api#getfile"""

_PERHAPS_LATER: Final = "temporarily unavailable"
"""Said of a wrong id too; also of a file that Telegram's own servers are not allowed to fetch at the moment."""


async def fetch(bot: LeanBot, file_id: str, most: int) -> bytes | None:
    """The file; None when it is gone, or has more than `most` bytes.

    Raises:
        OSError: not to be had now. It holds no address, since the token is part of every one.
    """
    try:
        found = await bot.call("getFile", {"file_id": file_id})
        if int(found.get("file_size", 0)) > most:
            return None
        return await bot.download(str(found["file_path"]), most)
    except Declined as declined:
        if declined.status == BAD_REQUEST and _PERHAPS_LATER not in declined.message:
            return None
        raise OSError(str(declined)) from None
    except (TelegramError, AttributeError, KeyError, ValueError) as error:
        raise OSError(type(error).__name__) from None
