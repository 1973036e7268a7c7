"""A whole run at three sizes, ours beside the loops people write: a table and a plot for docs/benchmarks.md."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bench.delivery import ours, theirs
from bench.figures import Figure
from bench.people import filled
from bench.plot import Curve, draw

PLOT: Final = Path("docs/delivery.png")

PATIENCE: Final = 60.0
"""Seconds for each rival at each size; what it has not done by then is reckoned from what it has."""


class Run(NamedTuple):
    """What one program did.

    Attributes:
        rate: messages a second, of those it sent.
        whole: it sent them all.
        peak: its largest resident memory in MB.
    """

    rate: float
    whole: bool
    peak: float


Contender = Callable[[int], Run]


def run(*, quick: bool = False) -> list[Figure]:
    """10 k, 100 k and a million, once each (quick: 1 k, 3 k and 10 k, and the plot in build/)."""
    sizes, patience = ((1_000, 3_000, 10_000), 5.0) if quick else ((10_000, 100_000, 1_000_000), PATIENCE)
    contenders: Mapping[str, Contender] = {
        "Körpü": _ours,
        "bare aiohttp loop": lambda size: _rival("aiohttp", size, patience),
        "aiogram loop": lambda size: _rival("aiogram", size, patience),
        "python-telegram-bot loop": lambda size: _rival("ptb", size, patience),
        "aiogram-broadcaster, one by one": lambda size: _rival("broadcaster", size, patience, "forgetting"),
        "aiogram-broadcaster, storing": lambda size: _rival("broadcaster", size, patience, "keeping"),
    }
    runs: dict[str, dict[int, Run]] = {name: {} for name in contenders}
    for size in sizes:
        for name, contender in contenders.items():
            runs[name][size] = one = contender(size)
            print(f"  {name} to {size:,}: {_told(one, size)}", flush=True)
    curves = [Curve(name, {size: (one.rate, one.whole) for size, one in each.items()}) for name, each in runs.items()]
    draw(curves, Path("build/delivery.png") if quick else PLOT)
    print(f"\n{_table(sizes, runs)}\n", flush=True)
    first, last = runs["Körpü"][sizes[0]], runs["Körpü"][sizes[-1]]
    return [
        Figure(f"A message of {sizes[-1]:,} takes, to one of {sizes[0]:,}", first.rate / last.rate, "", 1.5, most=True),
        Figure(f"Memory at {sizes[-1]:,} beyond {first.peak:.0f} MB", last.peak - first.peak, "MB", 20, most=True),
    ]


def _ours(size: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        told = ours(filled(Path(folder) / "korpu.db", size), size)
    return Run(size / told["seconds"], whole=True, peak=told["peak"])


def _rival(name: str, size: int, patience: float, *how: str) -> Run:
    told = theirs(name, size, patience, *how)
    return Run(told["sent"] / told["seconds"], whole=told["sent"] == size, peak=told["peak"])


def _table(sizes: tuple[int, ...], runs: Mapping[str, Mapping[int, Run]]) -> str:
    """Markdown."""
    head = " | ".join(f"{size:,} recipients" for size in sizes)
    lines = [f"| | {head} |", f"| --- |{' --- |' * len(sizes)}"]
    for name, each in runs.items():
        lines.append(f"| {name} | {' | '.join(_told(each[size], size) for size in sizes)} |")
    return "\n".join(lines)


def _told(one: Run, size: int) -> str:
    """The rate, how long it takes, and its memory; `*` where the time is reckoned from the part that was sent."""
    reckoned = "" if one.whole else r"\*"
    return f"{one.rate:,.0f}/s, {_duration(size / one.rate)}{reckoned}, {one.peak:,.0f} MB"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:,.1f} h"
