"""What a sheet asks for: an amount, a deadline, a link, a number, a place; and what is said to what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core.amounts import Money
from bot.core.fields import Amount, Answered, Count, Deadline, Field, Given, Invalid, Link, Place, Spot, Stay, Until
from bot.core.fields.field import Asking
from bot.core.i18n import speaking
from bot.core.messages import Kind, Point

BAKU: Final = ZoneInfo("Asia/Baku")
MONDAY: Final = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""Monday, 23 November 2026, 12:30 in Baku."""

AMOUNT: Final = Amount("amount", "How much?")
DEADLINE: Final = Deadline("deadline", "Until when?", clock=lambda _turn: (MONDAY, BAKU))
LINK: Final = Link("link", "Where?")
COUNT: Final = Count("seats", "How many seats?", least=1, most=500)
SPOT: Final = Spot("place", "Where?")


def answer(field: Field, text: str, **given: Any) -> Any:
    """The typed answer, as it is after it was stored; or what was said instead."""
    try:
        taken = field.take(Asking(None), Given(text=escape(text), **given))
    except Invalid as invalid:
        return str(invalid.sentence)
    return field.load(taken.value) if isinstance(taken, Answered) else taken


def test_an_amount() -> None:
    assert answer(AMOUNT, "50 min manat") == Money(50_000, 50_000, "AZN")
    assert answer(AMOUNT, "yox") == Money(None, None, "")
    assert AMOUNT.show(Asking(None), Money(None, 20_000, "EUR")) == "up to 20,000\u00a0EUR"


def test_a_currency_that_is_not_named_is_asked_for() -> None:
    stay = answer(AMOUNT, "5-10 min")
    assert isinstance(stay, Stay)
    asking = Asking(None, {}, stay.state)
    prompt = AMOUNT.ask(asking)
    assert prompt.text == "5,000–10,000: in which currency?"
    assert [option.label for option in prompt.options] == ["AZN", "USD", "EUR"]
    answers = [Given(Kind.TAP, options=("USD",)), Given(text=Markup("dollar")), Given(text=Markup("5-10 min USD"))]
    assert [AMOUNT.take(asking, given) for given in answers] == [Answered(Money(5_000, 10_000, "USD")._asdict())] * 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a lot", "I do not understand this amount. Please write it like 50 000 AZN, or 5000-10000 EUR."),
        ("0 AZN", "An amount of zero is nothing to give. Please write how much it is."),
        ("20 000 - 500 AZN", "The first amount is larger than the second. Please write the smaller one first."),
        ("9000 mlrd AZN", "That is more than 1,000,000,000,000. Please check the amount."),
        ("", "Please write your answer."),
    ],
)
def test_what_is_no_amount(text: str, sentence: str) -> None:
    assert answer(AMOUNT, text) == sentence


DAYS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "2026-11-30": {
        "en": ("30.11", "30/11/2026", "2026-11-30", "30 November", "by 30 November", "until Nov 30", "30.11 24:00",
               "in a week"),
        "az": ("30 noyabr", "30 noyabra qədər", "noyabrın 30-dək", "30.11-dək", "30 noyabradək", "noyabrın 30-na qədər",
               "30 noyabr 2026-cı il"),
        "ru": ("30 ноября", "до 30 ноября", "не позднее 30 ноября", "30 ноября 2026 г.", "30 ноября включительно",
               "до конца 30 ноября"),
    },
    "2026-11-23": {"en": ("today",), "az": ("bu gün",), "ru": ("сегодня",)},
    "2028-03-01": {"en": ("1.03.2028",), "az": ("1 mart 2028",), "ru": ("1 марта 2028",)},
}  # fmt: skip

ENDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "2027-03-31": {
        "en": ("until the end of March", "end of March", "by the end of Mar 2027", "before the end of March"),
        "az": ("martın sonunadək", "martın sonuna qədər", "Martin sonuna qeder", "mart ayının sonuna kimi",
               "martın sonu", "2027-ci ilin martının sonunadək", "martın axırınadək"),
        "ru": ("до конца марта", "к концу марта", "конец марта 2027 г.", "не позднее конца марта 2027 года"),
    },
    "2026-11-30": {
        "en": ("until the end of the month", "the end of this month", "end of November"),
        "az": ("ayın sonuna qədər", "ayin sonuna qeder", "bu ayın sonunadək", "ayın sonu", "noyabrın sonu"),
        "ru": ("до конца месяца", "до конца этого месяца", "конец ноября"),
    },
    "2026-12-31": {
        "en": ("the end of next month", "end of the year", "end of 2026", "end of December"),
        "az": ("gələn ayın sonunadək", "ilin sonuna kimi", "2026-cı ilin sonunadək"),
        "ru": ("до конца следующего месяца", "до конца года", "до конца 2026 года"),
    },
    "2027-02-28": {"en": ("end of February",), "az": ("fevralın sonunadək",), "ru": ("до конца февраля",)},
    "2028-02-29": {"en": ("end of February 2028",), "az": ("fevral 2028 sonu",), "ru": ("до конца февраля 2028",)},
    "2026-11-29": {"en": ("end of the week",), "az": ("həftənin sonunadək",), "ru": ("до конца недели",)},
    "2026-12-06": {"en": ("end of next week",), "az": ("gələn həftənin sonu",), "ru": ("до конца следующей недели",)},
    "2026-11-23": {"en": ("end of the day",), "ru": ("до конца дня",)},
}  # fmt: skip
"""Of a month, a year, a week, today."""


@pytest.mark.parametrize(
    ("day", "language", "text"),
    [
        (day, language, text)
        for day, all_ in (*DAYS.items(), *ENDS.items())
        for language, texts in all_.items()
        for text in texts
    ],
)
def test_a_day_alone_is_its_last_second(day: str, language: str, text: str) -> None:
    with speaking(language):
        until = answer(DEADLINE, text)
    assert until == Until(datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=BAKU), whole_day=True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "30.11.2026 18:00"),
        ("en", "until 6pm on 30 Nov"),
        ("az", "30 noyabr saat 18:00-a qədər"),
        ("az", "30 noyabr 18:00-dək"),
        ("ru", "30 ноября до 18:00"),
        ("ru", "до 18:00 30 ноября"),
    ],
)
def test_a_moment_is_that(language: str, text: str) -> None:
    with speaking(language):
        until = answer(DEADLINE, text)
    assert until == Until(datetime(2026, 11, 30, 18, tzinfo=BAKU), whole_day=False)


def test_both_are_echoed_in_words() -> None:
    day, moment = answer(DEADLINE, "30.11"), answer(DEADLINE, "30.11 18:00")
    shown = [DEADLINE.show(Asking(None), until) for until in (day, moment)]
    assert shown == ["Monday, 30 November 2026", "Monday, 30 November 2026, 18:00 (Baku time)"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31.02", "There is no such day in the calendar. Please check the date."),
        ("29.02.2027", "There is no such day in the calendar. Please check the date."),
        ("15.13.2026", "There is no such day in the calendar. Please check the date."),
        ("20.11", "Do you mean Saturday, 20 November 2027? Then please write it with its year: 20.11.2027"),
        ("end of October", "Do you mean Sunday, 31 October 2027? Then please write it with its year: 31.10.2027"),
        ("31 June", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("soon", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("the end", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("end of it all", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("bir gün", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("November", "I do not understand when that is. Please write it like 30.11.2026, or 30.11.2026 18:00."),
        ("22.11.2026", "Sunday, 22 November 2026 is over already. Please write a later one."),
        ("23.11.2026 12:30", "Monday, 23 November 2026, 12:30 (Baku time) is over already. Please write a later one."),
        ("1.1.2030", "Tuesday, 1 January 2030 is more than two years ahead. Please write an earlier one."),
    ],
)
def test_what_is_no_deadline(text: str, sentence: str) -> None:
    assert answer(DEADLINE, text) == sentence


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_a_deadline(text: str) -> None:
    until = answer(DEADLINE, text)
    assert isinstance(until, str) or until.moment > MONDAY


def test_the_last_second_where_midnight_does_not_exist() -> None:
    zone = ZoneInfo("America/Havana")  # clocks go from 24:00 to 1:00 on 8 March 2026
    now = datetime(2026, 3, 6, tzinfo=UTC)
    field = Deadline("deadline", "Until when?", clock=lambda _turn: (now, zone))
    assert answer(field, "7.03").words(zone) == "Saturday, 7 March 2026"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://e-gov.az/x?a=b&c=d#e", "https://e-gov.az/x?a=b&c=d#e"),
        ("http://x.az:8080/", "http://x.az:8080/"),
        ("www.undp.org/az", "https://www.undp.org/az"),
        ("  WWW.UNDP.ORG ", "https://WWW.UNDP.ORG"),
        ("https://президент.рф/а", "https://президент.рф/а"),
    ],
)
def test_links(text: str, link: str) -> None:
    assert answer(LINK, text) == link


def test_a_link_behind_a_label() -> None:
    given = Given(text=Markup('<a href="https://undp.org/call">the call</a>'))
    assert LINK.take(Asking(None), given) == Answered("https://undp.org/call")


@pytest.mark.parametrize(
    "text",
    ["x.az", "ftp://x.az", "https://x", "https://a b.az", "javascript:alert(1)", "https://u:p@x.az", "https://x.az:99999",
     "https://127.0.0.1/", "http://[::1]", "https://a..b.az", "see https://x.az", "https://", "www."],
)  # fmt: skip
def test_what_is_no_link(text: str) -> None:
    assert answer(LINK, text) == "This is not a link. Please copy it from the browser: it begins with https://"


def test_a_link_that_is_too_long() -> None:
    assert answer(LINK, f"https://x.az/{'a' * 500}") == (
        "That is 13 characters too long: up to 500 fit here. Please make it shorter."
    )


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_a_link(text: str) -> None:
    taken = answer(LINK, text)
    assert isinstance(taken, str)


@pytest.mark.parametrize(("text", "count"), [("10", 10), ("10 nəfər", 10), ("10 nəfərə qədər", 10), ("500 мест.", 500)])
def test_counts(text: str, count: int) -> None:
    assert answer(COUNT, text) == count


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "Please write a number from 1 to 500."),
        ("1 000", "Please write a number from 1 to 500."),
        ("-4", "Please write a whole number, such as 10."),
        ("3.5", "Please write a whole number, such as 10."),
        ("10-20", "Please write a whole number, such as 10."),
        ("ten", "Please write a whole number, such as 10."),
    ],
)
def test_what_is_no_count(text: str, sentence: str) -> None:
    assert answer(COUNT, text) == sentence


@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_a_count(text: str) -> None:
    taken = answer(COUNT, text)
    assert isinstance(taken, str) or 1 <= taken <= 500


def test_places() -> None:
    point = Point(40.4093, 49.8671)
    assert answer(SPOT, "Nizami küç. 5, Bakı") == Place("Nizami küç. 5, Bakı")
    assert answer(SPOT, "40.4093, 49.8671") == Place("", point)
    assert answer(SPOT, "Nizami 5 https://maps.google.com/?q=40.4093,49.8671") == Place("Nizami 5", point)
    assert answer(SPOT, "", kind=Kind.LOCATION, point=point) == Place("", point)
    assert SPOT.show(Asking(None), Place("Nizami 5", point)) == "Nizami 5, 40.40930, 49.86710"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("12345", "Please write the address, or send the place from the map."),
        ("https://maps.app.goo.gl/abc",
         "This link does not tell me where it is. Please send the point itself, or write the address."),
        ("a" * 201, "That is 1 character too long: up to 200 fit here. Please make it shorter."),
    ],
)  # fmt: skip
def test_what_is_no_place(text: str, sentence: str) -> None:
    assert answer(SPOT, text) == sentence


@pytest.mark.parametrize("field", [AMOUNT, DEADLINE, LINK, COUNT, SPOT])
def test_what_cannot_be_read_is_said_so(field: Field) -> None:
    assert answer(field, "", kind=Kind.STICKER) == "I cannot read stickers. Please write your answer."


@pytest.mark.parametrize("field", [AMOUNT, DEADLINE, COUNT, SPOT])
def test_what_another_kind_of_field_stored_is_asked_again(field: Field) -> None:
    for stored in ("words", ["a"], {"other": 1}, None):
        with pytest.raises((TypeError, ValueError, KeyError)):
            field.load(stored)
