"""Ours beside the others, in turn, so that whatever else the machine does disturbs all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

OURS = "korpu"


class Taken(NamedTuple):
    """What one run did, a second by the clock and a second of CPU."""

    by_clock: float
    by_cpu: float


class Race:
    """Rounds of every contender, ours first.

    Args:
        contenders: name -> one run, which tells its `seconds` and `cpu`.
        amount: how much is done in a run.
    """

    def __init__(self, contenders: Mapping[str, Callable[[], Mapping[str, float]]], amount: int, rounds: int) -> None:
        self.runs: dict[str, list[Taken]] = {name: [] for name in contenders}
        self.peaks: list[float] = []
        for number in range(rounds):
            for name, contender in contenders.items():
                told = contender()
                self.runs[name].append(Taken(amount / told["seconds"], amount / told["cpu"]))
                if name == OURS:
                    self.peaks.append(told["peak"])
            shown = (f"{name} {runs[-1].by_clock:,.0f}/s ({runs[-1].by_cpu:,.0f})" for name, runs in self.runs.items())
            print(f"  round {number + 1}, a second (of CPU): {', '.join(shown)}", flush=True)

    def rate(self, name: str) -> float:
        """The median, a second."""
        return median(run.by_clock for run in self.runs[name])

    def ratio(self, rival: str) -> float:
        """The median of ours to theirs, round by round."""
        pairs = zip(self.runs[OURS], self.runs[rival], strict=True)
        return median(ours.by_clock / theirs.by_clock for ours, theirs in pairs)

    def told(self, rival: str) -> str:
        """What stands beside the ratio: their rate, how the rounds differed, and the ratio a second of CPU."""
        pairs = list(zip(self.runs[OURS], self.runs[rival], strict=True))
        ratios = [ours.by_clock / theirs.by_clock for ours, theirs in pairs]
        of_cpu = median(ours.by_cpu / theirs.by_cpu for ours, theirs in pairs)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        return f"{self.rate(rival):,.0f}/s; rounds {spread}; a second of CPU {of_cpu:.2f}"
