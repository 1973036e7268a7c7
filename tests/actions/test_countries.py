"""Countries, as signers write them in any language, and as readers count them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.actions import countries
from bot.core.i18n import speaking
from bot.network import Network


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("azerbaycan", "AZ"),
        ("Азербайджан", "AZ"),
        ("turkiye", "TR"),
        ("Türkiyə", "TR"),
        ("gurcustan", "GE"),
        ("ГРУЗИЯ", "GE"),
        ("Georgia", "GE"),
        ("kot divuar", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("USA", "US"),
        ("İngiltərə", "GB"),
        ("germny", "DE"),
        ("Turkey", "TR"),
        ("Турция", "TR"),
        ("İran", "IR"),
        ("IRAN", "IR"),
        ("ИРАН", "IR"),
        ("Kosovo", "XK"),
        ("Тайвань", "TW"),
        ("Фалестин", "PS"),
        ("AZ", "AZ"),
        ("tr", "TR"),
        ("Russian Federation", "RU"),
        ("РФ", "RU"),
        ("Белоруссия", "BY"),
        ("Молдавия", "MD"),
        ("Ivory Coast", "CI"),
        ("Swaziland", "SZ"),
        ("КНР", "CN"),
        ("Scotland", "GB"),
        ("Saint Lucia", "LC"),
        ("Great Britain", "GB"),
        ("East Timor", "TL"),
    ],
)
@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_a_country_is_found_in_whatever_language_it_is_written(network: Network, typed: str, code: str,
                                                               language: str) -> None:  # fmt: skip
    with speaking(language):
        first = countries.find(SimpleNamespace(network=network), typed)[0]
        assert (first.id, first.label) == (f"country:{code}", countries.found(code).label)


def test_before_anything_is_typed_it_is_the_networks_own(network: Network) -> None:
    with speaking("ru"):
        assert [each.label for each in countries.find(SimpleNamespace(network=network), "")] == ["Азербайджан"]


def test_names_are_in_the_order_of_the_readers_alphabet() -> None:
    codes = ["TR", "GE", "CL", "AZ", "CZ"]
    with speaking("az"):
        assert countries.in_order(codes) == ["AZ", "CZ", "CL", "GE", "TR"]
    with speaking("en"):
        assert countries.in_order(codes) == ["AZ", "CL", "CZ", "GE", "TR"]


def test_countries_with_equally_many_signers_are_in_the_order_of_the_readers_alphabet() -> None:
    counted = {"AT": 2, "DE": 2, "GE": 3, "AZ": 2}
    with speaking("az"):
        assert countries.most_first(counted) == [("GE", 3), ("DE", 2), ("AT", 2), ("AZ", 2)]
    with speaking("en"):
        assert countries.most_first(counted) == [("GE", 3), ("AT", 2), ("AZ", 2), ("DE", 2)]


def test_few_and_many_are_counted_in_words() -> None:
    with speaking("en"):
        assert [countries.count_words(*count) for count in ((1, 1), (1023, 137))] == [
            "1 person from 1 country",
            "1,023 people from 137 countries",
        ]
