from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.core.i18n import LANGUAGES, speaking
from bot.core.locale import (
    alphabetical,
    capitals,
    countdown_words,
    countries,
    country_name,
    date_words,
    duration_words,
    find_country,
    language_name,
    listing,
    moment_words,
    money,
    number,
    own_name,
    percent,
    short_date,
    weekday_words,
    zoned_words,
)

BAKU = ZoneInfo("Asia/Baku")
DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("language", "full", "short"),
    [
        ("az", "25 noyabr 2026, çərşənbə", "25 noy 2026"),
        ("ru", "среда, 25 ноября 2026\xa0г.", "25 нояб. 2026\xa0г."),
        ("en", "Wednesday, 25 November 2026", "25 Nov 2026"),
    ],
)
def test_a_day_in_words(language: str, full: str, short: str) -> None:
    assert (date_words(DAY, language), short_date(DAY, language)) == (full, short)


def test_azerbaijani_weekdays_are_the_ones_people_say() -> None:
    week = [date_words(date(2026, 11, 16) + timedelta(days=day), "az").partition(", ")[2] for day in range(7)]
    assert week == ["bazar ertəsi", "çərşənbə axşamı", "çərşənbə", "cümə axşamı", "cümə", "şənbə", "bazar"]


def test_the_language_being_spoken_is_the_one_used() -> None:
    with speaking("az"):
        assert date_words(DAY) == "25 noyabr 2026, çərşənbə"


def test_a_moment_is_told_by_the_clocks_of_the_network() -> None:
    assert moment_words(datetime(2026, 11, 25, 21, 5, tzinfo=UTC), BAKU, "en") == "Thursday, 26 November 2026, 01:05"


@pytest.mark.parametrize(("language", "words"), [("az", "3 dəqiqə"), ("ru", "3 минуты"), ("en", "3 minutes")])
def test_how_long(language: str, words: str) -> None:
    assert duration_words(timedelta(seconds=185), language) == words


@pytest.mark.parametrize(
    ("language", "thousands", "share"),
    [("az", "12.345", "46%"), ("ru", "12\xa0345", "46\xa0%"), ("en", "12,345", "46%")],
)
def test_numbers(language: str, thousands: str, share: str) -> None:
    assert (number(12345, language), percent(0.456, language)) == (thousands, share)


@pytest.mark.parametrize(("language", "words"), [("az", "a, b və c"), ("ru", "a, b и c"), ("en", "a, b and c")])
def test_a_list_in_words(language: str, words: str) -> None:
    assert listing(["a", "b", "c"], language).unescape() == words


def test_short_lists() -> None:
    assert [listing(items, "en") for items in ([], ["a"], ["a", "b"])] == [Markup(), Markup("a"), Markup("a and b")]


def test_what_a_person_typed_is_escaped_in_a_list() -> None:
    assert listing(["A & B", Markup("<b>c</b>"), "{0}"], "en") == Markup("A &amp; B, <b>c</b> and {0}")


def test_each_language_in_its_own_name() -> None:
    assert [own_name(language) for language in ("az", "ru", "en")] == ["Azərbaycanca", "Русский", "English"]


def test_languages_as_the_reader_calls_them() -> None:
    named = {reader: [language_name(code, reader) for code in ("az", "ru", "en")] for reader in ("az", "ru", "en")}
    assert named == {
        "az": ["azərbaycan dili", "rus dili", "ingilis dili"],
        "ru": ["азербайджанский", "русский", "английский"],
        "en": ["Azerbaijani", "Russian", "English"],
    }


def test_countries_are_named_for_the_reader() -> None:
    assert [country_name("GE", language) for language in ("az", "ru", "en")] == ["Gürcüstan", "Грузия", "Georgia"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_the_same_countries_and_no_unions(language: str) -> None:
    codes = {code for code, _ in countries(language)}
    assert codes == {code for code, _ in countries("en")}
    assert codes & {"EU", "UN", "ZZ", "XA"} == set()
    assert len(codes) == 250


@pytest.mark.parametrize(
    ("language", "letters"),
    [
        ("az", "ABCÇDEƏFGHXİKQLMNOÖPRSŞTUVYZ"),
        ("ru", "АБВГДЕЗИЙКЛМНОПРСТУФХЦЧШЭЮЯ"),
    ],
)
def test_countries_stand_in_the_order_of_the_alphabet(language: str, letters: str) -> None:
    assert "".join(dict.fromkeys(name[0].upper() for _, name in countries(language))) == letters


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "az",
            [
                "Ağdam",
                "Ana",
                "Bakı",
                "Cavid",
                "Çıraq",
                "Dan",
                "El",
                "Əl",
                "Güc",
                "Xəzər",
                "Irmaq",
                "İrs",
                "Kür",
                "Qax",
                "Lerik",
            ],
        ),
        ("ru", ["Астара", "Евлах", "Ёлка", "Жизнь", "Шеки"]),
        ("en", ["Aid", "Åland", "Albania", "new life", "Newborn"]),
    ],
)
def test_names_in_alphabetical_order(language: str, names: list[str]) -> None:
    assert sorted(set(names), key=alphabetical(language)) == names


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("gurcustan", "GE"),
        ("ГРУЗИЯ", "GE"),
        ("georgia", "GE"),
        ("turkiye", "TR"),
        ("Turkey", "TR"),
        ("сша", "US"),
        ("ABŞ", "US"),
        ("uk", "GB"),
        ("Qazaxistan", "KZ"),
        ("Kazahstan", "KZ"),
        ("Узбекистон", "UZ"),
        ("İRAN", "IR"),
        ("кыргызстан", "KG"),
        ("az", "AZ"),
    ],
)
def test_a_country_is_found_as_people_type_it(query: str, code: str) -> None:
    assert find_country(query)[0] == code


@given(st.sampled_from(countries("en")), st.sampled_from(LANGUAGES))
def test_every_country_is_found_by_its_name_in_every_language(country: tuple[str, str], language: str) -> None:
    code, _ = country
    assert find_country(country_name(code, language))[0] == code


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [("az", "səhiyyə ıldırım", "SƏHİYYƏ ILDIRIM"), ("ru", "здоровье", "ЗДОРОВЬЕ"), ("en", "rights", "RIGHTS")],
)
def test_capitals_are_the_languages_own(language: str, text: str, expected: str) -> None:
    assert capitals(text, language) == expected


@pytest.mark.parametrize(
    ("language", "countdown", "price"),
    [("en", "1 min 30 secs", "US$12.50"), ("az", "1 dəq 30 san", "12,50\xa0US$"), ("ru", "1 мин 30 с", "12,50\xa0$")],
)
def test_a_countdown_and_a_price(language: str, countdown: str, price: str) -> None:
    assert countdown_words(timedelta(seconds=90), language) == countdown
    assert money(12.5, "USD", language) == price


def test_a_day_of_the_week_within_a_sentence() -> None:
    assert [weekday_words(0, language) for language in ("en", "az", "ru")] == ["Monday", "bazar ertəsi", "понедельник"]


def test_a_countdown_leaves_out_what_is_nothing() -> None:
    spans = [timedelta(minutes=2), timedelta(seconds=5), timedelta(), timedelta(seconds=-3)]
    assert [countdown_words(span, "en") for span in spans] == ["2 mins", "5 secs", "0 secs", "0 secs"]


def test_a_moment_with_whose_time_it_is() -> None:
    moment = datetime(2026, 11, 27, 11, tzinfo=UTC)
    assert zoned_words(moment, BAKU) == "Friday, 27 November 2026, 15:00 (Baku time)"
