"""Questions answered with a list, one thing on each line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.core.fields.field import Answered, Answers, Asking, Given, Invalid, Turn, fitting, readable
from bot.core.fields.writing import Typed
from bot.core.folding import fold
from bot.core.i18n import _, ngettext
from bot.core.locale import number


@dataclass(frozen=True)
class Lines(Typed):
    """Some lines, none of them twice. The answer is a list of str. Blank lines and bullets do not count.

    Attributes:
        fewest, most: how many lines.
        exactly: how many there must be, where that depends on what is known: a function of (turn, answers).
        longest: of one line, in characters.
    """

    fewest: int = 1
    most: int = 12
    longest: int = 100
    exactly: Callable[[Turn, Answers], int] | None = None

    def take(self, asking: Asking, given: Given) -> Answered:
        written = (line.strip().removeprefix("-").removeprefix("•").strip() for line in readable(given).splitlines())
        lines = [fitting(" ".join(line.split()), self.longest) for line in written if line]
        self._check(lines, asking.turn, asking.answers)
        return Answered(lines)

    def load(self, value: Any) -> list[str]:  # noqa: ANN401 - JSON
        if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
            raise TypeError("not a list of lines")
        return value

    def show(self, asking: Asking, value: list[str]) -> Markup:  # noqa: ARG002 - the protocol's
        return Markup("\n").join(Markup("• {}").format(line) for line in value)

    def _check(self, lines: list[str], turn: Turn, answers: Answers) -> None:
        wanted = self.exactly(turn, answers) if self.exactly else None
        if wanted is not None and len(lines) != wanted:
            sentence = ngettext(
                "I need {n} line, in the same order. You sent {sent}.",
                "I need {n} lines, in the same order. You sent {sent}.",
                wanted,
            )
            raise Invalid(sentence.format(n=number(wanted), sent=number(len(lines))))
        if len(lines) < self.fewest:
            few = ngettext("Please write at least {n} line.", "Please write at least {n} lines.", self.fewest)
            raise Invalid(few.format(n=number(self.fewest)))
        if len(lines) > self.most:
            many = ngettext("Please write at most {n} line.", "Please write at most {n} lines.", self.most)
            raise Invalid(many.format(n=number(self.most)))
        seen: set[str] = set()
        for line in lines:
            if fold(line) in seen:
                raise Invalid(_("“{line}” stands there twice. Please write each once.").format(line=line))
            seen.add(fold(line))
