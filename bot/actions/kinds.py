"""What a broadcast is called while it runs and once it is over: news, a correction, the taking back of either."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions.fates import STATES
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number
from storage.broadcasts import BroadcastKind, BroadcastState
from storage.outbox import OutboxState


class Words(NamedTuple):
    """Msgids.

    Attributes:
        headings: by state, from the moment it is on its way.
        totals: how many of all it worked for.
        missed: stands above those for whom it did not.
        complete: there is nobody of those.
        listed: its title in a list.
        cancel: stops it.
        fates: by state, what became of one copy, where that is not what is said of news.
    """

    headings: Mapping[BroadcastState, str]
    totals: str
    missed: str
    complete: str
    listed: str
    cancel: str
    fates: Mapping[OutboxState, str] = MappingProxyType({})


_NEWS: Final = Words(
    {
        BroadcastState.SENDING: N_("On its way: “{title}”"),
        BroadcastState.PAUSED: N_("Paused: “{title}”"),
        BroadcastState.DONE: N_("Finished: “{title}”"),
        BroadcastState.CANCELLED: N_("Cancelled: “{title}”"),
    },
    N_("Sent: {sent} of {total}. Left out: {skipped}. Refused: {refused}. In doubt: {doubt}."),
    N_("Who did not receive it"),
    N_("Everybody received it."),
    "{title}",
    N_("Cancel the newsletter"),
)

_CORRECTION: Final = Words(
    {
        BroadcastState.SENDING: N_("Correction on its way: “{title}”"),
        BroadcastState.PAUSED: N_("Correction paused: “{title}”"),
        BroadcastState.DONE: N_("Corrected: “{title}”"),
        BroadcastState.CANCELLED: N_("Correction cancelled: “{title}”"),
    },
    N_("Corrected: {sent} of {total}. Left out: {skipped}. Refused: {refused}. In doubt: {doubt}."),
    N_("Who has only the old text"),
    N_("Everybody who had it has the correction."),
    N_("correction of {title}"),
    N_("Cancel the correction"),
    {OutboxState.SENT: N_("corrected")},
)

WORDS: Final = {
    BroadcastKind.NEWSLETTER: _NEWS,
    BroadcastKind.REMINDER: _NEWS._replace(listed=N_("reminder: {title}")),
    BroadcastKind.NOTICE: _NEWS,
    BroadcastKind.DIGEST: _NEWS,
    BroadcastKind.CORRECTION: _CORRECTION,
    BroadcastKind.UPDATE: _CORRECTION,
    BroadcastKind.RECALL: Words(
        {
            BroadcastState.SENDING: N_("Taking back: “{title}”"),
            BroadcastState.PAUSED: N_("Taking back, paused: “{title}”"),
            BroadcastState.DONE: N_("Taken back: “{title}”"),
            BroadcastState.CANCELLED: N_("Taking back, cancelled: “{title}”"),
        },
        N_("Deleted: {sent} of {total}. Left where they are: {skipped}. Refused: {refused}. In doubt: {doubt}."),
        N_("Who still has it"),
        N_("Nobody has it any more."),
        N_("taking back {title}"),
        N_("Stop taking it back"),
        {OutboxState.SENT: N_("deleted"), OutboxState.SKIPPED: N_("left where it is")},
    ),
}


def words_of(kind: str) -> Words:
    return WORDS[BroadcastKind(kind)]


def fate_words(kind: str, state: str) -> Markup:
    """What became of one copy, as it stands in a list: "sent", "deleted"."""
    fate = OutboxState(state)
    return _(words_of(kind).fates.get(fate, STATES[fate]))


def unfinished_words(kind: str, rows: int) -> Markup:
    """How many it has yet to reach."""
    if kind == BroadcastKind.RECALL:
        words = ngettext("{n} member still has it.", "{n} members still have it.", rows)
    else:
        words = ngettext("{n} member waits for it.", "{n} members wait for it.", rows)
    return words.format(n=number(rows))


def cancel_words(kind: str, rows: int) -> Markup:
    """Whether to stop it, and what that means to those whom it has yet to reach."""
    if kind == BroadcastKind.RECALL:
        words = ngettext("Stop taking it back? {n} member keeps it.", "Stop taking it back? {n} members keep it.", rows)
    elif kind in {BroadcastKind.CORRECTION, BroadcastKind.UPDATE}:
        words = ngettext(
            "Cancel the correction? {n} member keeps the old text.",
            "Cancel the correction? {n} members keep the old text.",
            rows,
        )
    else:
        words = ngettext(
            "Cancel it? {n} member who is still waiting for it will not get it.",
            "Cancel it? {n} members who are still waiting for it will not get it.",
            rows,
        )
    return words.format(n=number(rows))
