"""What comes in and what goes out, the same on every channel.

Text is `markupsafe.Markup` holding a small neutral subset of HTML (b, i, u, s, code, a href); a plain `str` is taken
literally and becomes markup at once, so nothing a person typed is ever read as formatting. `bot.core.richtext` turns it
into what a platform understands; nothing else needs to know markup.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from markupsafe import Markup, escape

from bot.core import richtext


def storable(text: str) -> str:
    """Without what no database stores as text: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode(errors="replace").decode()


class Address(NamedTuple):
    """Where a member can be reached. `user` is text on every channel: "123", "+994501234567", "AZ.1349"."""

    channel: str
    user: str


class Point(NamedTuple):
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Kind(StrEnum):
    """What an inbound is.

    VOTE answers a native poll, wherever the conversation stands. The last two are news about the person, not something
    the person said.
    """

    TEXT = "text"
    TAP = "tap"
    FILE = "file"
    STICKER = "sticker"
    VOICE = "voice"
    LOCATION = "location"
    OTHER = "other"
    VOTE = "vote"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a message.

    Attributes:
        kind: "photo" or "document".
        file: where its bytes are: "sha256:<hex>" in the file store, or "<channel>:<id>" at the platform that brought
            it.
        name: file name shown to the person.
        mime: media type.
        size: bytes, 0 when the platform did not say.
    """

    kind: str
    file: str
    name: str = ""
    mime: str = ""
    size: int = 0


DONE: Final = "done"
"""The id of the option that leads on, among those that lead elsewhere."""


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
        text: what was typed, with its formatting; a caption for a file; what a place is called; "" otherwise. Never
            with a command's leading "/start" cut off: "/start token" arrives whole.
        tap: the payload of the option that was tapped: "<menu>:<option id>", or an option id alone under a standing
            message.
        message: the platform's id of the message that was tapped, so that it can be edited.
        attachment: the file, when kind is FILE.
        point: the place, when kind is LOCATION.
        language: what the platform says about the person's language (an IETF tag), only a hint.
        name: what the platform says the person is called, only a hint.
        phone: the person's number, "+994501234567", when the platform tells it beside another id.
        at: when it was said, in seconds since 1970, when that may be long ago; 0 for now.
        later: external ids of what they said after it, where it may have come before it.
        poll: the platform's id of the poll, when kind is VOTE.
        picked: the places of the options voted for, from 0; none when the vote was taken back.
    """

    address: Address
    external_id: str
    kind: Kind = Kind.TEXT
    text: Markup = Markup()  # noqa: RUF009 - immutable
    tap: str = ""
    message: str = ""
    attachment: Attachment | None = None
    language: str = ""
    name: str = ""
    phone: str = ""
    at: float = 0
    later: tuple[str, ...] = ()
    point: Point | None = None
    poll: str = ""
    picked: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", escape(self.text))

    @property
    def plain(self) -> str:
        """The text without its formatting."""
        return richtext.plain(self.text)

    def to_json(self) -> dict[str, Any]:
        """Everything but the address and the external id, which have columns of their own; defaults left out."""
        values = _to_json(self)
        del values["address"], values["external_id"]
        return values

    @classmethod
    def from_json(cls, address: Address, external_id: str, values: dict[str, Any]) -> Self:
        return cls(
            address,
            external_id,
            **values
            | {
                "kind": Kind(values.get("kind", Kind.TEXT)),
                "text": Markup(values.get("text", "")),  # noqa: S704 - written by to_json
                "attachment": _attachment(values),
                "point": Point(*values["point"]) if "point" in values else None,
                "later": tuple(values.get("later", ())),
                "picked": tuple(values.get("picked", ())),
            },
        )


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one person, before any channel has shaped it.

    Attributes:
        text: what is said.
        options: what may be picked under it, in order.
        menu: a token that ties the options to this menu, so that a later tap or number can be told to be stale; "" for
            a standing message (a newsletter) whose options work for ever by themselves.
        language: the reader's, for the words the renderer adds ("Reply with a number").
        attachment: one file.
        edit: the platform's id of one of our messages to change in place, where the channel can; "" for a new message.
        in_place: with `edit`: what cannot be changed any more is refused ("uneditable"), and not sent anew.
        preview: whether the platform may unfold a preview of the first link.
        bell: what fills the blanks of the bell, "{1} has something new for you: {2}", where the platform takes nothing
            else at the moment; the text then says the same in full.
        alone: it stays a message of its own where others are joined: it is forwarded, or shows what others get.
        delete: the platform's ids of our messages to take back; then nothing is said. Gone already is taken back too.
        poll: "one" or "several": where the platform has polls of its own it goes as one, whose choices are the options
            whose id begins with "vote:", in that order; "closed" with `edit`: that poll takes no more votes.
    """

    text: Markup
    options: tuple[Option, ...] = ()
    menu: str = ""
    language: str = "en"
    attachment: Attachment | None = None
    edit: str = ""
    in_place: bool = False
    preview: bool = False
    bell: tuple[str, ...] = ()
    alone: bool = False
    delete: tuple[str, ...] = ()
    poll: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", escape(self.text))

    def to_json(self) -> dict[str, Any]:
        """Everything, defaults left out; `from_json` brings back an equal Outbound."""
        return _to_json(self) | ({"options": [_to_json(option) for option in self.options]} if self.options else {})

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(
            **values
            | {
                "text": Markup(values["text"]),  # noqa: S704 - written by to_json
                "options": tuple(Option(**option) for option in values.get("options", ())),
                "attachment": _attachment(values),
                "bell": tuple(values.get("bell", ())),
                "delete": tuple(values.get("delete", ())),
            }
        )

    def having(self, **changes: Any) -> Self:  # noqa: ANN401 - the fields above, checked by dataclasses.replace
        return replace(self, **changes)


def _to_json(whole: Inbound | Outbound | Option | Attachment) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field in fields(whole):
        value = getattr(whole, field.name)
        if value == field.default:
            continue
        if isinstance(value, Attachment):
            value = _to_json(value)
        elif isinstance(value, Point):
            value = [*value]
        changed[field.name] = str(value) if isinstance(value, str) else value
    return changed


def _attachment(values: dict[str, Any]) -> Attachment | None:
    return Attachment(**values["attachment"]) if "attachment" in values else None
