"""Several messages for one person as one, where each is paid for, and where a phone that rings once is kinder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.core.channel import Capabilities
from bot.core.messages import Option, Outbound
from bot.core.rendering import excess, written
from bot.core.richtext import plain
from bot.core.splitting import length, split

LEAST: Final = 40
"""What a digest shows of a message at the least, in the units of the channel."""


class Part(NamedTuple):
    """One of the messages of a digest.

    Attributes:
        read: brings the whole message.
        whole: its text is all of it; else `read` is offered however much of the text there is.
    """

    text: Markup
    read: Option
    whole: bool = True


def joined(first: Outbound, second: Outbound, capabilities: Capabilities) -> Outbound | None:
    """The second right behind the first, with the second's options to pick; None when they must stay two messages.

    What could be stopped or opened under the first is written out as words.
    """
    alone = any(one.alone or one.edit or one.bell for one in (first, second))
    if alone or first.menu or first.attachment or second.attachment or first.language != second.language:
        return None
    words = written(first, replace(capabilities, buttons=False, quick=0, listed=0))
    both = second.having(
        text=Markup("\n\n").join(part for part in (words, second.text) if part),
        preview=first.preview or second.preview,
    )
    return None if excess(both, capabilities) else both


def digest(
    heading: Markup, parts: Sequence[Part], reason: Markup, options: Sequence[Option], language: str,
    capabilities: Capabilities,
) -> Outbound | None:  # fmt: skip
    """Several messages as one that fits, each with as much of its text as there is room for; None if they are too many.

    Args:
        reason: why they came.
        options: how to stop them; what brings a message that is not shown whole stands before those.
    """

    def showing(most: int) -> Outbound:
        shown = [_beginning(part.text, most, capabilities.units) for part in parts]
        cut = [part.read for part, text in zip(parts, shown, strict=True) if text != part.text or not part.whole]
        return Outbound(
            Markup("\n\n").join([Markup("<b>{}</b>").format(heading), *shown, Markup("<i>{}</i>").format(reason)]),
            (*cut, *options),
            language=language,
            alone=True,
        )

    longest = max(length(plain(part.text), capabilities.units) for part in parts)
    if not excess(showing(longest), capabilities):
        return showing(longest)
    fits, over = LEAST, longest
    if excess(showing(fits), capabilities):
        return None
    while over - fits > 1:
        middle = (fits + over) // 2
        fits, over = (middle, over) if not excess(showing(middle), capabilities) else (fits, middle)
    return showing(fits)


def _beginning(text: Markup, most: int, units: str) -> Markup:
    """As many paragraphs, or sentences, or words of it, and an ellipsis where there is more."""
    if length(plain(text), units) <= most:
        return text
    return split(text, most - 2, units)[0] + " …"
