"""Dates, numbers, lists and countries as the reader's language writes them, from CLDR through Babel.

Everything takes the language being spoken unless told otherwise. What CLDR says was read for the three languages we
speak; where it is not what people here write, it is corrected below, with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Final
from unicodedata import combining, normalize

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup, escape

from bot.core.i18n import LANGUAGES, SOURCE, _, current
from bot.core.search import search

_YEAR: Final = timedelta(days=365)

_ALPHABETS: Final = {
    "az": "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}

_OWN_NAMES: Final = {"az": "Azərbaycanca"}
"""CLDR's "azərbaycan" is the adjective alone."""

_NO_COUNTRIES: Final = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Islands without an ISO code of their own, unions, and CLDR's test regions."""

_SHORT_NAMES: Final = {
    "AE": ("UAE", "BƏƏ", "ОАЭ"),
    "BY": ("Белоруссия", "Belorusiya"),
    "CD": ("DRC", "KDR", "ДРК"),
    "CI": ("Ivory Coast", "Берег Слоновой Кости", "Fil Dişi Sahili"),
    "CN": ("PRC", "КНР", "ÇXR"),
    "CZ": ("Czech Republic", "Çex Respublikası", "Чешская Республика"),
    "GB": ("UK", "Great Britain", "Böyük Britaniya", "England", "İngiltərə", "Англия", "Scotland", "Şotlandiya"),
    "KG": ("Кыргызстан",),
    "KR": ("Korea", "Koreya", "Корея"),
    "MD": ("Moldavia", "Moldaviya", "Молдавия"),
    "NL": ("Holland", "Hollandiya", "Голландия"),
    "RU": ("Russian Federation", "Rusiya Federasiyası", "Российская Федерация", "РФ"),
    "SZ": ("Swaziland", "Svazilend", "Свазиленд"),
    "TL": ("East Timor", "Şərqi Timor"),
    "TR": ("Turkey",),
    "US": ("USA", "ABŞ", "США", "America", "Amerika", "Америка"),
}
"""What people say, and CLDR does not."""


def date_words(day: date, language: str = "") -> str:
    """The day in full: "Wednesday, 25 November 2026"."""
    return _plain_spaces(format_date(day, "full", locale=_locale(language)))


def short_date(day: date, language: str = "") -> str:
    """The day in a list: "25 Nov 2026"."""
    return _plain_spaces(format_date(day, "medium", locale=_locale(language)))


def near_date(day: date, today: date, language: str = "") -> str:
    """The day where there is little room, as on a button: "25 Nov", with its year only where it is a year away."""
    if abs(day - today) >= _YEAR:
        return short_date(day, language)
    return _plain_spaces(format_skeleton("MMMd", day, locale=_locale(language)))


def span_words(first: int, last: int, among: int) -> Markup:
    """Which part of a list is shown: "6 to 10 of 12", "11 of 11"."""
    if first == last:
        return _("{n} of {all}").format(n=number(first), all=number(among))
    return _("{first} to {last} of {n}").format(first=number(first), last=number(last), n=number(among))


def month_words(day: date, language: str = "") -> str:
    """Its month by itself: "январь 2026"."""
    return format_date(day, "LLLL yyyy", locale=_locale(language))


def weekday_name(day: int, language: str = "") -> str:
    """A day of the week by itself, Monday 0: "Monday"."""
    name = str(_locale(language).days["stand-alone"]["wide"][day])
    return capitals(name[:1], language) + name[1:]


def weekday_words(day: int, language: str = "") -> str:
    """A day of the week within a sentence, Monday 0: "Monday"; not every language has it in capitals there."""
    return str(_locale(language).days["format"]["wide"][day])


def moment_words(when: datetime, zone: tzinfo, language: str = "") -> str:
    """An aware moment as clocks in the zone show it, in 24 hours: "Wednesday, 25 November 2026, 14:00"."""
    local = when.astimezone(zone)
    return f"{date_words(local.date(), language)}, {local:%H:%M}"


def zoned_words(when: datetime, zone: tzinfo) -> Markup:
    """A moment as `moment_words` has it, with whose time that is: "Wednesday, 25 November 2026, 14:00 (Baku time)"."""
    return _zoned(moment_words(when, zone), zone)


def period_words(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> Markup:
    """As `zoned_words`, up to an end: "Wednesday, 25 November 2026, 14:00–16:00 (Baku time)"."""
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = f"–{ends:%H:%M}" if begins.date() == ends.date() else f" – {moment_words(ends_at, zone)}"
    return _zoned(f"{moment_words(starts_at, zone)}{until}", zone)


def countdown_words(span: timedelta, language: str = "") -> str:
    """To the second: "1 min 30 s"."""
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    units = (("duration-minute", minutes), ("duration-second", seconds))
    shown = [(unit, value) for unit, value in units if value] or [units[1]]
    return " ".join(format_unit(value, unit, length="short", locale=_locale(language)) for unit, value in shown)


def money(amount: float, currency: str, language: str = "") -> str:
    """An amount in "USD": "US$12.50"."""
    return _plain_spaces(format_currency(amount, currency, locale=_locale(language)))


def duration_words(span: timedelta, language: str = "") -> str:
    """Roughly how long: "3 minutes"."""
    return format_timedelta(span, threshold=1, locale=_locale(language))


def number(value: float, language: str = "") -> str:
    return format_decimal(value, locale=_locale(language))


def percent(share: float, language: str = "") -> str:
    """A share of 1 in whole per cent: 0.456 is "46%"."""
    return format_percent(share, locale=_locale(language))


def listing(items: Iterable[str], language: str = "") -> Markup:
    """Items as "a, b and c", in markup: one that is not markup is escaped."""
    return Markup(format_list([escape(item) for item in items], locale=_locale(language)))  # noqa: S704 - escaped just now


def capitals(text: str, language: str = "") -> str:
    """In capital letters; in Azerbaijani i becomes İ, which `upper` does not know."""
    if (language or current()) == "az":
        text = text.replace("i", "İ")
    return text.upper()


def own_name(language: str) -> str:
    """What a language calls itself, as a menu of languages shows it: "Azərbaycanca", "Русский", "English"."""
    name = _OWN_NAMES.get(language) or Locale.parse(language).get_language_name(language) or language
    return name[:1].upper() + name[1:]


def language_name(code: str, language: str = "") -> str:
    """What the reader calls a language: "Russian", "rus dili", "русский"."""
    spoken = language or current()
    name = str(_locale(spoken).languages.get(code, code))
    return f"{name} dili" if spoken == "az" else name  # CLDR's Azerbaijani is the adjective alone


def country_name(code: str, language: str = "") -> str:
    return str(_locale(language).territories.get(code, code))


def countries(language: str = "") -> tuple[tuple[str, str], ...]:
    """ISO code and name of every country, in the order of the reader's alphabet."""
    return _countries(language or current())


def find_country(query: str, limit: int = 8) -> list[str]:
    """ISO codes of the countries meant, best first, by their name in any language the bot speaks or their code."""
    return search(query, _country_labels(), limit)


def alphabetical(language: str = "") -> Callable[[str], tuple[int, ...]]:
    """A key to sort names by, as dictionaries of this language do: in Azerbaijani ç after c, x after h, q after k."""
    spoken = language or current()
    places = {letter: place for place, letter in enumerate(_ALPHABETS.get(spoken, ""))}

    def place(letter: str) -> int:
        """Spaces and hyphens come before the alphabet, foreign letters after it."""
        return places.get(letter, ord(letter) + (len(places) if letter.isalpha() else -sys.maxunicode))

    def key(name: str) -> tuple[int, ...]:
        small = (name.replace("I", "ı").replace("İ", "i") if spoken == "az" else name).lower()
        return tuple(place(letter) for letter in (small if places else _without_accents(small)))

    return key


def _zoned(moment: str, zone: tzinfo) -> Markup:
    city = get_timezone_location(zone, locale=_locale(current()), return_city=True)
    return _("{moment} ({city} time)").format(moment=moment, city=city)


@cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    in_order = alphabetical(language)
    names = [(code, name) for code, name in _locale(language).territories.items() if _is_country(code)]
    return tuple(sorted(names, key=lambda country: in_order(country[1])))


@cache
def _country_labels() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (code, (code, *(country_name(code, language) for language in LANGUAGES), *_SHORT_NAMES.get(code, ())))
        for code, _ in _countries(SOURCE)
    )


def _is_country(code: str) -> bool:
    return code.isalpha() and code not in _NO_COUNTRIES


def _locale(language: str) -> Locale:
    return _parsed(language or current())


@cache
def _parsed(language: str) -> Locale:
    """English as the United Nations write it: the day before the month, 24 hours, no comma before "and"."""
    return Locale.parse("en_GB" if language == "en" else language)


def _without_accents(text: str) -> str:
    return "".join(letter for letter in normalize("NFKD", text) if not combining(letter))


def _plain_spaces(text: str) -> str:
    """CLDR's narrow no-break space (25 ноября 2026 г.) is a box on old phones; the wider one never is."""
    return text.replace("\u202f", "\u00a0")
