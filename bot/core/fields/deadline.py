"""A question for the last moment of something, answered as a day, as the end of a month... or as a moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from bot.core.fields.field import Answered, Asking, Given, Invalid, Turn, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _, current
from bot.core.locale import date_words, zoned_words
from bot.core.moments import When, on, rolls_over, some_day, understand
from bot.core.periods import ended

FARTHEST: Final = timedelta(days=2 * 366)


class Until(NamedTuple):
    """The last moment, aware; whole_day: it was given as a day alone, and is that day's last second."""

    moment: datetime
    whole_day: bool

    def words(self, zone: tzinfo) -> Markup:
        """In full: "Monday, 30 November 2026", and with an hour "..., 18:00 (Baku time)"."""
        if self.whole_day:
            return escape(date_words(self.moment.astimezone(zone).date()))
        return zoned_words(self.moment, zone)


def last_second(day: date, zone: tzinfo) -> datetime:
    """The moment in UTC when the day ends in the zone, less a second."""
    return on(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)


@dataclass(frozen=True)
class Deadline(Typed):
    """A deadline to come, within two years. The answer is an `Until`.

    Attributes:
        clock: tells from the turn what time it is, aware, and in whose zone hours are meant.
        hint: {day} in it is a day to come, as one writes it.
    """

    clock: Callable[[Turn], tuple[datetime, tzinfo]]

    def hinted(self, asking: Asking) -> Markup:
        return _(self.hint).format(day=self._day(asking))

    def take(self, asking: Asking, given: Given) -> Answered:
        now, zone = self.clock(asking.turn)
        said = readable(given)
        said = ended(said, now.astimezone(zone).date()) or _AROUND.sub(" ", said)
        when = understand(said, now, zone, current())
        if when is None and no_day(said):
            raise Invalid(_("There is no such day in the calendar. Please check the date."))
        if when is None:
            unclear = _("I do not understand when that is. Please write it like {day}, or {day} 18:00.")
            raise Invalid(unclear.format(day=self._day(asking)))
        with_year(said, when, now, zone)
        whole_day = when.moment is None
        until = Until(when.moment or last_second(when.day, zone), whole_day)
        if until.moment <= now:
            raise Invalid(_("{moment} is over already. Please write a later one.").format(moment=until.words(zone)))
        if until.moment > now + FARTHEST:
            far = _("{moment} is more than two years ahead. Please write an earlier one.")
            raise Invalid(far.format(moment=until.words(zone)))
        return Answered(self.dump(until))

    def show(self, asking: Asking, value: Until) -> Markup:
        return value.words(self.clock(asking.turn)[1])

    def dump(self, value: Until) -> dict[str, Any]:
        return {"moment": value.moment.isoformat(), "whole_day": value.whole_day}

    def load(self, value: Any) -> Until:  # noqa: ANN401 - JSON
        moment = datetime.fromisoformat(value["moment"])
        if moment.tzinfo is None:
            raise ValueError("a moment has a zone")
        return Until(moment, bool(value["whole_day"]))

    def _day(self, asking: Asking) -> str:
        return f"{some_day(*self.clock(asking.turn)):%d.%m.%Y}"


_AROUND: Final = re.compile(
    r"(?:^|(?<=\s))(?:until|till|by|before the end of|до конца|не позднее|не позже|до|по)\s+"
    r"|(?<=\d)-?[ydnt]?[aəe]?\s+(?:q[əe]d[əe]r|kimi)\b|\s(?:q[əe]d[əe]r|kimi|включительно|inclusive)\b"
    r"|(?<=\d)-d[əe]k\b|(?<=[^\W\d_])[aəe]?d[əe]k\b|\b24[:.]00\b",
    re.IGNORECASE,
)
"""What says "until" beside the day; the end of a day is the day."""

_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d\d))?(?![\d:])")


def with_year(said: str, when: When, now: datetime, zone: tzinfo) -> When:
    """The same, unless a day without a year just passed: next year's is hardly meant.

    Raises:
        Invalid: says which day that would be, and how to write it.
    """
    if rolls_over(said, when, now, zone, current()):
        asked = _("Do you mean {day}? Then please write it with its year: {written}")
        raise Invalid(asked.format(day=date_words(when.day), written=f"{when.day:%d.%m.%Y}"))
    return when


def no_day(said: str) -> bool:
    """Whether it is written as a day, but is none: 31.02, 15.13.2026."""
    numeric = _NUMERIC.search(said)
    if numeric is None:
        return False
    try:
        date(int(numeric[3] or 2000) % 100 + 2000, int(numeric[2]), int(numeric[1]))
    except ValueError:
        return True
    return False
