"""What a broadcast is called while it runs and once it is over: news, a correction, the taking back of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.core.i18n import N_
from storage.broadcasts import BroadcastKind, BroadcastState


class Words(NamedTuple):
    """Msgids.

    Attributes:
        headings: by state, from the moment it is on its way.
        totals: how many of all it worked for.
        missed: stands above those for whom it did not.
        complete: there is nobody of those.
        listed: its title in a list.
        cancel: stops it.
    """

    headings: Mapping[BroadcastState, str]
    totals: str
    missed: str
    complete: str
    listed: str
    cancel: str


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
    ),
}


def words_of(kind: str) -> Words:
    return WORDS[BroadcastKind(kind)]
