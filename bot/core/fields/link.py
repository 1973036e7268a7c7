"""A question for the address of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.core.fields.field import Answered, Asking, Given, Invalid, fitting, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _
from bot.core.richtext import parse

LONGEST: Final = 500

_HOST: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}\.?")


@dataclass(frozen=True)
class Link(Typed):
    """An address that begins with https://, http:// or www. The answer has its scheme. At most 500 characters."""

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        said = next((span.link for span in parse(given.text) if span.link), "") or readable(given)
        said = fitting(said.strip(), LONGEST)
        link = f"https://{said}" if said.lower().startswith("www.") else said
        if not _is_link(link):
            raise Invalid(_("This is not a link. Please copy it from the browser: it begins with https://"))
        return Answered(link)


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.username is None and not any(letter.isspace() for letter in link)
    return plain and parts.scheme in {"http", "https"} and _HOST.fullmatch(host) is not None
