"""A question for how many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from bot.core.fields.field import Answered, Asking, Given, Invalid, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _
from bot.core.locale import number

_WHOLE: Final = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+|\d{1,12})(?:[\s-]*[^\W\d_]+){0,3}[\s.]*")
"""One number, and what is counted: "10", "1 000", "10 nəfər", "10 people at most"."""


@dataclass(frozen=True)
class Count(Typed):
    """A whole number within bounds. The answer is an int."""

    least: int = 1
    most: int = 100_000

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        whole = _WHOLE.fullmatch(readable(given))
        if whole is None:
            raise Invalid(_("Please write a whole number, such as {example}.").format(example=max(self.least, 10)))
        count = int(re.sub(r"\D", "", whole[1]))
        if not self.least <= count <= self.most:
            between = _("Please write a number from {least} to {most}.")
            raise Invalid(between.format(least=number(self.least), most=number(self.most)))
        return Answered(count)

    def show(self, asking: Asking, value: int) -> Markup:  # noqa: ARG002 - the protocol's
        return escape(number(value))

    def load(self, value: Any) -> int:  # noqa: ANN401 - JSON
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError("not a whole number")
        return value
