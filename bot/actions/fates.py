"""What became of a message, in plain words: what channels and the outbox note as a short key, a coordinator reads."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.core.i18n import N_, _
from storage.outbox import OutboxState

STATES: Final = {
    OutboxState.QUEUED: N_("waiting"),
    OutboxState.SENDING: N_("being sent"),
    OutboxState.HELD: N_("waiting for the bell to be heard"),
    OutboxState.SENT: N_("sent"),
    OutboxState.DELIVERED: N_("delivered"),
    OutboxState.READ: N_("read"),
    OutboxState.REFUSED: N_("refused"),
    OutboxState.SKIPPED: N_("left out"),
    OutboxState.DOUBT: N_("in doubt"),
}

REASONS: Final = {
    "blocked": N_("blocked the bot"),
    "deactivated": N_("closed their account"),
    "not_found": N_("cannot be found on this messenger any more"),
    "not_started": N_("never opened a chat with the bot"),
    "joined": N_("reached on their other messenger"),
    "left": N_("said stop, or left, before it was sent"),
    "cancelled": N_("not sent, because the newsletter was cancelled"),
    "content": N_("the messenger did not accept the text or the file"),
    "file": N_("the file could not be brought over from the messenger it came from"),
    "account": N_("the messenger does not accept our account"),
    "forbidden": N_("the messenger did not allow us to write to them"),
    "tries": N_("could not be delivered after several tries"),
    "window": N_("did not answer the bell in time"),
    "opted_out": N_("told the messenger that they want nothing from us"),
    "no_bell": N_("could not be rung, because the messenger has not approved the bell"),
    "closed": N_("is on a messenger that is not connected at the moment"),
    "stale": N_("too late to be of use"),
    "quiet": N_("waits for the morning where they live"),
    "digest": N_("has had enough for one day, and gets it in a digest"),
    "answered": N_("answered before the reminder left"),
    "recalled": N_("not sent, because the newsletter was taken back"),
    "uneditable": N_("their copy cannot be changed any more: it is too old, or they deleted it"),
    "undeletable": N_("their copy cannot be deleted any more, or their messenger lets nobody do that"),
}

PAUSES: Final = {
    "content": N_("The messenger refuses the text or the file, and would refuse it for everybody."),
    "account": N_("The messenger does not accept our account. Whoever maintains this bot should check its settings."),
    "no_bell": N_("The messenger has not approved the bell yet. Whoever maintains this bot can see its state."),
    "file": N_("The file could not be fetched from the messenger it was sent on."),
    "forbidden": N_("The messenger does not allow us to write to these people, and we do not know why."),
}
"""Why a broadcast paused by itself."""

DOUBT: Final = N_("the messenger did not answer, so it may or may not have arrived")


def reason_words(state: str, reason: str) -> Markup:
    """Why it did not arrive; "" when it did. A reason nobody has put into words yet is shown as it is."""
    if state == OutboxState.DOUBT:
        return _(DOUBT)
    return _(REASONS.get(reason, reason))


def pause_words(reason: str) -> Markup:
    """Why a broadcast paused by itself; one nobody has put into words yet is shown as it is."""
    return _(PAUSES.get(reason, reason))
