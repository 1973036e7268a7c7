"""Until when a survey can be answered, or a declaration signed."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions.appeals import Appeal
from bot.core.fields import Deadline
from bot.core.i18n import N_, _
from bot.core.locale import zoned_words
from bot.turn import Turn


def closes_at(question: str) -> Deadline:
    """The field that asks for it; the question is a msgid."""
    return Deadline(
        "closes_at",
        question,
        label=N_("Open until"),
        hint=N_("Write a day, such as {day}, or a day and an hour. Skip it to close it by hand."),
        clock=lambda turn: (turn.now, turn.network.zone),
        optional=True,
    )


def until_words(turn: Turn, appeal: Appeal) -> Markup:
    if appeal.closes_at is None:
        return _("It stays open until you close it.")
    return _("Open until {moment}").format(moment=zoned_words(appeal.closes_at, turn.network.zone))
