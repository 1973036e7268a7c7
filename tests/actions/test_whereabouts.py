"""When and where an event is: what changes with one of these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.actions.whereabouts import Whereabouts, fits, settle
from bot.core.fields import Place
from bot.core.messages import Point
from storage.events import Event

STARTS = datetime(2026, 11, 25, 11, tzinfo=UTC)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
def test_an_event_that_moves_lasts_as_long_as_before(moved: datetime, lasts: timedelta) -> None:
    event = Event(starts_at=STARTS, ends_at=STARTS + lasts)
    settle(event, Whereabouts(starts_at=moved))
    assert (event.starts_at, event.ends_at) == (moved, moved + lasts)


def test_unless_it_is_told_when_it_ends() -> None:
    event = Event(starts_at=STARTS, ends_at=STARTS + timedelta(hours=2))
    moved = STARTS + timedelta(days=1)
    settle(event, Whereabouts(starts_at=moved, ends_at=moved + timedelta(hours=5)))
    assert (event.starts_at, event.ends_at) == (moved, moved + timedelta(hours=5))


@given(st.none() | moments, st.none() | moments)
def test_what_is_said_to_fit_never_ends_before_it_begins(starts_at: datetime | None, ends_at: datetime | None) -> None:
    event = Event(starts_at=STARTS, ends_at=STARTS + timedelta(hours=1))
    to = Whereabouts(starts_at, ends_at)
    if fits(event, to):
        settle(event, to)
    assert event.starts_at is not None
    assert event.ends_at is not None
    assert event.starts_at < event.ends_at


def test_a_point_belongs_to_the_words_beside_it() -> None:
    event = Event(place="", latitude=None, longitude=None)
    here = Point(40.4, 49.8)
    settle(event, Whereabouts(place=Place("", here)))
    settle(event, Whereabouts(place=Place("Nizami 5")))
    assert (event.place, event.latitude, event.longitude) == ("Nizami 5", *here)
    settle(event, Whereabouts(place=Place("Xaqani 8")))
    assert (event.place, event.latitude, event.longitude) == ("Xaqani 8", None, None)
    settle(event, Whereabouts(place=Place("", here)))
    assert (event.place, event.latitude, event.longitude) == ("Xaqani 8", *here)
