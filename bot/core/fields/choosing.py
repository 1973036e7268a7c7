"""Questions answered by picking: one of a few, some of a few, yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from bot.core.fields.field import (
    Answered,
    Answers,
    Asking,
    Field,
    Given,
    Invalid,
    Options,
    Prompt,
    Stay,
    Turn,
    options_of,
    refusal,
)
from bot.core.i18n import N_, _, ngettext
from bot.core.messages import DONE, Option


@dataclass(frozen=True)
class Choice(Field):
    """One of the choices. The answer is the option's id.

    Attributes:
        suggested: id of the choice that is marked before anything was answered.
    """

    choices: Options
    suggested: Callable[[Turn, Answers], str] | None = None

    def ask(self, asking: Asking) -> Prompt:
        marked = asking.answers.get(self.name) or (
            self.suggested(asking.turn, asking.answers) if self.suggested else None
        )
        options = options_of(self.choices, asking)
        return Prompt(
            self.put(asking),
            tuple(replace(option, chosen=True) if option.id == marked else option for option in options),
        )

    def take(self, asking: Asking, given: Given) -> Answered:
        if given.option not in {option.id for option in options_of(self.choices, asking)}:
            raise not_among(given)
        return Answered(given.option)

    def show(self, asking: Asking, value: str) -> Markup:
        return _labels(self.choices, asking, [value])

    def shows_answer(self) -> bool:
        return True


@dataclass(frozen=True)
class MultiChoice(Field):
    """Any number of the choices, ticked one after the other until *done*. The answer is their ids, in the order shown.

    Attributes:
        at_least: how many must be ticked.
        suggested: ids that are ticked before anything was answered.
    """

    choices: Options
    at_least: int = 0
    suggested: Callable[[Turn, Answers], list[str]] | None = None

    def ask(self, asking: Asking) -> Prompt:
        ticks = self._ticks(asking)
        options = options_of(self.choices, asking)
        return Prompt(
            self.put(asking),
            (
                *(replace(option, chosen=option.id in ticks) for option in options),
                Option(DONE, _("Done").unescape(), navigation=True),
            ),
            several=True,
        )

    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        known = [option.id for option in options_of(self.choices, asking)]
        if not given.options or not {*known, DONE}.issuperset(given.options):
            raise not_among(given)
        ticks = self._ticks(asking).symmetric_difference(given.options) - {DONE}
        picked = [choice for choice in known if choice in ticks]
        if DONE not in given.options:
            return Stay({"ticks": picked})
        if len(picked) < self.at_least:
            return Stay({"ticks": picked}, _too_few(self.at_least))
        return Answered(picked)

    def load(self, value: Any) -> list[str]:  # noqa: ANN401 - JSON
        if not isinstance(value, list) or not all(isinstance(choice, str) for choice in value):
            raise TypeError("not a list of ids")
        return value

    def show(self, asking: Asking, value: list[str]) -> Markup:
        return _labels(self.choices, asking, value)

    def shows_answer(self) -> bool:
        return True

    def _ticks(self, asking: Asking) -> set[str]:
        if "ticks" in asking.state:
            return set(asking.state["ticks"])
        if asking.answers.get(self.name) is not None:
            return set(asking.answers[self.name])
        return set(self.suggested(asking.turn, asking.answers)) if self.suggested else set()


@dataclass(frozen=True)
class Confirm(Field):
    """Yes or no. The answer is a bool."""

    yes: str = N_("Yes")
    no: str = N_("No")

    def ask(self, asking: Asking) -> Prompt:
        return Prompt(self.put(asking), options_of(self._options(), asking))

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        if given.option not in {"yes", "no"}:
            raise not_among(given)
        return Answered(given.option == "yes")

    def load(self, value: Any) -> bool:  # noqa: ANN401 - JSON
        if not isinstance(value, bool):
            raise TypeError("neither yes nor no")
        return value

    def show(self, asking: Asking, value: bool) -> Markup:
        return _labels(self._options(), asking, ["yes" if value else "no"])

    def _options(self) -> tuple[Option, Option]:
        return Option("yes", self.yes), Option("no", self.no)


def not_among(given: Given) -> Invalid:
    return refusal(given, _("Please pick one of these."))


def _too_few(at_least: int) -> Markup:
    if at_least == 1:
        return _("Please choose at least one.")
    return ngettext("Please choose at least {n}.", "Please choose at least {n}.", at_least).format(n=at_least)


def _labels(choices: Options, asking: Asking, ids: list[str]) -> Markup:
    """The labels of these; of a choice that is no longer offered, its id."""
    labels = {option.id: option.label for option in options_of(choices, asking)}
    return Markup(", ").join(escape(labels.get(choice, choice)) for choice in ids)
