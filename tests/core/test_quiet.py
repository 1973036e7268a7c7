"""Quiet hours: nobody is written to at night where they live, nor on a holiday, nor in the night after one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.core.quiet import Quiet, zone_of

BAKU = ZoneInfo("Asia/Baku")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [BAKU, NEW_YORK, *map(ZoneInfo, ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"))]

NOVRUZ = {date(2026, 3, day) for day in range(20, 25)}


def quiet(begins: time = time(21), ends: time = time(8), holidays: set[date] = NOVRUZ) -> Quiet:
    return Quiet(begins, ends, holidays.__contains__)


def at(text: str, zone: ZoneInfo = BAKU) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-03-02 12:00", None),
        ("2026-03-02 20:59:59", None),
        ("2026-03-02 21:00", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59:59", "2026-03-03 08:00"),
        ("2026-03-03 08:00", None),
        ("2026-03-19 20:59", None),
        ("2026-03-19 21:00", "2026-03-25 08:00"),
        ("2026-03-20 12:00", "2026-03-25 08:00"),
        ("2026-03-24 23:59", "2026-03-25 08:00"),
        ("2026-03-25 07:00", "2026-03-25 08:00"),
        ("2026-03-25 08:00", None),
    ],
)
def test_the_night_and_holidays_end_in_the_morning_of_the_next_ordinary_day(moment: str, until: str | None) -> None:
    expected = None if until is None else at(until).astimezone(UTC)
    assert quiet().until(at(moment).astimezone(UTC), BAKU) == expected


@pytest.mark.parametrize(
    ("moment", "until"),
    [("00:30", None), ("01:00", "06:00"), ("05:59", "06:00"), ("06:00", None), ("21:00", None)],
)
def test_a_night_may_begin_after_midnight(moment: str, until: str | None) -> None:
    expected = None if until is None else at(f"2026-03-03 {until}")
    assert quiet(time(1), time(6)).until(at(f"2026-03-03 {moment}"), BAKU) == expected


@given(some.datetimes(min_value=datetime(2026, 3, 1), max_value=datetime(2026, 4, 1), timezones=some.just(BAKU)))  # noqa: DTZ001 - hypothesis adds the zone
def test_equal_hours_are_never_quiet(moment: datetime) -> None:
    assert quiet(time(7), time(7)).until(moment, BAKU) is None


def test_it_is_quiet_where_the_member_lives() -> None:
    noon_in_new_york = at("2026-03-02 12:00", NEW_YORK)
    assert quiet().until(noon_in_new_york, NEW_YORK) is None
    assert quiet().until(noon_in_new_york, BAKU) == at("2026-03-03 08:00").astimezone(UTC)


def test_the_morning_comes_by_the_clock_on_the_wall_when_clocks_change() -> None:
    """In New York the night of 8 March 2026 has an hour less, and that of 1 November one more."""
    assert quiet().until(at("2026-03-07 22:00", NEW_YORK), NEW_YORK) == datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert quiet().until(at("2026-10-31 22:00", NEW_YORK), NEW_YORK) == datetime(2026, 11, 1, 13, tzinfo=UTC)


def test_an_hour_that_clocks_show_twice_is_quiet_twice() -> None:
    until_half_past_one = quiet(time(0), time(1, 30))
    again = at("2026-11-01 01:10", NEW_YORK).replace(fold=1)
    assert until_half_past_one.until(again, NEW_YORK) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@given(
    moment=some.datetimes(min_value=datetime(2011, 1, 1), max_value=datetime(2040, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001 - as above
    zone=some.sampled_from(ZONES),
    begins=some.times(),
    ends=some.times(),
    holidays=some.sets(some.integers(min_value=-1, max_value=6)),
)
def test_when_the_quiet_ends_one_may_write_and_not_before_it_began(
    moment: datetime, zone: ZoneInfo, begins: time, ends: time, holidays: set[int]
) -> None:
    today = moment.astimezone(zone).date()
    hours = quiet(begins, ends, {today + timedelta(days=ahead) for ahead in holidays})
    until = hours.until(moment, zone)
    if until is None:
        assert begins == ends or 0 not in holidays
        return
    assert moment < until < moment + timedelta(days=len(holidays) + 3)
    assert until.tzinfo is UTC
    assert hours.until(until, zone) is None
    assert hours.morning(moment, zone) <= until


@given(
    after=some.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001 - as above
    zone=some.sampled_from(ZONES),
    hours=some.sampled_from([quiet(), quiet(time(1), time(6)), quiet(time(0), time(0))]),
)
def test_a_morning_is_a_moment_at_which_one_may_write(after: datetime, zone: ZoneInfo, hours: Quiet) -> None:
    morning = hours.morning(after, zone)
    assert after <= morning < after + timedelta(days=7)
    assert hours.until(morning, zone) is None
    assert hours.morning(morning, zone) == morning


@pytest.mark.parametrize(
    ("hours", "morning"),
    [(quiet(), "2026-03-03 08:00"), (quiet(time(5), time(5)), "2026-03-03 09:00")],
)
def test_a_day_begins_when_the_quiet_ends_or_at_nine(hours: Quiet, morning: str) -> None:
    assert hours.morning(at("2026-03-03 00:00"), BAKU) == at(morning)


def test_a_calendar_of_nothing_but_holidays_keeps_nobody_waiting() -> None:
    always: Callable[[date], bool] = lambda _day: True  # noqa: E731 - a calendar
    assert Quiet(time(21), time(8), always).until(at("2026-03-03 12:00"), BAKU) is None


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("", "Asia/Baku"),
        ("XX", "Asia/Baku"),
        ("GE", "Asia/Tbilisi"),
        ("TR", "Europe/Istanbul"),
        ("US", "America/New_York"),
        ("RU", "Europe/Moscow"),
        ("CA", "America/Toronto"),
        ("AU", "Australia/Sydney"),
        ("BR", "America/Sao_Paulo"),
        ("UA", "Europe/Kyiv"),
        ("DE", "Europe/Berlin"),
        ("UZ", "Asia/Samarkand"),
    ],
)
def test_abroad_the_capital_s_clock_counts(country: str, zone: str) -> None:
    assert zone_of(country, BAKU) == ZoneInfo(zone)
