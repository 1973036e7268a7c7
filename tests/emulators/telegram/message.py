"""One message in one chat, as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiogram.types import MessageEntity
from aiogram.utils.text_decorations import html_decoration

from tests.emulators.telegram.entities import Entity
from tests.emulators.telegram.files import File
from tests.emulators.telegram.poll import Poll

Button = dict[str, Any]


@dataclass(slots=True, eq=False)
class Message:
    """What is on the screen.

    Attributes:
        id: unique within the emulator.
        sender, chat: as Telegram's JSON has them.
        date: seconds since 1970.
        text: plain, without its formatting; the caption where there is a file.
        keyboard: rows of inline buttons as they were sent.
        file: photo, document, voice or sticker.
        extra: further fields of Telegram's JSON: a location, a forward's origin.
        original: the text it was sent with, before any edit.
        edits: how often it was edited.
        deleted: gone from the screen.
    """

    id: int
    sender: dict[str, Any]
    chat: dict[str, Any]
    date: float
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    keyboard: list[list[Button]] = field(default_factory=list)
    file: File | None = None
    poll: Poll | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    original: str = ""
    edits: int = 0
    edited: float = 0.0
    deleted: bool = False

    def __post_init__(self) -> None:
        self.original = self.text

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def html(self) -> str:
        """Text and formatting, unparsed by aiogram."""
        return html_decoration.unparse(self.text, [MessageEntity(**entity) for entity in self.entities])

    @property
    def buttons(self) -> list[list[str]]:
        """Rows of labels."""
        return [[button["text"] for button in row] for row in self.keyboard]

    @property
    def labels(self) -> list[str]:
        """All labels, row after row."""
        return [label for row in self.buttons for label in row]

    @property
    def document(self) -> File | None:
        return self.file if self.file is not None and self.file.kind == "document" else None

    @property
    def photo(self) -> File | None:
        return self.file if self.file is not None and self.file.kind == "photo" else None

    def button(self, label: str) -> Button | None:
        """The button with this label, else the first whose label has it as a part."""
        buttons = [button for row in self.keyboard for button in row]
        exact = (button for button in buttons if button["text"] == label)
        partly = (button for button in buttons if label in button["text"])
        return next(exact, None) or next(partly, None)

    def content(self) -> tuple[Any, ...]:
        """What must differ for an edit to be one."""
        return self.text, self.entities, self.keyboard

    def to_json(self) -> dict[str, Any]:
        values = {
            "message_id": self.id,
            "from": self.sender,
            "chat": self.chat,
            "date": int(self.date),
            **self.extra,
        }
        if self.edited:
            values["edit_date"] = int(self.edited)
        if self.file is not None:
            values[self.file.kind] = self.file.to_media()
        if self.poll is not None:
            values["poll"] = self.poll.to_json()
        if self.text:
            values["text" if self.file is None else "caption"] = self.text
        if self.entities:
            values["entities" if self.file is None else "caption_entities"] = self.entities
        if self.keyboard:
            values["reply_markup"] = {"inline_keyboard": self.keyboard}
        return values

    def __repr__(self) -> str:
        return f"<{self.id} {self.text!r} {self.buttons}>"
