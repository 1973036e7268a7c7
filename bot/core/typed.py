"""What a person types on a phone, with the formatting their messenger would have made of it."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_ADDRESS: Final = r"(?P<address>[a-zA-Z][a-zA-Z0-9+.-]*://\S*)"
"""Whatever stands in one is a part of it."""

_INSIDE: Final = r"\S(?:.*?\S)?"

MARKS: Final = {
    # What the Telegram apps turn into formatting while one types; a link, Ctrl+K there, is written out here.
    "html": re.compile(
        rf"{_ADDRESS}|\*\*(?P<b>{_INSIDE})\*\*|__(?P<i>{_INSIDE})__|~~(?P<s>{_INSIDE})~~|`(?P<code>[^`\n]+)`"
        r"|\[(?P<label>[^\[\]\n]+)\]\((?P<a>https?://[^\s()]+)\)"
    ),
    # https://faq.whatsapp.com/539178204879377
    "whatsapp": re.compile(
        rf"{_ADDRESS}|(?<!\w)(?:\*(?P<b>{_INSIDE})\*|_(?P<i>{_INSIDE})_|~(?P<s>{_INSIDE})~"
        r"|(?P<tick>`(?:``)?)(?P<code>[^`\n]+)(?P=tick))(?!\w)"
    ),
}
"""How bold, italic and so on are typed, per `Capabilities.markup`."""


def formatted(text: str, markup: str) -> Markup:
    """The typed text as neutral markup; everything that is not a complete mark is kept literally."""
    parts: list[Markup] = []
    end = 0
    for match in MARKS[markup].finditer(text):
        if match["address"]:
            continue
        parts += (escape(text[end : match.start()]), _marked(match, markup))
        end = match.end()
    return Markup().join([*parts, escape(text[end:])])


def _marked(match: re.Match[str], markup: str) -> Markup:
    tag = str(match.lastgroup)
    if tag == "a":
        return Markup('<a href="{}">{}</a>').format(match["a"], formatted(match["label"], markup))
    inner = escape(match[tag]) if tag == "code" else formatted(match[tag], markup)
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inner)  # noqa: S704 - a group's name
