"""The people: they write, tap, send things, block, and read what is on their screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

from aiogram.types import MessageEntity

from tests.emulators.telegram import updates
from tests.emulators.telegram.entities import Formatted, parse, units
from tests.emulators.telegram.feed import Feed
from tests.emulators.telegram.files import PIXEL, File
from tests.emulators.telegram.message import Message
from tests.emulators.telegram.world import Chat, World

What = str | Callable[[Message], object] | None
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?!\w)")


class Person:
    """One user in a private chat with the bot. What a person does returns at once; the bot hears of it later."""

    def __init__(self, world: World, feed: Feed, chat: Chat, about: dict[str, Any]) -> None:
        self.about = about
        self._world = world
        self._feed = feed
        self._chat = chat
        self._read = 0

    @property
    def id(self) -> int:
        return self._chat.id

    @property
    def screen(self) -> list[Message]:
        """The bot's messages that are there now, oldest first: edits applied, deleted ones gone."""
        return [message for message in self._chat.messages.values() if message.from_bot and not message.deleted]

    @property
    def notices(self) -> list[str]:
        """Texts that answers to taps showed at the top of the screen."""
        mine = (answer for id_, answer in self._world.answers.items() if self._world.taps[id_][1] == self.id)
        return [answer["text"] for answer in mine if answer.get("text")]

    @property
    def waiting(self) -> int:
        """Taps not yet answered: buttons that still spin."""
        return sum(
            1 for id_, (_, user) in self._world.taps.items() if user == self.id and id_ not in self._world.answers
        )

    @property
    def commands(self) -> list[str]:
        """The command list the person sees."""
        seen = self._world.profile.commands_seen(self.id, self.about.get("language_code", ""))
        return [command["command"] for command in seen]

    async def says(self, text: str, *, entities: Sequence[MessageEntity] = (), forwarded_from: str = "") -> Message:
        """Text with its formatting; commands in it are marked as Telegram marks them.

        Args:
            text: at most 4096 UTF-16 units, as the app would cut it.
            entities: bold, links and so on, in UTF-16 units.
            forwarded_from: name of whoever wrote it first.
        """
        marks = [entity.model_dump(exclude_none=True) for entity in entities]
        marks += [
            {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found[0])}
            for found in _COMMAND.finditer(text)
        ]
        return self._sends(Formatted(text, marks), extra=self._forward(forwarded_from))

    async def says_html(self, html: str, *, forwarded_from: str = "") -> Message:
        """The same, written as HTML: `<b>bold</b>`."""
        return self._sends(parse(html), extra=self._forward(forwarded_from))

    async def edits(self, message: Message, text: str) -> None:
        """Change one's own message."""
        message.text, message.entities = text, []
        message.edited = self._world.now()
        self._feed.push(updates.message(message.to_json(), edited=True), f"chat {self.id}")

    async def taps(self, label: str, message: Message | None = None) -> None:
        """Press the button with this label, or with this in its label, on the newest message that has one.

        Raises:
            AssertionError: no such button, or one that opens a page.
        """
        places = reversed(self.screen) if message is None else [message]
        for place in places:
            button = place.button(label)
            if button is not None:
                assert "callback_data" in button, f"{button} does not answer"
                await self.taps_data(button["callback_data"], place)
                return
        raise AssertionError(f"no button {label!r} on {self.screen}")

    async def taps_data(self, data: str, message: Message) -> str:
        """Press a button that is perhaps there no longer: the app still showed it. The id of the callback query."""
        self._looks()
        id_ = str(7_000_000_000 + len(self._world.taps))
        self._world.taps[id_] = (self._world.now(), self.id)
        self._chat.started = True
        self._feed.push(updates.tap(id_, self.about, message.to_json(), data), f"user {self.id}")
        return id_

    async def sends_document(
        self, name: str, content: bytes, *, mime: str = "application/pdf", caption: str = ""
    ) -> Message:
        return self._sends(Formatted(caption, []), self._world.files.keep("document", content, name, mime))

    async def sends_photo(self, content: bytes = PIXEL, *, caption: str = "") -> Message:
        return self._sends(Formatted(caption, []), self._world.files.keep("photo", content, "photo.png", "image/png"))

    async def sends_voice(self) -> Message:
        voice = self._world.files.keep("voice", b"OggS", "voice.ogg", "audio/ogg")
        return self._sends(
            Formatted("", []), extra={"voice": {**voice.to_json(), "duration": 2, "mime_type": voice.mime}}
        )

    async def sends_sticker(self) -> Message:
        sticker = self._world.files.keep("sticker", b"RIFF", "sticker.webp", "image/webp")
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"}
        return self._sends(Formatted("", []), extra={"sticker": {**sticker.to_json(), **shape}})

    async def sends_location(self, latitude: float = 40.4093, longitude: float = 49.8671) -> Message:
        return self._sends(Formatted("", []), extra={"location": {"latitude": latitude, "longitude": longitude}})

    async def votes(self, *labels: str, message: Message | None = None) -> None:
        """Vote in the newest poll; without labels, take the vote back."""
        place = message or next(message for message in reversed(self.screen) if message.poll)
        assert place.poll is not None, f"{place} is no poll"
        assert not place.poll.closed, f"{place.poll.question!r} is closed"
        place.poll.votes[self.id] = [place.poll.options.index(label) for label in labels]
        queue = f"poll {place.poll.id}"
        if not place.poll.anonymous:
            self._feed.push(updates.vote(place.poll.id, self.about, place.poll.votes[self.id]), queue)
        self._feed.push(updates.poll(place.poll.to_json()), queue)

    async def blocks(self) -> None:
        """From now on the bot gets 403, and is told so."""
        self._chat.refusal = "bot was blocked by the user"
        self._moves(blocked=True)

    async def unblocks(self) -> None:
        self._chat.refusal = ""
        self._moves(blocked=False)

    async def deletes_account(self) -> None:
        """The bot gets 403 and is not told."""
        self._chat.refusal = "user is deactivated"

    async def sees(self, what: What = None, *, within: float = 5.0) -> Message:
        """Wait for a message, or an edit of one, that came since this person last acted or saw something.

        Args:
            what: a part of its plain text, or a question to it; None takes the next one.
            within: seconds.

        Raises:
            AssertionError: nothing of the kind came in time.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    while self._read < len(self._chat.shown):
                        message = self._chat.shown[self._read]
                        self._read += 1
                        if not message.deleted and _fits(message, what):
                            return message
                    await self._chat.news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.about['first_name']} never saw {what!r}, only {self.screen[-5:]}") from None

    def _sends(self, formatted: Formatted, file: File | None = None, extra: dict[str, Any] | None = None) -> Message:
        self._looks()
        self._chat.started = True
        message = self._world.write(self._chat, self.about, formatted, file=file, extra=extra)
        self._feed.push(updates.message(message.to_json()), f"chat {self.id}")
        return message

    def _looks(self) -> None:
        """Whoever acts has read everything before."""
        self._read = len(self._chat.shown)

    def _moves(self, *, blocked: bool) -> None:
        now = self._world.now()
        change = updates.membership(self.about, self._chat.about, self._world.bot, now, blocked=blocked)
        self._feed.push(change, f"chat {self.id}")

    def _forward(self, name: str) -> dict[str, Any]:
        origin = {"type": "hidden_user", "sender_user_name": name, "date": int(self._world.now())}
        return {"forward_origin": origin} if name else {}

    def __repr__(self) -> str:
        return f"<{self.about['first_name']} {self.id}>"


def _fits(message: Message, what: What) -> bool:
    if what is None:
        return True
    return what in message.text if isinstance(what, str) else bool(what(message))
