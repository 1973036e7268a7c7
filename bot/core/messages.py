"""What comes in and what goes out, the same on every channel.

Text is `markupsafe.Markup` holding a small neutral subset of HTML (b, i, u, s, code, a href), or a plain `str`, which is
always taken literally. `bot.core.richtext` turns it into what a platform understands; nothing else needs to know markup.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from markupsafe import Markup, escape


class Address(NamedTuple):
    """Where a member can be reached. `user` is text on every channel: "123", "+994501234567", "AZ.1349"."""

    channel: str
    user: str


class Kind(StrEnum):
    """What an inbound is. The last two are news about the person, not something the person said."""

    TEXT = "text"
    TAP = "tap"
    FILE = "file"
    STICKER = "sticker"
    VOICE = "voice"
    LOCATION = "location"
    OTHER = "other"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a message.

    Attributes:
        kind: "photo" or "document".
        file: where its bytes are: "sha256:<hex>" in the file store, or "<channel>:<id>" at the platform that brought it.
        name: file name shown to the person.
        mime: media type.
        size: bytes, 0 when the platform did not say.
    """

    kind: str
    file: str
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the person may pick.

    Attributes:
        id: what comes back, at most 48 bytes: "education", "leave:education".
        label: what is read on the button or behind the number; a plain string.
        chosen: None where it cannot be toggled, else whether it is ticked.
        navigation: back, skip, cancel, done: kept apart from the answers, in a row of their own.
        word: what to type for it on a channel without buttons when it stands under a message that is not a menu,
            such as "STOP EDUCATION" under a newsletter.
        url: opens a page instead of answering.
    """

    id: str
    label: str
    chosen: bool | None = None
    navigation: bool = False
    word: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person did on a channel.

    Attributes:
        address: who.
        external_id: the platform's id of this event, unique within the channel; a redelivery has the same one.
        kind: what it is.
        text: what was typed, with its formatting; a caption for a file; "" otherwise. Never with a command's leading
            "/start" cut off: "/start token" arrives whole.
        tap: the payload of the option that was tapped: "<menu>:<option id>", or an option id alone under a standing message.
        message: the platform's id of the message that was tapped, so that it can be edited.
        attachment: the file, when kind is FILE.
        language: what the platform says about the person's language (an IETF tag), only a hint.
        name: what the platform says the person is called, only a hint.
    """

    address: Address
    external_id: str
    kind: Kind = Kind.TEXT
    text: Markup = Markup()
    tap: str = ""
    message: str = ""
    attachment: Attachment | None = None
    language: str = ""
    name: str = ""

    @property
    def plain(self) -> str:
        """The text without its formatting."""
        return self.text.striptags() if "<" in self.text else self.text.unescape()

    def to_json(self) -> dict[str, Any]:
        """Everything but the address and the external id, which have columns of their own; empty values left out."""
        values = {
            "kind": self.kind.value,
            "text": str(self.text),
            "tap": self.tap,
            "message": self.message,
            "language": self.language,
            "name": self.name,
            "attachment": _attachment_to_json(self.attachment),
        }
        return {key: value for key, value in values.items() if value}

    @classmethod
    def from_json(cls, address: Address, external_id: str, values: dict[str, Any]) -> Self:
        return cls(
            address,
            external_id,
            kind=Kind(values["kind"]),
            text=Markup(values.get("text", "")),
            tap=values.get("tap", ""),
            message=values.get("message", ""),
            attachment=_attachment_from_json(values.get("attachment")),
            language=values.get("language", ""),
            name=values.get("name", ""),
        )


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one person, before any channel has shaped it.

    Attributes:
        text: what is said; a plain `str` is escaped, so that nothing a person typed is ever read as markup.
        options: what may be picked under it, in order.
        menu: a token that ties the options to this menu, so that a later tap or number can be told to be stale; "" for
            a standing message (a newsletter) whose options work for ever by themselves.
        language: the reader's, for the words the renderer adds ("Reply with a number").
        attachment: one file.
        edit: the platform's id of one of our messages to change in place, where the channel can; "" for a new message.
        preview: whether the platform may unfold a preview of the first link.
    """

    text: Markup
    options: tuple[Option, ...] = ()
    menu: str = ""
    language: str = "en"
    attachment: Attachment | None = None
    edit: str = ""
    preview: bool = False

    def to_json(self) -> dict[str, Any]:
        """Everything, empty values left out; `from_json` brings back an equal Outbound."""
        values = {
            "text": str(escape(self.text)),
            "options": [_option_to_json(option) for option in self.options],
            "menu": self.menu,
            "language": self.language,
            "attachment": _attachment_to_json(self.attachment),
            "edit": self.edit,
            "preview": self.preview,
        }
        return {key: value for key, value in values.items() if value}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(
            text=Markup(values.get("text", "")),
            options=tuple(Option(**option) for option in values.get("options", ())),
            menu=values.get("menu", ""),
            language=values.get("language", "en"),
            attachment=_attachment_from_json(values.get("attachment")),
            edit=values.get("edit", ""),
            preview=values.get("preview", False),
        )

    def having(self, **changes: Any) -> Self:  # noqa: ANN401 - the fields above, checked by dataclasses.replace
        return replace(self, **changes)


def _option_to_json(option: Option) -> dict[str, Any]:
    values = {
        "id": option.id,
        "label": option.label,
        "chosen": option.chosen,
        "navigation": option.navigation,
        "word": option.word,
        "url": option.url,
    }
    return {key: value for key, value in values.items() if value not in (None, "") and (value or key == "chosen")}


def _attachment_to_json(attachment: Attachment | None) -> dict[str, Any] | None:
    if attachment is None:
        return None
    return {
        "kind": attachment.kind,
        "file": attachment.file,
        "name": attachment.name,
        "mime": attachment.mime,
        "size": attachment.size,
    }


def _attachment_from_json(values: dict[str, Any] | None) -> Attachment | None:
    return None if values is None else Attachment(**values)
