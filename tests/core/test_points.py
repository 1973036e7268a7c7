"""Places on the map as they are typed or copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import Point
from bot.core.points import point_in

BAKU = Point(40.4093, 49.8671)


@pytest.mark.parametrize(
    "written",
    [
        "40.4093, 49.8671",
        "40.4093,49.8671",
        "(40.4093; 49.8671)",
        "geo:40.4093,49.8671",
        "https://maps.google.com/?q=40.4093,49.8671",
        "https://www.google.com/maps/@40.4093,49.8671,17z",
        "https://www.google.com/maps/place/X/@1.5,2.5,17z/data=!4m6!3m5!1s0x0!8m2!3d40.4093!4d49.8671",
        "https://www.google.com/maps/search/?api=1&query=40.4093%2C49.8671",
        "https://www.google.com/maps/search/40.4093,+49.8671",
        "https://www.openstreetmap.org/?mlat=40.4093&mlon=49.8671#map=17/1.5/2.5",
        "https://www.openstreetmap.org/#map=17/40.4093/49.8671",
        "https://maps.apple.com/?ll=40.4093,49.8671",
        "https://waze.com/ul?ll=40.4093%2C49.8671&navigate=yes",
        "https://yandex.com/maps/10253/baku/?ll=49.8671%2C40.4093&z=12",
        "https://yandex.ru/maps/?ll=1.5%2C2.5&pt=49.8671,40.4093",
        "https://2gis.az/baku/geo/70000/49.8671,40.4093",
    ],
)
def test_points_are_found(written: str) -> None:
    assert point_in(written) == (BAKU, "")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Nizami küç. 5, https://maps.google.com/?q=40.4093,49.8671", "Nizami küç. 5"),
        ("40.4093 49.8671 (Fəvvarələr meydanı)", "Fəvvarələr meydanı"),
    ],
)
def test_the_words_beside_one_stay(written: str, words: str) -> None:
    assert point_in(written) == (BAKU, words)


@pytest.mark.parametrize(
    "written",
    [
        "Nizami küç. 5",
        "95.0000, 10.0000",
        "10.00, 190.00",
        "https://maps.app.goo.gl/abc",
        "12.30 15.00 17.00 x",
        "5, 7",
    ],
)
def test_what_is_no_point_stays_as_it_is(written: str) -> None:
    assert point_in(written) == (None, written)


@given(st.text(max_size=200))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    point, _words = point_in(text)
    assert point is None or (abs(point.latitude) <= 90 and abs(point.longitude) <= 180)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_whatever_point_there_is(latitude: float, longitude: float) -> None:
    point, words = point_in(f"{latitude:.4f}, {longitude:.4f}")
    assert (point, words) == (Point(float(f"{latitude:.4f}"), float(f"{longitude:.4f}")), "")
