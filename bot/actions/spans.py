"""Numbers and days as a few bars: each by itself while they are few, else in spans of equal width with round ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import floor
from typing import Final

from bot.core.locale import month_words, number

FEW: Final = 6
"""Numbers shown each by itself, and about as many spans."""

MONTHS: Final = 12
"""Months shown each by itself, or else years."""


def number_spans(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many gave a number in each span, from the least on; one that ends two spans belongs to the second.

    Args:
        counts: by the number, written as Python does.
    """
    values = Counter[Decimal]()
    for value, times in counts.items():
        values[Decimal(value)] += times
    if len(values) <= FEW:
        return [(_said(value), values[value]) for value in sorted(values)]
    whole = all(value == int(value) for value in values)
    return [
        (_said(first) if whole and step == 1 else f"{_said(first)} – {_said(first + step - whole)}", times)
        for first, step, times in _spans(values)
    ]


def day_spans(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many gave a day in each month, or in each year, or in so many years.

    Args:
        counts: by the day, as "2026-11-25".
    """
    months, years = Counter[str](), Counter[Decimal]()
    for day, times in counts.items():
        months[day[:7]] += times
        years[Decimal(day[:4])] += times
    if len(months) <= MONTHS:
        return [(month_words(date.fromisoformat(f"{month}-01")), months[month]) for month in sorted(months)]
    if len(years) <= MONTHS:
        return [(str(year), years[year]) for year in sorted(years)]
    return [(f"{first} – {first + step - 1}", times) for first, step, times in _spans(years)]


def _spans(values: Mapping[Decimal, int]) -> Iterator[tuple[Decimal, Decimal, int]]:
    """Where each begins, how wide it is, how many are in it; also those that nobody is in."""
    least = (max(values) - min(values)) / FEW
    step = next(wide for lead in (1, 2, 5, 10) if (wide := Decimal(lead).scaleb(least.adjusted())) >= least)
    spans = Counter[int]()
    for value, times in values.items():
        spans[floor(value / step)] += times
    for place in range(min(spans), max(spans) + 1):
        yield Decimal(int(place * step)) if step >= 1 else place * step, step, spans[place]


def _said(value: Decimal) -> str:
    return number(float(value))
