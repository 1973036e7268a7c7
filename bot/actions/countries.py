"""The countries signers come from: found by what is typed in any language, and counted in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bot.actions import places
from bot.core.fields import Found
from bot.core.i18n import ngettext
from bot.core.locale import alphabetical, country_name, find_country, number
from bot.core.messages import Option


def find(turn: Any, typed: str) -> list[Option]:  # noqa: ANN401 - a Turn, which the core calls Any
    """For a `Search`: what may be meant, best first; before anything is typed, the network's own country."""
    codes = find_country(typed) if typed else [places.home(turn.network)]
    return [Option(f"country:{code}", country_name(code)) for code in codes if code]


def found(code: str) -> Found:
    """A country as `find` would have given it."""
    return Found(country_name(code), f"country:{code}")


def code_of(picked: Found) -> str:
    """ISO 3166-1, two letters."""
    return picked.id.partition(":")[2]


def in_order(codes: Iterable[str]) -> list[str]:
    """By their names, in the order of the reader's alphabet."""
    key = alphabetical()
    return sorted(codes, key=lambda code: key(country_name(code)))


def most_first(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """Codes with how many signed there, the most first; equally many in the order of the reader's alphabet."""
    return [(code, counted[code]) for code in sorted(in_order(counted), key=lambda code: -counted[code])]


def count_words(people: int, countries: int) -> Markup:
    """Within a sentence: "1,023 people from 137 countries"."""
    of_people = ngettext("{n} person", "{n} people", people).format(n=number(people))
    of_countries = ngettext("from {n} country", "from {n} countries", countries).format(n=number(countries))
    return Markup("{} {}").format(of_people, of_countries)
