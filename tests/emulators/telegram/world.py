"""Chats, messages and who may be written to: everything Telegram remembers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.bell import Bell
from tests.emulators.telegram.entities import Formatted
from tests.emulators.telegram.files import File, Files
from tests.emulators.telegram.message import Button, Message
from tests.emulators.telegram.poll import Poll
from tests.emulators.telegram.profile import Profile
from tests.emulators.telegram.refused import Refused, bad, forbidden


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat with a person, or a group.

    Attributes:
        about: as Telegram's JSON has it.
        started: the person has written to the bot; before that the bot may not write.
        refusal: why the bot cannot write here now: "bot was blocked by the user", "user is deactivated".
        moved_to: the supergroup this group became.
        shown: every message of the bot's and every edit of one, in order; `news` rings at each.
    """

    about: dict[str, Any]
    started: bool = False
    refusal: str = ""
    moved_to: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    shown: list[Message] = field(default_factory=list)
    news: Bell = field(default_factory=Bell)

    @property
    def id(self) -> int:
        return int(self.about["id"])

    def show(self, message: Message) -> None:
        self.shown.append(message)
        self.news.ring()


class World:
    """Everything but the HTTP.

    Attributes:
        bot: the bot's own user, as getMe answers.
        sent: every message the bot sent, in order.
        taps: unanswered or answered callback queries: id -> (moment, person); `answers`: what was answered to them.
        ahead: seconds this world's clock is ahead of the machine's.
    """

    def __init__(self, bot: dict[str, Any]) -> None:
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.profile = Profile(bot["first_name"])
        self.sent: list[Message] = []
        self.polls: dict[str, Poll] = {}
        self.taps: dict[str, tuple[float, int]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.ahead = 0.0
        self._last_message = 0

    def now(self) -> float:
        return time.time() + self.ahead

    def reachable(self, chat_id: object) -> Chat:
        """The chat, if the bot may write there.

        Raises:
            Refused: unknown, moved, blocked, deactivated or never started.
        """
        chat = self.chats.get(int(str(chat_id))) if str(chat_id).lstrip("-").isdecimal() else None
        if chat is None:
            raise bad("chat not found")
        if chat.moved_to:
            sentence = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, sentence, {"migrate_to_chat_id": chat.moved_to})
        if chat.refusal:
            raise forbidden(chat.refusal)
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def post(
        self,
        chat: Chat,
        formatted: Formatted,
        keyboard: list[list[Button]],
        file: File | None = None,
        poll: Poll | None = None,
    ) -> Message:
        """The bot's message appears in the chat."""
        message = self.write(chat, self.bot, formatted, file=file)
        message.keyboard = keyboard
        message.poll = poll
        self.sent.append(message)
        chat.show(message)
        return message

    def write(
        self,
        chat: Chat,
        sender: dict[str, Any],
        formatted: Formatted,
        *,
        file: File | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Message:
        """A message that is in the chat, whoever wrote it."""
        self._last_message += 1
        message = Message(
            self._last_message,
            sender,
            chat.about,
            self.now(),
            formatted.text,
            formatted.entities,
            file=file,
            extra=extra or {},
        )
        chat.messages[message.id] = message
        return message
