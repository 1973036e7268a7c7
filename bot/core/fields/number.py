"""A question for a number, also one with a fraction or below zero, written as people of any language write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

from markupsafe import Markup, escape

from bot.core.amounts import is_power
from bot.core.fields.field import Answered, Asking, Given, Invalid, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _, current
from bot.core.locale import number

MOST: Final = 1_000_000_000_000
"""Largest number that is believed, also below zero."""

_LONGEST: Final = 60
"""Longest text that is looked at, in characters."""

_SAID: Final = re.compile(r"(-?)\s*(\d(?:[\d .,'’]*\d)?)((?:[\s-]*[^\W\d_]+|\s*%){0,3})[\s.]*")
"""A number, and what is counted: "1 250,5", "-3", "12,5 %", "10 nəfər"."""

_WHOLE: Final = re.compile(r"\d+")
_GROUPED: Final = re.compile(r"([1-9]\d{0,2}(?:([ .,'’])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d+))?")
_POINTED: Final = re.compile(r"(\d+)([.,])(\d+)")

_THOUSANDS: Final = {"en": ",", "az": "."}
_POINT: Final = {"en": ".", "az": ",", "ru": ","}
"""What a mark before three digits means: 1,234 is above a thousand in English and little more than one in Russian."""


@dataclass(frozen=True)
class Number(Typed):
    """A number within bounds, both among what may be said. The answer is an int, or a float where it has a fraction."""

    least: float | None = None
    most: float | None = None

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        found = _read(readable(given))
        if not found:
            example = number(1250.5)
            raise Invalid(_("Please write a number in digits, such as 12 or {example}.").format(example=example))
        fitting = [each for each in found if self._fits(each)]
        if not fitting:
            raise Invalid(self._bounds())
        if len(fitting) > 1:
            one, other = (number(each) for each in fitting)
            unclear = _("Is it {one} or {other}? Please write it once more, without a mark between thousands.")
            raise Invalid(unclear.format(one=one, other=other))
        return Answered(fitting[0])

    def show(self, asking: Asking, value: float) -> Markup:  # noqa: ARG002 - the protocol's
        return escape(number(value))

    def load(self, value: Any) -> float:  # noqa: ANN401 - JSON
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TypeError("not a number")
        return value

    def _bounds(self) -> Markup:
        if self.most is None and self.least is not None:
            return _("Please write a number from {least} on.").format(least=number(self.least))
        if self.least is None and self.most is not None:
            return _("Please write a number up to {most}.").format(most=number(self.most))
        between = _("Please write a number from {least} to {most}.")
        return between.format(least=number(self.least or 0), most=number(self.most or MOST))

    def _fits(self, value: float) -> bool:
        least = -MOST if self.least is None else self.least
        return least <= value <= (MOST if self.most is None else self.most)


def _read(said: str) -> list[float]:
    """What the number may be; nothing where it is none, and two where a mark may stand for thousands or a fraction."""
    text = re.sub(r"[‒–—−]", "-", normalize("NFKC", said[:_LONGEST]))
    found = _SAID.fullmatch(text) if len(said) <= _LONGEST else None
    if found is None or any(is_power(word) for word in re.findall(r"[^\W\d_]+", found[3])):
        return []
    values = [float(f"{found[1]}{whole}.{fraction}") for whole, fraction in _parts(found[2])]
    return [int(value) if value.is_integer() else value for value in values if abs(value) <= MOST]


def _parts(written: str) -> list[tuple[str, str]]:
    """Digits before and after the point."""
    if _WHOLE.fullmatch(written):
        return [(written, "0")]
    grouped, pointed = _GROUPED.fullmatch(written), _POINTED.fullmatch(written)
    if grouped and pointed:
        grouped = None if pointed[2] == _POINT.get(current()) else grouped
        pointed = None if grouped and pointed[2] == _THOUSANDS.get(current()) else pointed
    parts = [(re.sub(r"\D", "", grouped[1]), grouped[3] or "0")] if grouped else []
    return [*parts, (pointed[1], pointed[3])] if pointed else parts
