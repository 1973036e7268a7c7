"""A bubble as Telegram's method calls: edited, taken back, with a file, or as text; a file's bytes go up once."""

from __future__ import annotations

import json
import re
from asyncio import Lock
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from telegram import InputFile
from telegram.error import TelegramError

from bot.channels.telegram.inbound import CHANNEL
from bot.channels.telegram.outcomes import closed, deleted, gone, unchanged, undeletable
from bot.channels.telegram.transport import AiohttpRequest, Declined, LeanBot
from bot.core.channel import Refused, Sent
from bot.core.messages import Attachment
from bot.core.rendering import Bubble

_METHODS: Final = {"photo": "sendPhoto", "document": "sendDocument"}

_REMEMBERED: Final = 1_000
"""Files whose ids are kept; the one that was uploaded first is forgotten first, and would go up again."""


_BEGINS: Final = re.compile(rb'{"ok":true,"result":{"message_id":(\d+),')
"""How the answer to a message begins; the rest repeats the message, and reading it was another twentieth.

Source: JsonMessage in https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
"""


class Files(Protocol):
    """Where the bytes of our own files are."""

    def path(self, file: str) -> Path:
        """The path of "sha256:<hex>"."""


class FileMissing(Exception):  # noqa: N818 - reads as what it is
    """The attachment is neither a file of ours that exists nor one Telegram already has."""


class Sender:
    """Sends bubbles, and remembers under which id Telegram keeps each file: ids are this bot's and do not expire."""

    def __init__(self, bot: LeanBot, files: Files) -> None:
        self._bot = bot
        self._files = files
        self._ids: dict[Attachment, str] = {}
        self._uploading: defaultdict[Attachment, Lock] = defaultdict(Lock)

    async def send(self, chat: int, bubble: Bubble, *, edit: str = "", preview: bool = False) -> str:
        """Send or edit, and tell the message's id. What can no longer be edited is sent anew.

        Raises:
            TelegramError: as the transport raises it.
            FileMissing: the attachment cannot be found.
        """
        if bubble.attachment is not None:
            return await self._send_file(chat, bubble, bubble.attachment)
        if edit and isinstance(changed := await self.change(chat, bubble, edit, preview=preview), Sent):
            return changed.external_id
        answer = await self._bot.tell("sendMessage", b'{"chat_id": %d, %b' % (chat, _said(bubble, preview=preview)))
        begins = _BEGINS.match(answer)
        return begins[1].decode() if begins else _id(AiohttpRequest.parse_json_payload(answer)["result"])

    async def change(self, chat: int, bubble: Bubble, message: str, *, preview: bool = False) -> Sent | Refused:
        """Edit a message's text or, under a file, which stays, its caption, and its buttons.

        Raises:
            TelegramError: as the transport raises it.
        """
        try:
            if bubble.attachment is None:
                parameters = _text(chat, bubble, preview=preview) | {"message_id": int(message)}
                return Sent(await self._call("editMessageText", parameters))
            parameters = _parameters(chat, bubble, "caption") | {"message_id": int(message)}
            return Sent(await self._call("editMessageCaption", parameters))
        except Declined as declined:
            if unchanged(declined):
                return Sent(message)
            if not gone(declined):
                raise
            return Refused("uneditable", detail=declined.message)

    async def poll(self, chat: int, bubble: Bubble) -> Sent:
        """Put it as a poll that tells who voted; a vote can be taken back, or changed.

        Raises:
            TelegramError: as the transport raises it.
        """
        parameters: dict[str, Any] = {
            "chat_id": chat,
            "question": bubble.text,
            "options": [{"text": label} for label in bubble.poll],
            "is_anonymous": False,
            "allows_multiple_answers": bubble.several,
            "allows_revoting": True,
            **_keyboard(bubble),
        }
        message = await self._bot.call("sendPoll", parameters)
        return Sent(_id(message), poll=str(message["poll"]["id"]))

    async def stop_poll(self, chat: int, bubble: Bubble, message: str) -> Sent | Refused:
        """Let the poll take no more votes; one that takes none already stands as it was asked for.

        Raises:
            TelegramError: as the transport raises it.
        """
        try:
            await self._bot.call("stopPoll", {"chat_id": chat, "message_id": int(message), **_keyboard(bubble)})
        except Declined as declined:
            if gone(declined):
                return Refused("uneditable", detail=declined.message)
            if not closed(declined):
                raise
        return Sent(message)

    async def delete(self, chat: int, messages: Sequence[str]) -> Sent | Refused:
        """Take messages back, for both sides; one that is gone already is taken back too.

        Raises:
            TelegramError: as the transport raises it.
        """
        for message in messages:
            try:
                await self._bot.call("deleteMessage", {"chat_id": chat, "message_id": int(message)})
            except Declined as declined:
                if undeletable(declined):
                    return Refused("undeletable", detail=declined.message)
                if not deleted(declined):
                    raise
        return Sent(messages[0])

    async def _send_file(self, chat: int, bubble: Bubble, attachment: Attachment) -> str:
        parameters = _parameters(chat, bubble, "caption")
        where, _, name = attachment.file.partition(":")
        if where == CHANNEL:
            return await self._call(_METHODS[attachment.kind], parameters | {attachment.kind: name})
        if attachment not in self._ids:
            async with self._uploading[attachment]:
                if attachment not in self._ids:
                    return await self._upload(parameters, attachment)
        return await self._call(_METHODS[attachment.kind], parameters | {attachment.kind: self._ids[attachment]})

    async def _upload(self, parameters: dict[str, Any], attachment: Attachment) -> str:
        if attachment.kind == "document":
            parameters["disable_content_type_detection"] = True  # else an .mp3 comes back as audio, without a document
        with self._open(attachment) as content:
            parameters[attachment.kind] = InputFile(content, attachment.name or None, read_file_handle=False)
            message = await self._bot.do_api_request(_METHODS[attachment.kind], parameters)
        sent, kept = _id(message), message[attachment.kind]
        self._ids[attachment] = (kept[-1] if attachment.kind == "photo" else kept)["file_id"]
        self._uploading.pop(attachment, None)
        if len(self._ids) > _REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return sent

    def _open(self, attachment: Attachment) -> BinaryIO:
        try:
            return self._files.path(attachment.file).open("rb")
        except (OSError, LookupError, ValueError) as error:
            raise FileMissing(
                f"{attachment.name or attachment.kind}: the file is not there ({attachment.file})"
            ) from error

    async def _call(self, method: str, parameters: dict[str, Any]) -> str:
        return _id(await self._bot.call(method, parameters))


def _id(message: Any) -> str:  # noqa: ANN401 - whatever was answered
    try:
        return str(message["message_id"])
    except (KeyError, TypeError):
        raise TelegramError("the answer held no message") from None


@lru_cache(maxsize=64)
def _said(bubble: Bubble, *, preview: bool) -> bytes:
    """All but the chat: a broadcast says the same to thousands, and writing it anew was a twentieth of a send."""
    parameters = _text(0, bubble, preview=preview)
    del parameters["chat_id"]
    return json.dumps(parameters).encode()[1:]


def _text(chat: int, bubble: Bubble, *, preview: bool) -> dict[str, Any]:
    return _parameters(chat, bubble, "text") | {"link_preview_options": {"is_disabled": not preview}}


def _parameters(chat: int, bubble: Bubble, words: str) -> dict[str, Any]:
    return {"chat_id": chat, words: bubble.text, "parse_mode": "HTML", **_keyboard(bubble)}


def _keyboard(bubble: Bubble) -> dict[str, Any]:
    if not bubble.rows:
        return {}
    keyboard = [
        [
            {"text": button.label, **({"url": button.url} if button.url else {"callback_data": button.payload})}
            for button in row
        ]
        for row in bubble.rows
    ]
    return {"reply_markup": {"inline_keyboard": keyboard}}
