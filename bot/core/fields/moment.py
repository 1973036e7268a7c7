"""A question for a moment, answered as people say it; a day without an hour is never guessed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from markupsafe import Markup

from bot.core.fields.deadline import no_day, with_year
from bot.core.fields.field import Answered, Asking, Field, Given, Invalid, Prompt, Stay, Turn, readable
from bot.core.i18n import _, current
from bot.core.locale import date_words, zoned_words
from bot.core.moments import hour_of, on, some_day, understand

FARTHEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class Moment(Field):
    """A moment to come, within a year. The answer is a datetime in UTC.

    Attributes:
        clock: tells from the turn what time it is, aware, and in whose zone hours are meant.
        hint: {day} in it is a day to come, as one writes it.
    """

    clock: Callable[[Turn], tuple[datetime, tzinfo]]

    def hinted(self, asking: Asking) -> Markup:
        return _(self.hint).format(day=self._day(asking))

    def ask(self, asking: Asking) -> Prompt:
        if "day" not in asking.state:
            return Prompt(self.put(asking))
        day = date_words(date.fromisoformat(asking.state["day"]))
        return Prompt(_("{day}: at what hour? Please write it like 9:00 or 14:30.").format(day=day))

    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        now, zone = self.clock(asking.turn)
        said = readable(given)
        hour = hour_of(said) if "day" in asking.state else None
        if hour is not None:
            return self._fitting(on(date.fromisoformat(asking.state["day"]), hour, zone), now, zone)
        when = understand(said, now, zone, current())
        if when is None and no_day(said):
            raise Invalid(_("There is no such day in the calendar. Please check the date."))
        if when is None:
            unclear = _("I do not understand when that is. Please write it like {day} 15:00, or tomorrow 9:00.")
            raise Invalid(unclear.format(day=self._day(asking)))
        with_year(said, when, now, zone)
        if when.moment is not None:
            return self._fitting(when.moment, now, zone)
        today = now.astimezone(zone).date()
        if not today <= when.day <= today + FARTHEST:
            raise _too_far(when.day < today, date_words(when.day))
        return Stay({"day": when.day.isoformat()})

    def _fitting(self, moment: datetime, now: datetime, zone: tzinfo) -> Answered:
        if not now < moment <= now + FARTHEST:
            raise _too_far(moment <= now, zoned_words(moment, zone))
        return Answered(self.dump(moment))

    def show(self, asking: Asking, value: datetime) -> Markup:
        return zoned_words(value, self.clock(asking.turn)[1])

    def dump(self, value: datetime) -> str:
        return value.isoformat()

    def load(self, value: Any) -> datetime:  # noqa: ANN401 - JSON
        moment = datetime.fromisoformat(super().load(value))
        if moment.tzinfo is None:
            raise ValueError("a moment has a zone")
        return moment

    def _day(self, asking: Asking) -> str:
        return f"{some_day(*self.clock(asking.turn)):%d.%m}"


def _too_far(past: bool, moment: str) -> Invalid:
    if past:
        return Invalid(_("{moment} is over already. Please write a later one.").format(moment=moment))
    return Invalid(_("{moment} is more than a year ahead. Please write an earlier one.").format(moment=moment))
