"""What a person on WhatsApp sees of a text: its marks gone, and what stood between them bold, italic and so on.

A mark works within one line, hugs what it marks and does not touch a letter or digit outside, nor anything else that is
neither space nor punctuation, such as a space without width; in a web address it is a part of that.
https://faq.whatsapp.com/539178204879377
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Letter = tuple[str, frozenset[str]]
"""One character, and how it looks."""

STYLES: Final = {"*": "bold", "_": "italic", "~": "strikethrough", "```": "code", "`": "code"}

_HIDDEN: Final = "\N{ZERO WIDTH SPACE}"
_MARKED: Final = re.compile(
    r"https?://\S+|"
    + "|".join(
        rf"(?<![\w{_HIDDEN}]){re.escape(mark)}(\S(?:[^\n]*?\S)?){re.escape(mark)}(?![\w{_HIDDEN}])" for mark in STYLES
    )
)


def seen(text: str, looks: frozenset[str] = frozenset()) -> list[Letter]:
    """Every visible character, in order."""
    return list(_seen(text, looks))


def _seen(text: str, looks: frozenset[str]) -> Iterator[Letter]:
    end = 0
    for found in _MARKED.finditer(text):
        yield from _plain(text[end : found.start()], looks)
        if found.lastindex is None:
            yield from _plain(found[0], looks)
        else:
            style = [*STYLES.values()][found.lastindex - 1]
            inner = _plain if style == "code" else _seen
            yield from inner(found[found.lastindex], looks | {style})
        end = found.end()
    yield from _plain(text[end:], looks)


def _plain(text: str, looks: frozenset[str]) -> Iterator[Letter]:
    return ((letter, looks) for letter in text if letter != _HIDDEN)
