"""The plot of docs/benchmarks.md: readable on a phone, and without telling colours apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

_STYLES: Final = (
    ("#0072B2", "o"), ("#000000", "s"), ("#E69F00", "^"), ("#009E73", "D"), ("#CC79A7", "v"), ("#D55E00", "X"),
)  # fmt: skip
"""Okabe and Ito's colours, which everybody can tell apart, each with a sign of its own."""


class Curve(NamedTuple):
    """One program.

    Attributes:
        rates: recipients -> messages a second, and whether it sent them all.
    """

    name: str
    rates: Mapping[int, tuple[float, bool]]


def draw(curves: Iterable[Curve], path: Path) -> None:
    """Write a PNG; a hollow sign is reckoned from a part of the run."""
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(6, 7.5), layout="constrained")
    axes.set(xscale="log", yscale="log", xlabel="recipients of the broadcast", ylabel="messages a second")
    hollow = False
    for curve, (colour, sign) in zip(curves, _STYLES, strict=True):
        sizes = list(curve.rates)
        axes.plot(
            sizes,
            [rate for rate, _ in curve.rates.values()],
            label=curve.name,
            marker=sign,
            markersize=9,
            color=colour,
            linewidth=3 if sign == "o" else 1.8,
        )
        for size, (rate, whole) in curve.rates.items():
            if not whole:
                hollow = True
                axes.plot(size, rate, marker=sign, markersize=9, color=colour, markerfacecolor="white")
        axes.set_xticks(sizes)
    if hollow:
        axes.plot([], [], "o", color="#000000", markerfacecolor="white", label="hollow: from a part of the run")
    axes.xaxis.set_major_formatter(FuncFormatter(_number))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(_number))
    axes.tick_params(labelsize=13)
    axes.xaxis.label.set_fontsize(14)
    axes.yaxis.label.set_fontsize(14)
    axes.grid(visible=True, which="major", color="#dddddd")
    axes.set_title("Delivery to a server that answers at once", fontsize=15)
    figure.legend(loc="outside lower center", fontsize=12, frameon=False)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _number(value: float, _place: int) -> str:
    return f"{value / 1_000_000:g} M" if value >= 1_000_000 else f"{value:,.0f}"
