"""What Telegram brings, in our words. Only private chats are served; what happens in groups is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from bot.core.messages import Address, Attachment, Inbound, Kind, Point

Update = dict[str, Any]

CHANNEL: Final = "telegram"
ALLOWED: Final = ("message", "callback_query", "my_chat_member", "poll_answer")

_TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "code",
    "text_link": "a",
}
_KINDS: Final = {
    "sticker": Kind.STICKER,
    "voice": Kind.VOICE,
    "video_note": Kind.VOICE,
    "location": Kind.LOCATION,
}
_STANDING: Final = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}

_SERVICE: Final = frozenset(
    {
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
        "chat_background_set",
        "connected_website",
    }
)
"""Notes Telegram itself puts into a private chat: nobody said anything, so nothing is answered."""


def inbound(update: Update) -> Inbound | None:
    """What a person did, or None for what is not ours to answer."""
    if (message := update.get("message")) and _private(message):
        return _message(update, message)
    if (tap := update.get("callback_query")) and _private(under := tap.get("message") or {}):
        return _inbound(update, under, tap, Kind.TAP, tap=tap.get("data", ""), message=str(under["message_id"]))
    if (vote := update.get("poll_answer")) and (voter := vote.get("user")):
        picked = tuple(int(place) for place in vote["option_ids"])
        return _inbound(update, {"chat": voter}, {"from": voter}, Kind.VOTE, poll=str(vote["poll_id"]), picked=picked)
    if (change := update.get("my_chat_member")) and _private(change):
        kind = _STANDING.get(change["new_chat_member"]["status"])
        return _inbound(update, change, change, kind) if kind else None
    return None


def formatted(text: str, entities: Sequence[Mapping[str, Any]]) -> Markup:
    """Text and its entities as neutral markup; formatting we have no word for falls away, its text stays.

    Entities count in UTF-16 units and may nest (https://core.telegram.org/bots/api#messageentity).
    """
    units = text.encode("utf-16-le", "surrogatepass")
    length = len(units) // 2
    spans = sorted((span for entity in entities if (span := _span(entity, length))), key=lambda span: span[:2])
    edges = sorted({0, length}.union(*((span.start, span.end) for span in spans)))
    written: list[str] = []
    standing: list[_Span] = []
    for start, end in pairwise(edges):
        while any(span.end <= start for span in standing):
            written.append(standing.pop().closing)
        for span in spans:
            if span.start <= start < span.end and span not in standing:  # also what was closed only to close another
                standing.append(span)
                written.append(span.opening)
        written.append(escape(units[2 * start : 2 * end].decode("utf-16-le", "replace")))
    written.extend(span.closing for span in reversed(standing))
    return Markup("".join(written))  # noqa: S704 - tags from the table above, everything else escaped


class _Span(NamedTuple):
    start: int
    wider_first: int
    end: int
    tag: str
    url: str

    @property
    def opening(self) -> str:
        return f'<a href="{escape(self.url)}">' if self.url else f"<{self.tag}>"

    @property
    def closing(self) -> str:
        return f"</{self.tag}>"


def _span(entity: Mapping[str, Any], length: int) -> _Span | None:
    tag, start, end = _TAGS.get(entity["type"]), entity["offset"], min(entity["offset"] + entity["length"], length)
    return _Span(start, -end, end, tag, entity.get("url", "")) if tag and start < end else None


def _message(update: Update, message: Update) -> Inbound | None:
    if "text" in message:
        return _inbound(update, message, message, text=formatted(message["text"], message.get("entities", ())))
    if attachment := _attachment(message):
        caption = formatted(message.get("caption", ""), message.get("caption_entities", ()))
        return _inbound(update, message, message, Kind.FILE, text=caption, attachment=attachment)
    if _SERVICE & message.keys():
        return None
    kind = next((kind for key, kind in _KINDS.items() if key in message), Kind.OTHER)
    return _inbound(update, message, message, kind, text=_place(message), point=_point(message))


def _place(message: Update) -> Markup:
    """What a place that has a name is called, and its address."""
    venue = message.get("venue", {})
    return escape(", ".join(part for key in ("title", "address") if (part := venue.get(key))))


def _point(message: Update) -> Point | None:
    place = message.get("location")
    return Point(place["latitude"], place["longitude"]) if place else None


def _attachment(message: Update) -> Attachment | None:
    if "photo" in message:
        largest = max(message["photo"], key=lambda size: size["width"] * size["height"])
        return Attachment(
            "photo", f"{CHANNEL}:{largest['file_id']}", mime="image/jpeg", size=largest.get("file_size", 0)
        )
    if document := message.get("document"):
        return Attachment(
            "document",
            f"{CHANNEL}:{document['file_id']}",
            name=document.get("file_name", ""),
            mime=document.get("mime_type", ""),
            size=document.get("file_size", 0),
        )
    return None


def _private(event: Update) -> bool:
    return bool(event.get("chat", {}).get("type") == "private")


def _inbound(
    update: Update,
    event: Update,
    said: Update,
    kind: Kind = Kind.TEXT,
    *,
    text: Markup = Markup(),  # noqa: B008 - immutable
    tap: str = "",
    message: str = "",
    attachment: Attachment | None = None,
    point: Point | None = None,
    poll: str = "",
    picked: tuple[int, ...] = (),
) -> Inbound:
    person = said.get("from", {})
    return Inbound(
        Address(CHANNEL, str(event["chat"]["id"])),
        str(update["update_id"]),
        kind,
        text=text,
        tap=tap,
        message=message,
        attachment=attachment,
        point=point,
        poll=poll,
        picked=picked,
        language=person.get("language_code", ""),
        name=" ".join(part for key in ("first_name", "last_name") if (part := person.get(key))),
    )
