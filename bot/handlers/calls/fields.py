"""What is asked about a funding call, of staff who write one and of members who propose one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from bot.actions import calls, rights
from bot.core.amounts import Money
from bot.core.fields import Amount, Answered, Answers, Deadline, Given, Invalid, Link, Text
from bot.core.fields.field import Asking
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import language_name, number
from bot.core.messages import Option
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.calls import Call

LONGEST_TITLE: Final = 150
LONGEST_NOTE: Final = 500

_COLUMNS: Final = {"title": "titles", "text": "texts", "note": "note"}
"""The column that a field's answer goes to, under its language."""


@dataclass(frozen=True)
class Words(Text):
    """Words of the card. A card that would be too long for a channel is told of at once, and by how much."""

    longest: int = 4000

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        turn, answers = asking.turn, {**asking.answers, self.name: self.load(answered.value)}
        call = turn.session.get(Call, number_of(answers.get("it"))) or calls.blank(language_of(answers), turn.now)
        overlong = calls.overlong(call, turn.network, turn.channels.values(), **written(call, answers))
        worst = max(overlong, key=lambda each: each.excess, default=None)
        if worst is not None:
            shorten = ngettext(
                "This is {n} character too long for {channel}. Please shorten it.",
                "This is {n} characters too long for {channel}. Please shorten it.",
                worst.excess,
            )
            raise Invalid(shorten.format(n=number(worst.excess), channel=worst.channel.label))
        return answered


@dataclass(frozen=True)
class Title(Words):
    """On one line."""

    longest: int = LONGEST_TITLE

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        return Answered(" ".join(answered.value.split()))


def language_of(answers: Answers) -> str:
    """The language that is being written in."""
    return str(answers.get("tongue") or answers["language"])


def written(call: Call, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The columns that change, with these words in their language."""
    language = language_of(answers)
    return {
        column: {**getattr(call, column), language: str(answers[name])}
        for name, column in _COLUMNS.items()
        if answers.get(name)
    }


def amount_columns(money: Money | None) -> dict[str, Any]:
    """The columns of an amount; of none, where it was skipped."""
    known = money or Money(None, None, "")
    return {"amount_from": known.least, "amount_to": known.most, "currency": known.currency}


def topics(turn: Turn, _answers: Answers) -> list[Option]:
    """All topics for whoever has none of their own."""
    offered = rights.topics_for(turn.session, turn.member, turn.network) or turn.network.topics
    return [Option(topic.key, topic.labels[turn.language]) for topic in offered]


def _title_wanted(turn: Turn, answers: Answers) -> Markup:  # noqa: ARG001 - as forms call it
    return _("What is the call named in {language}?").format(language=language_name(language_of(answers)))


def _text_wanted(turn: Turn, answers: Answers) -> Markup:  # noqa: ARG001 - as forms call it
    asked = _("What is it about? Write the text in {language}: what is given money for, and how to apply.")
    return asked.format(language=language_name(language_of(answers)))


TITLE: Final = Title("title", _title_wanted, label=N_("Title"))
TEXT: Final = Words(
    "text", _text_wanted, label=N_("Text"), formatted=True,
    hint=N_("Amount, deadline and link have a place of their own."),
)  # fmt: skip
DONOR: Final = Text("donor", N_("Who gives the money?"), label=N_("Donor"), optional=True, longest=150)
AMOUNT: Final = Amount(
    "amount",
    N_("How much is one grant?"),
    label=N_("Amount"),
    hint=N_("Write it like 50 000 AZN, or 5000-10000 EUR."),
    optional=True,
)
DEADLINE: Final = Deadline(
    "deadline",
    N_("Until when can one apply?"),
    label=N_("Deadline"),
    hint=N_("Write a day, such as {day}, or a day and an hour. Skip it if the call stays open."),
    clock=lambda turn: (turn.now, turn.network.zone),
    optional=True,
)
LINK: Final = Link("link", N_("Where is it published? Send me the link."), label=N_("Web page"), optional=True)
