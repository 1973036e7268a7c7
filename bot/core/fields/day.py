"""A question for a day of the calendar, past or to come, answered as people say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final

from markupsafe import Markup, escape

from bot.core.fields.deadline import no_day
from bot.core.fields.field import Answered, Asking, Given, Invalid, Turn, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _, current
from bot.core.locale import date_words
from bot.core.moments import some_day, understand

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)


@dataclass(frozen=True)
class Day(Typed):
    """A day alone. The answer is a date; an hour that was named is left out, and a year that was not is the next.

    Attributes:
        clock: tells from the turn what time it is, aware, and in whose zone that is.
    """

    clock: Callable[[Turn], tuple[datetime, tzinfo]]

    def take(self, asking: Asking, given: Given) -> Answered:
        said = readable(given)
        now, zone = self.clock(asking.turn)
        when = understand(said, now, zone, current())
        if when is None and no_day(said):
            raise Invalid(_("There is no such day in the calendar. Please check the date."))
        if when is None:
            unclear = _("I do not understand which day that is. Please write it like {day}.")
            raise Invalid(unclear.format(day=f"{some_day(now, zone):%d.%m.%Y}"))
        if not EARLIEST <= when.day <= LATEST:
            raise Invalid(_("{day} is too far away. Please check the year.").format(day=date_words(when.day)))
        return Answered(self.dump(when.day), _("{day}, noted.").format(day=date_words(when.day)))

    def show(self, asking: Asking, value: date) -> Markup:  # noqa: ARG002 - the protocol's
        return escape(date_words(value))

    def dump(self, value: date) -> str:
        return value.isoformat()

    def load(self, value: Any) -> date:  # noqa: ANN401 - JSON
        return date.fromisoformat(super().load(value))
