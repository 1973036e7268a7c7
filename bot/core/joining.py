"""Several messages for one person as one, where each is paid for and a phone that rings once is kinder."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from bot.core.channel import Capabilities
from bot.core.messages import Outbound
from bot.core.rendering import excess, written


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
