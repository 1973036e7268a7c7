"""How a broadcast is received, where the messenger tells: delivered, read, and the bells that ring before it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from bot.core.i18n import _, ngettext
from bot.core.locale import number
from storage.delivery import Tally, rows_in
from storage.outbox import ARRIVED, OutboxState


def reception_words(tallies: Iterable[Tally]) -> list[Markup]:
    """A line on what was delivered and read, and one on the bells; none where no messenger tells."""
    counted = list(tallies)
    read = rows_in(counted, OutboxState.READ)
    delivered = read + rows_in(counted, OutboxState.DELIVERED)
    lines: list[Markup] = []
    if delivered:
        told = _("As far as the messengers tell: delivered to {delivered}, read by {read}.")
        lines.append(told.format(delivered=number(delivered), read=number(read)))
    rung = sum(each.rows for each in counted if each.rung)
    if rung:
        bells = ngettext(
            "A bell rang for {n} member whose chat was closed: {opened} opened it, {waiting} not yet, {expired} too "
            "late.",
            "A bell rang for {n} members whose chats were closed: {opened} opened it, {waiting} not yet, {expired} too "
            "late.",
            rung,
        )
        opened = sum(each.rows for each in counted if each.rung and each.state in ARRIVED)
        expired = sum(each.rows for each in counted if each.rung and each.reason == "window")
        waiting = rows_in(counted, OutboxState.HELD)
        lines.append(
            bells.format(n=number(rung), opened=number(opened), waiting=number(waiting), expired=number(expired))
        )
    return lines
