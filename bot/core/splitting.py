"""How long a text is for a platform, and where to cut one that is too long so that it still reads well."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from bot.core.richtext import Span, parse, plain, to_markup

_CUTS: Final = (
    (re.compile(r"\n\s*\n"), 0.5),
    (re.compile(r"\n"), 0.5),
    (re.compile(r"(?<=[.!?…])\s+"), 0.5),
    (re.compile(r"\s+"), 0.0),
)
"""Paragraphs, lines, sentences, words, and how full a part must be for the cut to be worth it."""

_SOLID: Final = re.compile(r"\S")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_FLAGS: Final = "".join(chr(0x1F1E6 + letter) for letter in range(26))
"""Regional indicators: two make a flag."""


def length(text: str, units: str) -> int:
    """Of a plain text, in "utf16" units (Telegram: most emoji count two) or in "characters".

    https://core.telegram.org/api/entities#entity-length
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if units == "utf16" else len(text)


def shorten(text: str, longest: int, units: str) -> str:
    """A plain text, with an ellipsis where its end had to go."""
    if length(text, units) <= longest:
        return text
    reach = longest - 1
    while (over := length(text[:reach], units) - (longest - 1)) > 0:
        reach -= (over + 1) // 2
    return text[: _whole(text, 0, reach)].rstrip() + "…"


def split(markup: str, longest: int, units: str, as_sent: Callable[[Markup], str] = plain) -> list[Markup]:
    """Parts no longer than `longest`, cut between paragraphs, else lines, else sentences, else words, else anywhere.

    A cut that would leave a part less than half full gives way to the next finer one. Formatting goes on over a cut,
    and only white space is lost at it. A character and what combines with it (accents, joined emoji, flags) stay
    together unless they are too long by themselves.

    Args:
        markup: neutral markup.
        longest: in `units`.
        units: see `length`.
        as_sent: what the platform counts. Telegram counts what is seen, WhatsApp everything.
    """
    whole = Markup(markup)  # noqa: S704 - it is markup already
    if length(as_sent(whole), units) <= longest:
        return [whole]
    spans, text = parse(whole), plain(whole).rstrip()
    parts: list[Markup] = []
    start = _word(text, 0)
    while start < len(text):
        reach = longest
        while True:
            stop = _cut(text, start, start + reach)
            part = to_markup(_between(spans, start, start + len(text[start:stop].rstrip())))
            over = length(as_sent(part), units) - longest
            if over <= 0 or stop - start == 1:
                break
            reach = max(1, stop - start - (over + 1) // 2)  # a character is one or two units long
        parts.append(part)
        start = _word(text, stop)
    return parts or [Markup()]


def _word(text: str, start: int) -> int:
    """Where the next thing that is not white space begins."""
    found = _SOLID.search(text, start)
    return found.start() if found else len(text)


def _cut(text: str, start: int, stop: int) -> int:
    """The best place to end a part that begins at `start`, and not after `stop`."""
    if stop >= len(text):
        return len(text)
    for between, least in _CUTS:
        last = max((found.start() for found in between.finditer(text, start, stop + 1)), default=start)
        if last > start + (stop - start) * least:
            return last
    return _whole(text, start, stop)


def _whole(text: str, start: int, stop: int) -> int:
    """`stop`, or a little earlier, so that no character loses what combines with it."""
    cut = stop
    while cut > start and _joined(text, cut):
        cut -= 1
    return cut if cut > start else stop


def _joined(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before in _FLAGS and after in _FLAGS:
        return (at - len(text[:at].rstrip(_FLAGS))) % 2 == 1
    return (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or "\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}" <= after <= "\N{EMOJI MODIFIER FITZPATRICK TYPE-6}"
        or "\N{TAG SPACE}" <= after <= "\N{CANCEL TAG}"
    )


def _between(spans: Sequence[Span], start: int, stop: int) -> list[Span]:
    """What stands between two places of the visible text."""
    cut: list[Span] = []
    for span in spans:
        if start < len(span.text) and stop > 0:
            cut.append(span._replace(text=span.text[max(0, start) : stop]))
        start -= len(span.text)
        stop -= len(span.text)
    return cut
