"""Numbers and days as a few bars: round ends, nothing lost, no two alike."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.spans import FEW, day_spans, number_spans
from bot.core.fields.number import MOST
from bot.core.i18n import speaking

NUMBERS = st.one_of(
    st.integers(min_value=-MOST, max_value=MOST),
    st.decimals(min_value=-1000, max_value=1000, places=2).map(float),
)


def said(*values: float) -> list[tuple[str, int]]:
    with speaking("en"):
        return number_spans(Counter(map(str, values)))


@given(st.lists(NUMBERS, max_size=80))
def test_every_number_is_in_one_of_a_few_spans_and_no_two_are_called_alike(values: list[float]) -> None:
    found = said(*values)
    assert sum(times for _label, times in found) == len(values)
    assert len(found) <= FEW + 1
    assert len({label for label, _times in found}) == len(found)


@given(st.lists(st.dates(), max_size=80))
def test_every_day_is_in_one_of_a_few_spans(days: list[object]) -> None:
    with speaking("en"):
        found = day_spans(Counter(map(str, days)))
    assert sum(times for _label, times in found) == len(days)
    assert len(found) <= 12
    assert len({label for label, _times in found}) == len(found)


@pytest.mark.parametrize(
    ("values", "spans"),
    [
        ([], []),
        ([3], [("3", 1)]),
        ([-2, 2.5, 2.5, 40], [("-2", 1), ("2.5", 2), ("40", 1)]),
        (
            range(1, 51),
            [("0 – 9", 9), ("10 – 19", 10), ("20 – 29", 10), ("30 – 39", 10), ("40 – 49", 10), ("50 – 59", 1)],
        ),
        (range(7), [("0", 1), ("1", 1), ("2", 1), ("3", 1), ("4", 1), ("5", 1), ("6", 1)]),
        (
            (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07),
            [("0.01 – 0.02", 1), ("0.02 – 0.03", 1), ("0.03 – 0.04", 1), ("0.04 – 0.05", 1), ("0.05 – 0.06", 1),
             ("0.06 – 0.07", 1), ("0.07 – 0.08", 1)],
        ),
        ((-10, -8, -6, -4, -2, 0, 2.5), [("-10 – -5", 3), ("-5 – 0", 2), ("0 – 5", 2)]),
    ],
)  # fmt: skip
def test_spans_end_in_round_numbers(values: list[float], spans: list[tuple[str, int]]) -> None:
    assert said(*values) == spans


def test_days_are_months_or_years_or_so_many_years() -> None:
    months = {f"2026-{month:02}-15": month for month in range(1, 13)}
    with speaking("ru"):
        assert day_spans(months)[:2] == [("январь 2026", 1), ("февраль 2026", 2)]
        assert day_spans(months | {"2025-12-31": 1}) == [("2025", 1), ("2026", 78)]
        centuries = {f"{year}-05-28": 1 for year in range(1918, 2026)}
        assert day_spans(centuries) == [
            ("1900 – 1919", 2),
            ("1920 – 1939", 20),
            ("1940 – 1959", 20),
            ("1960 – 1979", 20),
            ("1980 – 1999", 20),
            ("2000 – 2019", 20),
            ("2020 – 2039", 6),
        ]
