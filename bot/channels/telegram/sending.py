"""A bubble as Telegram's method calls: edited, with a file, or as plain text; a file's bytes go up once."""

from __future__ import annotations

from asyncio import Lock
from collections import defaultdict
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from telegram import InputFile
from telegram.error import TelegramError

from bot.channels.telegram.inbound import CHANNEL
from bot.channels.telegram.outcomes import gone, unchanged
from bot.channels.telegram.transport import Declined, LeanBot
from bot.core.messages import Attachment
from bot.core.rendering import Bubble

_METHODS: Final = {"photo": "sendPhoto", "document": "sendDocument"}

_REMEMBERED: Final = 1_000
"""Files whose ids are kept; the one that was uploaded first is forgotten first, and would go up again."""


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
        parameters = _parameters(chat, bubble, "text") | {"link_preview_options": {"is_disabled": not preview}}
        if edit:
            try:
                return await self._call("editMessageText", parameters | {"message_id": int(edit)})
            except Declined as declined:
                if unchanged(declined):
                    return edit
                if not gone(declined):
                    raise
        return await self._call("sendMessage", parameters)

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


def _parameters(chat: int, bubble: Bubble, words: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {"chat_id": chat, words: bubble.text, "parse_mode": "HTML"}
    if bubble.rows:
        keyboard = [
            [
                {"text": button.label, **({"url": button.url} if button.url else {"callback_data": button.payload})}
                for button in row
            ]
            for row in bubble.rows
        ]
        parameters["reply_markup"] = {"inline_keyboard": keyboard}
    return parameters
