"""What a coordinator should know of bells before sending: whom they ring for, and for how many today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup

from bot.actions.newsletters import Plan
from bot.core.channel import Channel
from bot.core.i18n import ngettext
from bot.core.locale import number
from bot.turn import Turn
from storage.audiences import behind_window
from storage.bells import bells_left
from storage.windows import Window


def bell_words(turn: Turn, plan: Plan, leaves_at: datetime | None = None) -> list[Markup]:
    """For each channel with a reply window: how many must be rung first, and how many of them only later.

    Args:
        leaves_at: when it is to leave, if not now.
    """
    reached = {part.channel for part in plan.parts}
    channels = [channel for channel in turn.channels.values() if channel.name in reached]
    return [line for channel in channels for line in _of(turn, plan, channel, leaves_at)]


def _of(turn: Turn, plan: Plan, channel: Channel, leaves_at: datetime | None) -> Iterator[Markup]:
    terms = channel.capabilities
    if terms.window is None:
        return
    at = leaves_at or turn.now
    closed = behind_window(turn.session, plan.audience, channel.name, at - terms.window)
    if not closed:
        return
    rings = ngettext(
        "{channel}: {n} member has not written to us for a day. A bell rings for them, and they get the message once "
        "they answer it.",
        "{channel}: {n} members have not written to us for a day. A bell rings for them, and they get the message once "
        "they answer it.",
        closed,
    )
    if leaves_at:
        rings = ngettext(
            "{channel}: a bell rings first for {n} member, unless they write to us in the day before.",
            "{channel}: a bell rings first for {n} members, unless they write to us in the day before.",
            closed,
        )
    yield rings.format(channel=channel.label, n=number(closed))
    later = closed - bells_left(turn.session, channel.name, Window(terms.window, terms.bells), at, closed)
    if later:
        deferred = ngettext(
            "{channel} lets us ring for {limit} people within 24 hours, so {n} of them is rung tomorrow or later.",
            "{channel} lets us ring for {limit} people within 24 hours, so {n} of them are rung tomorrow or later.",
            later,
        )
        yield deferred.format(channel=channel.label, limit=number(terms.bells), n=number(later))
