"""Two answers that languages write differently: a number, and a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from markupsafe import escape

from bot.core.fields import Answered, Day, Field, Given, Invalid, Number
from bot.core.fields.day import EARLIEST, LATEST
from bot.core.fields.field import Asking
from bot.core.i18n import LANGUAGES, speaking
from bot.core.locale import date_words, number
from bot.core.messages import Kind

NOW: Final = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""Monday, 23 November 2026, 12:30 in Baku."""

ANY: Final = Number("pupils", "How many?")
FEW: Final = Number("pupils", "How many?", least=0, most=500.5)
DAY: Final = Day("since", "Since when?", clock=lambda _turn: (NOW, ZoneInfo("Asia/Baku")))

CLEAR = "Please write a number in digits, such as 12 or 1,250.5."


def answer(field: Field, text: str, language: str = "en") -> Any:
    """The typed answer, as it is after it was stored; or what was said instead."""
    with speaking(language):
        try:
            taken = field.take(Asking(None), Given(text=escape(text)))
        except Invalid as invalid:
            return str(invalid.sentence)
    assert isinstance(taken, Answered)
    return field.load(taken.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), (" -3 ", -3), ("−3,5", -3.5), ("0", 0), ("3.0", 3), ("0.125", 0.125), ("1 250,5", 1250.5),
        ("1 250", 1250), ("1.234.567", 1234567), ("1,234,567.25", 1234567.25), ("1.234.567,25", 1234567.25),
        ("12,5 %", 12.5), ("10 nəfər", 10), ("10 people.", 10), ("15 minutes", 15), ("2026.", 2026), ("٣", 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_understood_in_every_language(text: str, value: float, language: str) -> None:
    assert answer(ANY, text, language) == value


def test_what_a_mark_before_three_digits_means_depends_on_the_language() -> None:
    assert [answer(ANY, "1,234", language) for language in ("en", "az", "ru")] == [1234, 1.234, 1.234]
    assert [answer(ANY, "1.234", language) for language in ("en", "az")] == [1.234, 1234]
    sentence = "Is it 1.234 or 1,234? Please write it once more, without a mark between thousands."
    assert answer(ANY, "1.234", "de") == sentence  # a language without a rule
    assert answer(FEW, "1.234", "de") == 1.234


@pytest.mark.parametrize("text", ["many", "5 min", "5 тысяч", "2 million", "1e5", "--3", "1 25", "1,2,3", "5-10", "½x",
                                  "9" * 15, "1" * 61])  # fmt: skip
def test_what_is_no_number_or_leaves_a_part_to_guess_is_asked_again(text: str) -> None:
    assert answer(ANY, text) == CLEAR


def test_bounds_are_among_what_may_be_said() -> None:
    assert [answer(FEW, text) for text in ("0", "500.5")] == [0, 500.5]
    assert answer(FEW, "500.6") == "Please write a number from 0 to 500.5."
    assert answer(Number("n", "?", least=1), "0") == "Please write a number from 1 on."
    assert answer(Number("n", "?", most=9), "10") == "Please write a number up to 9."


def test_a_stored_number_is_a_number() -> None:
    for stored in ("5", True, None, [5]):
        with pytest.raises(TypeError):
            ANY.load(stored)
    assert ANY.show(Asking(None), 1234.5) == "1,234.5"


@for_any(st.sampled_from(LANGUAGES), st.integers(-(10**12), 10**12))
def test_a_whole_number_is_understood_as_the_language_writes_it(language: str, value: int) -> None:
    for text in (number(value, language), str(value)):
        assert answer(ANY, text, language) == value


@for_any(st.sampled_from(LANGUAGES), st.integers(-(10**6), 10**6))
def test_a_number_with_two_decimals_is_understood_as_the_language_writes_it(language: str, cents: int) -> None:
    value = cents / 100
    assert answer(ANY, number(value, language), language) == value
    assert answer(ANY, f"{value:.2f}", language) == value


@for_any(st.text(max_size=70), st.sampled_from(LANGUAGES))
def test_nothing_that_is_written_breaks_the_question(text: str, language: str) -> None:
    for field in (ANY, FEW):
        found = answer(field, text, language)
        assert isinstance(found, int | float | str)
        assert found or found == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25.11.2026", date(2026, 11, 25)), ("25.11", date(2026, 11, 25)), ("20.11", date(2027, 11, 20)),
        ("1 sentyabr 2015", date(2015, 9, 1)), ("1 сентября 2015", date(2015, 9, 1)), ("dünən", date(2026, 11, 22)),
        ("1 September 2015", date(2015, 9, 1)), ("вчера", date(2026, 11, 22)), ("sabah", date(2026, 11, 24)),
        ("today", date(2026, 11, 23)), ("25.11.2026 15:00", date(2026, 11, 25)), ("2015-09-01", date(2015, 9, 1)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_past_or_to_come_is_understood_in_every_language(text: str, day: date, language: str) -> None:
    assert answer(DAY, text, language) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31.02.2026", "There is no such day in the calendar. Please check the date."),
        ("soon", "I do not understand which day that is. Please write it like 30.11.2026."),
        ("2015", "I do not understand which day that is. Please write it like 30.11.2026."),
        ("May 2015", "I do not understand which day that is. Please write it like 30.11.2026."),
        ("1.1.1815", "Sunday, 1 January 1815 is too far away. Please check the year."),
    ],
)
def test_what_is_no_day_is_said_so(text: str, sentence: str) -> None:
    assert answer(DAY, text) == sentence


def test_a_day_is_repeated_in_words_and_shown_so() -> None:
    taken = DAY.take(Asking(None), Given(Kind.TEXT, escape("1.9.2015")))
    assert taken == Answered("2015-09-01", escape("Tuesday, 1 September 2015, noted."))
    assert DAY.show(Asking(None), date(2015, 9, 1)) == "Tuesday, 1 September 2015"


@for_any(st.dates(EARLIEST, LATEST), st.sampled_from(LANGUAGES))
def test_every_day_is_understood_as_the_language_writes_it(day: date, language: str) -> None:
    for text in (f"{day:%d.%m.%Y}", f"{day.day}/{day.month}/{day.year}", date_words(day, language), day.isoformat()):
        assert answer(DAY, text, language) == day
