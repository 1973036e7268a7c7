"""When a schedule comes: the same hour on the clocks of its zone, whatever those do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.recurring import is_moment, moments
from storage.schedules import Schedule

BAKU, BERLIN = ZoneInfo("Asia/Baku"), ZoneInfo("Europe/Berlin")


def schedule(every: str, day: int, hour: str = "10:00") -> Schedule:
    return Schedule(every=every, day=day, hour=hour)


def local(zone: ZoneInfo, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=zone)  # type: ignore[misc,arg-type]  # a date's parts


def shown(each: Schedule, zone: ZoneInfo, after: datetime, number: int = 4) -> list[str]:
    return [f"{at.astimezone(zone):%d.%m.%Y %H:%M}" for at in islice(moments(each, zone, after), number)]


def test_every_week() -> None:
    mondays = ["30.11.2026 10:00", "07.12.2026 10:00", "14.12.2026 10:00", "21.12.2026 10:00"]
    assert shown(schedule("week", 0), BAKU, local(BAKU, 2026, 11, 25)) == mondays
    assert shown(schedule("week", 0), BAKU, local(BAKU, 2026, 11, 30, 9, 59)) == mondays
    assert shown(schedule("week", 0), BAKU, local(BAKU, 2026, 11, 30, 10), 1) == mondays[1:2]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (31, ["31.12.2027", "31.01.2028", "29.02.2028", "31.03.2028", "30.04.2028"]),
        (30, ["30.12.2027", "30.01.2028", "29.02.2028", "30.03.2028", "30.04.2028"]),
        (1, ["01.01.2028", "01.02.2028", "01.03.2028", "01.04.2028", "01.05.2028"]),
    ],
)
def test_every_month_also_the_short_ones(day: int, days: list[str]) -> None:
    found = shown(schedule("month", day), BAKU, local(BAKU, 2027, 12, 15), 5)
    assert found == [f"{each} 10:00" for each in days]


def test_it_keeps_its_hour_when_clocks_change() -> None:
    """In Berlin clocks are put back on 25 October 2026 and forward on 28 March 2027."""
    sundays = schedule("week", 6)
    autumn = [at.astimezone(UTC).hour for at in islice(moments(sundays, BERLIN, local(BERLIN, 2026, 10, 17)), 2)]
    spring = [at.astimezone(UTC).hour for at in islice(moments(sundays, BERLIN, local(BERLIN, 2027, 3, 20)), 2)]
    assert (autumn, spring) == ([8, 9], [9, 8])


def test_an_hour_that_is_skipped_is_the_one_after_it() -> None:
    found = shown(schedule("week", 6, "02:30"), BERLIN, local(BERLIN, 2027, 3, 20), 3)
    assert found == ["21.03.2027 02:30", "28.03.2027 03:30", "04.04.2027 02:30"]


def test_an_hour_that_comes_twice_comes_once() -> None:
    found = list(islice(moments(schedule("week", 6, "02:30"), BERLIN, local(BERLIN, 2026, 10, 24)), 2))
    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 11, 1, 1, 30, tzinfo=UTC)]


@given(
    st.sampled_from(["week", "month"]),
    st.integers(1, 31),
    st.times(),
    st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them so
    st.sampled_from(["Asia/Baku", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "UTC"]),
)
def test_whatever_the_rule_they_go_forward_and_are_known_again(
    every: str, day: int, hour: object, after: datetime, zone: str
) -> None:
    each = schedule(every, day % 7 if every == "week" else day, f"{hour:%H:%M}")
    found = list(islice(moments(each, ZoneInfo(zone), after), 5))
    longest = timedelta(days=8 if every == "week" else 32)
    steps = [later - earlier for earlier, later in zip([after, *found], found, strict=False)]
    assert all(timedelta() < step <= longest for step in steps)
    assert all(is_moment(each, ZoneInfo(zone), at) for at in found)
    assert not is_moment(each, ZoneInfo(zone), found[0] + timedelta(minutes=1))
