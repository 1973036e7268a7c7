"""When: a date and an hour as people write them, in any language: "25.11 15:00", "sabah 10-da", "завтра в 9".

dateparser knows the calendar of each language. What it does not know is done before it is asked: the hour is found,
also a bare one, a numeric date is read day first, and words are put as it knows them (`bot.core.spoken`). It takes a
tenth of a second to import, so that is done when somebody first names a moment.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from bot.core.i18n import LANGUAGES
from bot.core.spoken import spoken

LONGEST: Final = 100
"""Longest text that is looked at, in characters."""

_SPAN: Final = re.compile(r"\bчерез\b|\bərzində\b|\bin (?:\d|an?\b|half\b)|\bago\b|\bназад\b")
"""A distance, in which numbers are no hours: "in 2 days"."""

_EVENING: Final = re.compile(
    r"\b(?:axşam|вечер(?:а|ом)|(?<!\d )(?<!два )(?<!три )(?<!четыре )дня|дн[её]м|evening|afternoon)\b"
)
_MORNING: Final = re.compile(r"\b(?:səhər|утр(?:а|ом)|ночи|morning)\b")
_LITTLE: Final = re.compile(r"\b(?:in the|in|at|в|on)\s*$")
_NOON: Final = re.compile(r"\b(?:at )?noon\b|\b(?:в )?полдень\b|\bgünorta\b")

_LOCATIVE: Final = r"(?:\s*-?\s*(?:da|də|de|a|ə|e)\b)?"
_CLOCKS: Final = (
    re.compile(rf"(?:\b(?:saat|at|в|к)\s*|@\s*)?(?<![\d.:])(\d{{1,2}}):(\d\d)(?::\d\d)?(?![\d:]){_LOCATIVE}"),
    re.compile(rf"(?:\b(?:saat|at|в|к)\s*)?(?<![\d.:/-])(\d{{1,2}})-(00|1[3-9]|[2-5]\d)(?![\d.:/-]){_LOCATIVE}"),
    re.compile(rf"(?:(?<!\d )\bsaat|\bat|\bв|\bк|@)\s*(\d{{1,2}})(?:\.(\d\d))?(?![\d.:/]*\d){_LOCATIVE}"),
)
_COUNTED: Final = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:\.(\d\d))?(?=\s*(?:[ap]\.?m\b|утра|вечера|дня|ночи))|(?<![\d.:])(\d{1,2})(?=\s*ч(?:ас\w*)?\b)"
)
_HALF: Final = re.compile(r"\s*\b([ap])\.?m\b\.?")
_HOURS: Final = re.compile(r"^\s*ч(?:ас(?:ов|а)?)?\b\.?")
_LASTS: Final = (
    re.compile(rf"[\s,]+(\d{{1,2}}) (\d\d){_LOCATIVE}$"),
    re.compile(rf"[\s,]+(\d{{1,2}})(?:\.(\d\d))?{_LOCATIVE}$"),
)
_NTH: Final = re.compile(r"№(\d{1,2})")
_HALF_A_YEAR: Final = timedelta(days=183)
_FARTHEST: Final = 62
"""Days ahead of any day, within which there is each of 1 to 31."""
_SOME_DAY: Final = frozenset(["bir gün", "one day", "один день"])
"""No day in particular."""
_DECIMAL: Final = re.compile(r"\d[.,]\d")
_NUMERIC: Final = re.compile(r"(?<![\d.:/-])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d\d)|\.)?(?![\d:./-])")


class When(NamedTuple):
    """A day, and the moment in UTC, which is None where no hour was named."""

    day: date
    moment: datetime | None


def understand(text: str, now: datetime, zone: tzinfo, language: str) -> When | None:
    """What was meant, the next time it comes; None for what is no date. Never raises.

    Args:
        language: the one that is tried first.
    """
    said = spoken(text)
    if not re.search(r"\w", said) or len(text) > LONGEST:
        return None
    local = now.astimezone(zone).replace(tzinfo=None)
    calendar = _Calendar(local, language)
    clock, rest = _clock(said, calendar)
    if clock is None:
        return _without_clock(rest, calendar, now, zone)
    if not rest:
        day = local.date() if clock > local.time() else local.date() + timedelta(days=1)
        return _at(day, clock, zone)
    if calendar.day(rest) is None:
        return None
    found = calendar.find(f"{rest} {clock:%H:%M}")
    return None if found is None else _at(found[0].date(), clock, zone)


def rolls_over(text: str, when: When, now: datetime, zone: tzinfo, language: str) -> bool:
    """Whether no year was named, and the next such day is farther than the last one: "20.11" three days later."""
    if when.day - now.astimezone(zone).date() <= _HALF_A_YEAR:
        return False
    before = understand(text, now - _HALF_A_YEAR, zone, language)
    if before is None or before.day.year == when.day.year:
        return False
    return (before.day.month, before.day.day) == (when.day.month, when.day.day)


def hour_of(text: str) -> time | None:
    """The hour, where nothing but an hour was asked: "10", "saat 10-da", "9 вечера", "3pm"."""
    said = spoken(text)
    bare = re.fullmatch(rf"(\d{{1,2}})(?:[.:\s](\d\d))?{_LOCATIVE}", said)
    if bare:
        return _time(bare[1], bare[2])
    clock, rest = _clock(said, None)
    return None if rest else clock


def on(day: date, clock: time, zone: tzinfo) -> datetime:
    """The moment in UTC when clocks of the zone show this; an hour that is skipped there is the one after it."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def some_day(now: datetime, zone: tzinfo) -> date:
    """A day to show how one is written: a week or two ahead, and past the twelfth, so that it is no month."""
    ahead = now.astimezone(zone).date() + timedelta(days=7)
    return max(ahead, ahead.replace(day=13))


class _Calendar:
    """dateparser, told what day it is here and whose words to try first."""

    def __init__(self, local: datetime, language: str) -> None:
        from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

        self._today = local.date()
        self._parser = DateDataParser(
            languages=[language, *(other for other in LANGUAGES if other != language)],
            use_given_order=True,
            settings={
                "DATE_ORDER": "DMY",
                "PREFER_LOCALE_DATE_ORDER": False,
                "PREFER_DATES_FROM": "future",
                "RELATIVE_BASE": local,
                "RETURN_TIME_AS_PERIOD": True,
                "RETURN_AS_TIMEZONE_AWARE": False,
                "PARSERS": ["relative-time", "absolute-time"],
            },
        )

    def find(self, said: str) -> tuple[datetime, str] | None:
        """The local moment, and how precisely it was named."""
        if said in _SOME_DAY:
            return None
        try:
            found: Any = self._parser.get_date_data(_NTH.sub(self._next, _NUMERIC.sub(self._dated, said)))
        except (ValueError, OverflowError):
            return None
        return None if found.date_obj is None else (found.date_obj.replace(tzinfo=None), found.period)

    def day(self, said: str) -> date | None:
        """The day that was named; None for a month, a year or a lone number."""
        found = None if re.fullmatch(r"[\d\s]*", said) else self.find(said)
        return None if found is None or found[1] in {"month", "year", "time"} else found[0].date()

    def _next(self, numbered: re.Match[str]) -> str:
        """The next day of this number."""
        days = (self._today + timedelta(days=ahead) for ahead in range(_FARTHEST))
        return next((f"{day:%Y-%m-%d}" for day in days if day.day == int(numbered[1])), numbered[0])

    def _dated(self, numeric: re.Match[str]) -> str:
        """A numeric date with its year, so that it is never taken for an hour.

        Raises:
            ValueError: no year has such a day.
        """
        year = int(numeric[4] or self._today.year)
        leap = date(2000, int(numeric[3]), int(numeric[1]))
        try:
            day = leap.replace(year=year if year > 99 else 2000 + year)  # noqa: PLR2004 - two digits
        except ValueError:
            return numeric[0]
        if not numeric[4] and day < self._today:
            try:
                day = day.replace(year=day.year + 1)
            except ValueError:
                return numeric[0]
        return f"{day:%Y-%m-%d}"


def _clock(said: str, calendar: _Calendar | None) -> tuple[time | None, str]:
    """The hour in what was said, and the rest."""
    found = next((match for clock in _CLOCKS if (match := clock.search(said))), None)
    if found is None and not _SPAN.search(said):
        found = _COUNTED.search(said) or _last(said, calendar)
    if found is None:
        noon = _NOON.search(said)
        rest = said if noon is None else _cut(said, noon)
        return (None if noon is None else time(12)), _tidy(_MORNING.sub(" ", _EVENING.sub(" ", rest)))
    hour = next(group for group in (found[1], *found.groups()[2:]) if group)
    rest = said[: found.start()] + "\n" + said[found.end() :]
    before, after = rest.split("\n")
    half = _HALF.match(after)
    after = _HOURS.sub("", after if half is None else after[half.end() :])
    rest = f"{_LITTLE.sub('', before)} {after}"
    evening = _EVENING.search(rest) or (half and half[1] == "p")
    morning = _MORNING.search(rest) or (half and half[1] == "a")
    for part in (_EVENING, _MORNING):
        if match := part.search(rest):
            rest = _cut(rest, match)
    return _time(hour, found[2], evening=bool(evening), morning=bool(morning)), _tidy(rest)


def _last(said: str, calendar: _Calendar | None) -> re.Match[str] | None:
    """A bare hour behind a day."""
    for last in _LASTS:
        if found := last.search(said):
            day = _tidy(_MORNING.sub(" ", _EVENING.sub(" ", said[: found.start()])))
            if not day or (calendar is not None and calendar.day(day)):
                return found
    return None


def _time(hour: str, minute: str | None, *, evening: bool = False, morning: bool = False) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if evening and hours < 12:  # noqa: PLR2004 - noon
        hours += 12
    elif morning and hours == 12:  # noqa: PLR2004 - midnight
        hours = 0
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004 - a day, an hour


def _cut(said: str, match: re.Match[str]) -> str:
    return _LITTLE.sub("", said[: match.start()]) + " " + said[match.end() :]


def _tidy(said: str) -> str:
    return " ".join(said.split()).strip(" ,;-")


def _without_clock(said: str, calendar: _Calendar, now: datetime, zone: tzinfo) -> When | None:
    """A day alone, or a distance in hours: "in 2 hours"."""
    part = _SPAN.search(said) and _DECIMAL.search(said)  # dateparser takes 1.5 hours for one
    found = None if part or re.fullmatch(r"[\d\s]*", said) else calendar.find(said)
    if found is None or found[1] in {"month", "year"}:
        return None
    if found[1] != "time":
        return When(found[0].date(), None)
    distance = found[0] - now.astimezone(zone).replace(tzinfo=None)
    moment = _whole_minute(now + distance)
    return When(moment.astimezone(zone).date(), moment)


def _at(day: date, clock: time, zone: tzinfo) -> When | None:
    try:
        moment = on(day, clock, zone)
    except OverflowError:
        return None
    return When(moment.astimezone(zone).date(), moment)


def _whole_minute(moment: datetime) -> datetime:
    """Not before it: what is shown in minutes is what is meant."""
    return moment + timedelta(seconds=-moment.second % 60) - timedelta(microseconds=moment.microsecond)
