"""A measured number beside its mark, the machine it was measured on, and the table for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        mark: what it should at least be; with `most`, at most. None where there is none.
    """

    what: str
    value: float
    unit: str = ""
    mark: float | None = None
    most: bool = False

    @property
    def met(self) -> bool:
        return self.mark is None or (self.value <= self.mark if self.most else self.value >= self.mark)

    @property
    def line(self) -> str:
        sign = "≤" if self.most else "≥"
        mark = "" if self.mark is None else f"{sign} {self._written(self.mark)}"
        verdict = "" if self.mark is None else "met" if self.met else "**missed**"
        return f"| {self.what} | {self._written(self.value)} | {mark} | {verdict} |"

    def _written(self, value: float) -> str:
        digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
        number = f"{value:,.{digits}f}" if value % 1 else f"{value:,.0f}"
        return f"{number} {self.unit}".rstrip()


def table(figures: Iterable[Figure]) -> str:
    """Markdown."""
    return "\n".join(["| what | measured | mark | |", "| --- | --- | --- | --- |", *(one.line for one in figures)])


def machine() -> str:
    """What it ran on, in a line."""
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    model = models[0] if models else platform.processor()
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    return f"{os.cpu_count()} cores, {model}, {versions}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
