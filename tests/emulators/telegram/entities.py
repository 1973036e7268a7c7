"""Telegram's own HTML read as Telegram reads it: into plain text and entities, or into its words of refusal.

Behaviour and sentences after `parse_html` of TDLib's MessageEntity.cpp: its sentences count bytes, its entities UTF-16
units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.refused import Refused, wrong

Entity = dict[str, Any]

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
TAGS = {*SIMPLE, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"}

_MARK = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?|<")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"</?([^\s>]*)")
_ATTRIBUTE = re.compile(r"\s+([^\s=>\"'/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9.-]+)(?=[\s>])))?")
_END = re.compile(r"\s*>")
_LINK = re.compile(r"(?:https?|tg|ton|tonsite|mailto|tel):\S+", re.IGNORECASE)
_MENTION = re.compile(r"tg://user\?id=(\d+)")


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and its entities."""

    text: str
    entities: list[Entity]

    def trimmed(self) -> Formatted:
        """Without the white space Telegram cuts off at both ends."""
        text = self.text.strip()
        if len(text) == len(self.text):
            return self
        cut = len(self.text) - len(self.text.lstrip())
        size = units(text)
        kept = []
        for entity in self.entities:
            start = min(max(entity["offset"] - cut, 0), size)
            end = min(max(entity["offset"] + entity["length"] - cut, 0), size)
            if end > start:
                kept.append({**entity, "offset": start, "length": end - start})
        return Formatted(text, kept)


def units(text: str) -> int:
    """Length in UTF-16 code units, the only length Telegram counts in."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def parse(html: str) -> Formatted:
    """Plain text and entities.

    Raises:
        Refused: "can't parse entities: ..." as Telegram says it.
    """
    return _Reader(html).read() if "<" in html or "&" in html else Formatted(html, [])


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    piece: int


@dataclass(slots=True)
class _Reader:
    html: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> Formatted:
        position = 0
        while mark := _MARK.search(self.html, position):
            self.write(self.html[position : mark.start()])
            position = mark.end()
            if mark[0] != "<":
                self.write(_character(mark))
            elif self.html.startswith("/", position):
                position = self.close(mark.start())
            else:
                position = self.begin(mark.start())
        self.write(self.html[position:])
        if self.open:
            raise wrong(f"can't parse entities: Can't find end tag corresponding to start tag {self.open[-1].tag}")
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return Formatted("".join(self.pieces), self.entities)

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self.length += units(text)

    def begin(self, start: int) -> int:
        name = _NAME.match(self.html, start)
        if name is None or name.end() == len(self.html):
            raise self.refusal("Unclosed start tag", start)
        tag = name[1].lower()
        if tag not in TAGS:
            raise self.refusal(f'Unsupported start tag "{tag}"', start)
        attributes, position = {}, name.end()
        while attribute := _ATTRIBUTE.match(self.html, position):
            value = next((group for group in attribute.groups()[1:] if group is not None), "")
            attributes[attribute[1]] = _MARK.sub(_character, value)
            position = attribute.end()
        end = _END.match(self.html, position)
        if end is None:
            raise self.refusal(f'Unclosed start tag "{tag}"', start)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self.refusal('Tag "span" must have class "tg-spoiler"', start)
        self.open.append(_Open(tag, attributes, self.length, len(self.pieces)))
        return end.end()

    def close(self, start: int) -> int:
        if not self.open:
            raise self.refusal("Unexpected end tag", start)
        name = _NAME.match(self.html, start)
        end = _END.match(self.html, name.end() if name else start)
        if name is None or end is None:
            raise self.refusal("Unclosed end tag", start)
        opened = self.open.pop()
        found = name[1].lower()
        if found not in ("", opened.tag):
            raise wrong(
                f"can't parse entities: Unmatched end tag at byte offset {self.bytes_before(start)}, "
                f'expected "</{opened.tag}>", found "</{found}>"'
            )
        if self.length > opened.offset:
            self.mark(opened)
        return end.end()

    def mark(self, opened: _Open) -> None:
        span = {"offset": opened.offset, "length": self.length - opened.offset}
        details = _details(opened, "".join(self.pieces[opened.piece :]))
        if details is None:
            return
        last = self.entities[-1] if self.entities else {}
        spans_same = {key: last.get(key) for key in span} == span
        if opened.tag == "pre" and spans_same and last["type"] == "code" and "language" in last:
            last["type"] = "pre"
        elif opened.tag == "code" and spans_same and last["type"] == "pre" and "language" in details:
            last["language"] = details["language"]
        else:
            self.entities.append({**details, **span})

    def bytes_before(self, position: int) -> int:
        return len(self.html[:position].encode())

    def refusal(self, sentence: str, start: int) -> Refused:
        return wrong(f"can't parse entities: {sentence} at byte offset {self.bytes_before(start)}")


def _details(opened: _Open, content: str) -> Entity | None:
    """The entity without its place; None for a link Telegram drops."""
    attributes = opened.attributes
    match opened.tag:
        case "a":
            return _link(attributes.get("href") or content)
        case "code":
            return _code(attributes.get("class", ""))
        case "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
        case "tg-emoji":
            return _emoji(attributes.get("emoji-id", ""))
        case "tg-time":
            return _moment(attributes.get("unix", ""), attributes.get("format", ""))
        case tag:
            return {"type": SIMPLE.get(tag, tag)}


def _code(language: str) -> Entity:
    named = language.startswith("language-")
    return {"type": "code", "language": language.removeprefix("language-")} if named else {"type": "code"}


def _emoji(id_: str) -> Entity:
    if not id_.isdecimal():
        raise wrong("can't parse entities: Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": id_}


def _moment(unix: str, form: str) -> Entity:
    if not unix.isdecimal():
        raise wrong("can't parse entities: Invalid date-time specified")
    moment = {"type": "date_time", "unix_time": int(unix)}
    return {**moment, "date_time_format": form} if form else moment


def _link(url: str) -> Entity | None:
    if mention := _MENTION.fullmatch(url):
        return {"type": "text_mention", "user": {"id": int(mention[1]), "is_bot": False, "first_name": "?"}}
    if _LINK.fullmatch(url):
        return {"type": "text_link", "url": url}
    if "." in url and not re.search(r"\s|:", url):
        return {"type": "text_link", "url": f"http://{url}"}
    return None


def _character(mark: re.Match[str]) -> str:
    """What a character reference stands for; itself when it stands for nothing."""
    if mark[3]:
        return _NAMED[mark[3]]
    if not (mark[1] or mark[2]):
        return mark[0]
    code = int(mark[1], 16) if mark[1] else int(mark[2])
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else mark[0]
