"""What of a broadcast waits for good manners' sake, in words: for the morning, or for a digest."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from bot.core.i18n import ngettext
from bot.core.locale import number
from storage.delivery import Tally
from storage.outbox import DIGEST, QUIET, OutboxState


def asleep(tallies: Iterable[Tally], *reasons: str) -> int:
    """How many rows wait, for these reasons or for either."""
    wanted = reasons or (QUIET, DIGEST)
    return sum(each.rows for each in tallies if each.state == OutboxState.QUEUED and each.reason in wanted)


def waiting_words(tallies: Iterable[Tally]) -> list[Markup]:
    """A line for each reason that applies."""
    counted = list(tallies)
    lines: list[Markup] = []
    if quiet := asleep(counted, QUIET):
        lines.append(ngettext("{n} member gets it in the morning.", "{n} members get it in the morning.", quiet))
    if kept := asleep(counted, DIGEST):
        lines.append(
            ngettext(
                "{n} member has had enough for one day and gets it in a digest.",
                "{n} members have had enough for one day and get it in a digest.",
                kept,
            )
        )
    return [line.format(n=number(n)) for line, n in zip(lines, (n for n in (quiet, kept) if n), strict=True)]
