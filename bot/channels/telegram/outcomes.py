"""What Telegram's answers mean for a message, as one table.

Descriptions are compared in lower case and in part: Telegram rewords around them. Source: the Bot API server's
Client.cpp and https://core.telegram.org/bots/api#making-requests.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from telegram.error import TelegramError

from bot.channels.telegram.transport import Declined, Unsent
from bot.core.channel import Outcome, Refused, Retry, Unknown

ACCOUNT: Final = frozenset({401, 404})
"""The token is wrong or was revoked (401), or is not a token at all (404)."""

BAD_REQUEST: Final = 400
CONFLICT: Final = 409
"""Somebody else reads this bot's updates."""

_FORBIDDEN: Final = 403
_FLOOD: Final = 429
_SERVER: Final = 500

_UNREACHABLE: Final = {
    "blocked by the user": "blocked",
    "user_is_blocked": "blocked",
    "bot was kicked": "blocked",
    "bot is not a member": "blocked",
    "user is deactivated": "deactivated",
    "input_user_deactivated": "deactivated",
    "can't initiate conversation": "not_started",
    "chat not found": "not_found",
    "user not found": "not_found",
    "peer_id_invalid": "not_found",
}
_UNCHANGED: Final = "message is not modified"
_GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
    "message with poll to stop not found",
    "poll can't be stopped",
)
_CLOSED: Final = "poll has already been closed"
_DELETED: Final = ("message to delete not found", "message_id_invalid")
_UNDELETABLE: Final = ("message can't be deleted", "message_delete_forbidden")
"""After 48 hours Telegram adds "for everyone": https://github.com/tdlib/telegram-bot-api/issues/403"""

_CONNECT_AGAIN: Final = timedelta(seconds=5)
_FLOOD_UNSAID: Final = timedelta(seconds=5)


def outcome(error: TelegramError) -> Outcome:
    """What became of a message. A flood and a missing connection hold the whole channel, and are no attempt."""
    match error:
        case Unsent():
            return Retry(_CONNECT_AGAIN, everyone=True, attempted=False)
        case Declined():
            return _declined(error)
        case _:
            return Unknown(str(error))


def unchanged(error: Declined) -> bool:
    """An edit that would change nothing: it stands as it was asked for."""
    return _UNCHANGED in error.message.lower()


def gone(error: Declined) -> bool:
    """The message to edit is no longer there, or never was one of text."""
    return any(words in error.message.lower() for words in _GONE)


def closed(error: Declined) -> bool:
    """The poll takes no votes already."""
    return _CLOSED in error.message.lower()


def deleted(error: Declined) -> bool:
    """The message to take back is no longer there."""
    return any(words in error.message.lower() for words in _DELETED)


def undeletable(error: Declined) -> bool:
    """It stays on their phone: more than 48 hours old, for one."""
    return any(words in error.message.lower() for words in _UNDELETABLE)


def _declined(error: Declined) -> Outcome:
    said = error.message.lower()
    if error.status >= _SERVER:
        return Unknown(error.message)
    if error.status == _FLOOD:
        return Retry(timedelta(seconds=error.retry_after) or _FLOOD_UNSAID, everyone=True, attempted=False)
    if error.status in ACCOUNT:
        return Refused("account", systemic=True, detail=error.message)
    for words, reason in _UNREACHABLE.items():
        if words in said:
            return Refused(reason, unreachable=True, detail=error.message)
    # A 403 in words we do not know may speak of our account; nobody is called unreachable for it.
    return Refused("forbidden" if error.status == _FORBIDDEN else "content", systemic=True, detail=error.message)
