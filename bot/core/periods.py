"""Until the end of what: "martın sonunadək", "до конца года", "the end of May". The calendar knows days alone."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Final

from babel.dates import get_month_names

from bot.core.i18n import LANGUAGES
from bot.core.spoken import spoken

_END: Final = re.compile(r"\b(?:end of|кон(?:ец|ц[ау])|(?:son|ax[ıi]r)[uıi](?:na?(?:d[əe]k|can)?)?)(?!\w)")
_WORD: Final = re.compile(r"[\w-]+")
_YEAR: Final = re.compile(r"(20\d\d)(?:-?c[ıiuü])?")
_OF_A_YEAR: Final = re.compile(r"([ıiuü]n)\1$")
"""The year's March: "ilin martının"."""

_UNITS: Final = {
    word: unit
    for unit, words in {
        "day": "day дня день",
        "week": "week həftə недели неделя",
        "month": "month ayın ayin месяца месяц",
        "year": "year ilin года год г",
        "next": "next gələn следующего следующей",
        "": "the of until till by before this no later than до к не позднее позже этого этой bu ayının ayinin"
        " qədər qeder kimi dək dek",
    }.items()
    for word in words.split()
}
"""What periods are called, and what may stand beside them."""

_FEBRUARY: Final = 2


def ended(text: str, today: date) -> str | None:
    """The last day of the period, in figures; None where the end of none is named, or something else beside it.

    The month of a year that was not named is written without one, as a day of it would be: "31.03".
    """
    said = spoken(text)
    if not _END.search(said):
        return None
    year = month = 0
    units: set[str] = set()
    for word in _WORD.findall(_END.sub(" ", said)):
        if numbered := _YEAR.fullmatch(word):
            year = int(numbered[1])
        elif found := _months().get(_OF_A_YEAR.sub("", word)):
            month = found
        elif word in _UNITS:
            units.add(_UNITS[word])
        else:
            return None
    ahead = "next" in units
    units -= {"", "next"}
    if month and units <= {"year"}:
        last = _last(year or today.year, month)
        if not year and last < today:
            last = _last(today.year + 1, month)
        return f"{last:%d.%m}" if not year and month != _FEBRUARY else f"{last:%d.%m.%Y}"
    if year and units <= {"year"}:
        return f"31.12.{year}"
    if month or year or len(units) != 1:
        return None
    return f"{_end_of(units.pop(), today, ahead=ahead):%d.%m.%Y}"


def _end_of(unit: str, today: date, *, ahead: bool) -> date:
    """The last day of this or the next one."""
    match unit:
        case "day":
            return today + timedelta(days=ahead)
        case "week":
            return today + timedelta(days=6 - today.weekday() + 7 * ahead)
        case "month":
            last = _last(today.year, today.month)
            following = last + timedelta(days=1)
            return _last(following.year, following.month) if ahead else last
        case _:
            return date(today.year + ahead, 12, 31)


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


@cache
def _months() -> dict[str, int]:
    """By their names, whole and short, in every language."""
    return {
        name.casefold().strip("."): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
    }
