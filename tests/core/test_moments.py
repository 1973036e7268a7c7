"""Moments as people write them, day first, in three languages, with or without the letters a phone has."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.i18n import LANGUAGES, speaking
from bot.core.locale import zoned_words
from bot.core.moments import When, hour_of, rolls_over, some_day, understand

BAKU: Final = ZoneInfo("Asia/Baku")
BERLIN: Final = ZoneInfo("Europe/Berlin")
MONDAY: Final = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""Monday, 23 November 2026, 12:30 in Baku."""

MOMENTS: Final = {
    "2026-11-25 15:00": (
        "25.11 15:00",
        "25.11. 15.00",
        "25.11.26 15:00",
        "25/11/2026 15:00",
        "25 noyabr 15:00",
        "25 noyabr saat 15-də",
        "noyabrın 25-i saat 15:00",
        "noyabrın 25-də 15:00",
        "25 ноября 15:00",
        "25-го ноября в 15",
        "Nov 25 3pm",
        "25 November, 15:00",
        "15:00 25.11",
        "25.11 15-00",
        "25.11 15 00",
        "25-го в 15",
        "25 числа в 15:00",
        "ayın 25-i saat 15:00",
        "ayın 25-də 15:00",
        "on the 25th at 15:00",
        "2026-11-25 15:00",
        "2026-11-25T15:00",
    ),
    "2026-11-24 10:00": (
        "sabah 10:00",
        "SABAH 10:00",
        "sabah 10 00",
        "завтра в 10-00",
        "sabah saat 10-da",
        "sabah 10-da",
        "saat 10-da sabah",
        "завтра в 10",
        "Завтра в 10 утра",
        "завтра 10ч",
        "во вторник в 10 часов",
        "tomorrow 10am",
        "tomorrow at 10",
        "tomorrow 10",
        "çərşənbə axşamı 10:00",
        "cersenbe axsami saat 10-da",
    ),
    "2026-11-24 19:30": (
        "sabah axşam 7.30",
        "завтра в 7:30 вечера",
        "tomorrow 7:30 pm",
        "tomorrow at 7:30 in the evening",
    ),
    "2026-11-23 19:00": ("bu axşam 7-də", "bu axsam saat 7", "сегодня вечером в 7", "this evening at 7"),
    "2026-11-23 15:00": ("15-00", "15h", "15 h", "bu gün günortadan sonra 3-də", "сегодня в 3 дня"),
    "2026-11-24 12:00": ("tomorrow noon", "завтра в полдень", "sabah günorta"),
    "2026-11-27 14:30": (
        "в пятницу в 14:30",
        "в следующую пятницу в 14:30",
        "пт 14:30",
        "friday 14:30",
        "next Friday 14:30",
        "cümə 14:30",
        "cume gunu saat 14:30",
        "gələn cümə 14:30",
    ),
    "2026-11-30 09:00": ("bazar ertəsi 9:00", "BAZAR ERTƏSİ 9:00", "bazar ertesi saat 9-da", "через неделю в 9"),
    "2026-11-29 09:00": ("bazar 9:00", "в воскресенье в 9", "sunday 9am"),
    "2026-11-25 09:00": ("birigün 9:00", "послезавтра в 9", "2 gün sonra saat 9", "in 2 days at 9",
                         "через 2 дня в 9", "через два дня в 9", "через день в 9", "o biri gün 9:00"),
    "2026-11-23 14:30": ("через 2 часа", "2 saat sonra", "2 saatdan sonra", "in 2 hours", "14:30", "bu gün 14:30"),
    "2026-11-23 13:00": ("через полчаса", "yarım saat sonra", "in half an hour", "30 dəqiqə sonra"),
    "2026-11-24 09:00": ("9:00", "в 9"),
    "2026-12-03 10:00": ("3-го в 10", "3 числа в 10:00", "ayın 3-ü saat 10-da", "on the 3rd at 10"),
    "2026-12-31 18:00": ("ayın 31-i axşam saat 6",),
    "2026-12-01 09:00": ("2026-12-01 09:00", "1.12 9", "1/12 9:00", "1 dekabr, saat 09:00", "dekabrın 1-də saat 9-da"),
    "2027-11-20 10:00": ("20.11 10:00",),
    "2025-11-20 10:00": ("20.11.2025 10:00",),
}  # fmt: skip


def baku(moment: str) -> When:
    local = datetime.fromisoformat(moment).replace(tzinfo=BAKU)
    return When(local.date(), local.astimezone(UTC))


@pytest.mark.parametrize(("moment", "said"), [(moment, said) for moment, all_ in MOMENTS.items() for said in all_])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_moment_is_understood_whatever_language_is_spoken(moment: str, said: str, language: str) -> None:
    assert understand(said, MONDAY, BAKU, language) == baku(moment)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("25.11", date(2026, 11, 25)),
        ("1.12", date(2026, 12, 1)),
        ("завтра", date(2026, 11, 24)),
        ("завтра вечером", date(2026, 11, 24)),
        ("cümə günü", date(2026, 11, 27)),
        ("in a week", date(2026, 11, 30)),
        ("bir gün sonra", date(2026, 11, 24)),
        ("bir gündən sonra", date(2026, 11, 24)),
        ("25 noyabr", date(2026, 11, 25)),
    ],
)
def test_a_day_without_an_hour_is_no_moment(said: str, day: date) -> None:
    assert understand(said, MONDAY, BAKU, "en") == When(day, None)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hello",
        "12",
        "2027",
        "november",
        "november 10:00",
        "31.11 10:00",
        "32.11 10:00",
        "25.13 10:00",
        "11/25 15:00",
        "25:00",
        "25-00",
        "через 1.5 часа",
        "in 1.5 hours",
        "ayın 45-i saat 10",
        "bir gün",
        "bir gün saat 10-da",
        "one day",
        "один день",
        "1.2.3.4",
        "1790000000",
        "❓",
    ],
)
def test_what_is_no_date_is_not_guessed_at(said: str) -> None:
    assert understand(said, MONDAY, BAKU, "en") is None


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2026-11-23", "2026-11-30"),
        ("2026-11-28", "2026-12-13"),
        ("2026-12-24", "2026-12-31"),
        ("2026-12-25", "2027-01-13"),
        ("2027-02-06", "2027-02-13"),
    ],
)
def test_the_day_that_is_shown_as_an_example_lies_ahead_and_is_no_month(today: str, day: str) -> None:
    now = datetime.fromisoformat(f"{today}T23:30:00+04:00")
    assert some_day(now.astimezone(UTC), BAKU) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("10", time(10)),
        ("saat 10-da", time(10)),
        ("9 вечера", time(21)),
        ("в 9 утра", time(9)),
        ("3pm", time(15)),
        ("12 am", time()),
        ("10.30", time(10, 30)),
        ("10 30", time(10, 30)),
        ("axşam 7-də", time(19)),
        ("noon", time(12)),
        ("25", None),
        ("hello", None),
    ],
)
def test_an_hour_alone(said: str, hour: time | None) -> None:
    assert hour_of(said) == hour


def test_an_hour_that_clocks_skip_is_the_one_after_it() -> None:
    asked = datetime(2027, 3, 27, tzinfo=UTC)
    found = understand("28.03 2:30", asked, BERLIN, "en")
    assert found == When(date(2027, 3, 28), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
    assert zoned_words(found.moment or asked, BERLIN) == "Sunday, 28 March 2027, 03:30 (Berlin time)"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - of the zone
    st.timedeltas(timedelta(minutes=1), timedelta(days=366)),
    st.sampled_from(LANGUAGES),
    st.sampled_from([BAKU, BERLIN]),
)
def test_what_is_echoed_means_the_same_moment(now: datetime, ahead: timedelta, language: str, zone: ZoneInfo) -> None:
    local = (now + ahead).replace(second=0, microsecond=0)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    with speaking(language):
        echo = zoned_words(moment, zone)
    assert understand(echo, now.replace(tzinfo=zone), zone, language) == When(moment.astimezone(zone).date(), moment)


@given(st.text(), st.sampled_from(LANGUAGES))
@example("０:００", "az")
@example("²", "en")
def test_no_text_is_an_error(text: str, language: str) -> None:
    understand(text, MONDAY, BAKU, language)
    hour_of(text)


_WORDS: Final = (
    "25.11 9 15:00 sabah завтра tomorrow saat в at 10-da ertəsi через 2 часа sonra in hours pm вечера 31 02 2026"
    " - , . ( )"
)


@given(st.lists(st.sampled_from(_WORDS.split()), max_size=8).map(" ".join), st.sampled_from(LANGUAGES))
def test_no_words_of_dates_are_an_error(text: str, language: str) -> None:
    found = understand(text, MONDAY, BAKU, language)
    hour_of(text)
    assert found is None or found.moment is None or found.moment.astimezone(BAKU).date() == found.day


@pytest.mark.parametrize(
    ("said", "rolls"),
    [
        ("20.11", True), ("20.11 10:00", True), ("20 noyabr 10:00", True), ("20 ноября", True), ("1.06", True),
        ("25.11", False), ("1.02 9:00", False), ("20.11.2027", False), ("20.11.27 10:00", False),
        ("20 ноября 2027", False), ("in 240 days", False), ("через 240 дней", False),
    ],
)  # fmt: skip
def test_a_day_without_a_year_that_just_passed_rolls_over(said: str, rolls: bool) -> None:
    when = understand(said, MONDAY, BAKU, "en")
    assert when is not None
    assert rolls_over(said, when, MONDAY, BAKU, "en") is rolls
