"""When one is reminded: at a civil hour of the network's own day, whatever its clocks do in between."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.actions.reminding import call_reminders, event_reminders

BAKU = ZoneInfo("Asia/Baku")
BERLIN = ZoneInfo("Europe/Berlin")


def test_before_a_deadline() -> None:
    deadline = datetime(2027, 3, 20, 23, 59, 59, tzinfo=BAKU)
    assert call_reminders(deadline, BAKU) == {
        "14d": datetime(2027, 3, 6, 10, tzinfo=BAKU),
        "3d": datetime(2027, 3, 17, 10, tzinfo=BAKU),
        "1d": datetime(2027, 3, 19, 10, tzinfo=BAKU),
    }
    assert call_reminders(None, BAKU) == {}


def test_the_day_is_the_networks() -> None:
    early = datetime(2027, 3, 20, 1, tzinfo=BAKU)  # the 19th in UTC
    assert early.astimezone(UTC).day == 19
    assert call_reminders(early, BAKU)["1d"] == datetime(2027, 3, 19, 10, tzinfo=BAKU)


def test_before_an_event() -> None:
    starts_at = datetime(2027, 3, 20, 15, 30, tzinfo=BAKU)
    assert event_reminders(starts_at, BAKU) == {
        "7d": datetime(2027, 3, 13, 10, tzinfo=BAKU),
        "1d": datetime(2027, 3, 19, 10, tzinfo=BAKU),
        "2h": datetime(2027, 3, 20, 13, 30, tzinfo=BAKU),
    }


@pytest.mark.parametrize(("month", "day", "hour"), [(3, 29, 8), (11, 1, 9)])
def test_ten_stays_ten_when_clocks_change(month: int, day: int, hour: int) -> None:
    deadline = datetime(2027, month, day, 12, tzinfo=BERLIN)
    due = call_reminders(deadline, BERLIN)
    assert {moment.astimezone(BERLIN).hour for moment in due.values()} == {10}
    assert due["1d"].astimezone(UTC).hour == hour
    assert due["14d"].astimezone(UTC).hour != hour
