"""Draws one chart: `python -m bot.drawing` reads it as JSON and writes a PNG; nothing else of the house is loaded.

A process of its own, for a moment: the library takes 40 MB and a second, and is not made for threads.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from itertools import accumulate
from typing import Any, Final
from unicodedata import category, name

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle

WIDTH: Final = 1080
"""Pixels: what a phone shows without scaling, and messengers keep."""

_DOTS: Final = 200
_MARGIN: Final = 60
_BAR: Final = 44
_GAP: Final = 36

_ROOM: Final = WIDTH - 2 * _MARGIN
_VALUE: Final = 300
"""Kept behind a bar for its value."""

_INK: Final = "#1A1A1A"
_SOFT: Final = "#595959"
_TRACK: Final = "#E9E9E9"
_BLUE: Final = "#0072B2"
"""Of the palette by Okabe and Ito, told apart by everybody; the grey beside it has half its darkness."""

_PICTURED: Final = ("So", "Sk", "Mn", "Me", "Cf", "Co", "Cs")
"""Unicode's categories of emoji, of what changes and joins them, and of what has no shape of its own."""

_FAMILY: Final = "DejaVu Sans"
"""Comes with the library and has ə, Ğ and Cyrillic."""


class _Sheet:
    """A page that grows downwards, in pixels."""

    def __init__(self) -> None:
        self.below = _MARGIN
        self._drawn: list[tuple[str, tuple[Any, ...]]] = []
        self._measure = RendererAgg(WIDTH, WIDTH, _DOTS)  # type: ignore[no-untyped-call]  # the library is

    def write(self, text: str, size: int, colour: str = _INK, *, bold: bool = False) -> None:
        """A paragraph, wrapped where it reaches the margin."""
        font = _font(size, bold=bold)
        for line in self._wrapped(_drawable(text, font), font):
            self._drawn.append(("text", (_MARGIN, self.below, line, font, colour, "left")))
            self.below += round(size * 1.35)

    def bar(self, share: float, value: str) -> None:
        """A bar of this share of the whole width, with its value behind."""
        room = _ROOM - _VALUE
        self._drawn.append(("box", (_MARGIN, self.below, room, _TRACK)))
        self._drawn.append(("box", (_MARGIN, self.below, max(4, round(room * share)) if share else 0, _BLUE)))
        self._drawn.append(("text", (_MARGIN + room + 24, self.below + 4, value, _font(36), _INK, "left")))
        self.below += _BAR

    def skip(self, pixels: int) -> None:
        self.below += pixels

    def png(self) -> bytes:
        height = self.below + _MARGIN
        figure = Figure(figsize=(WIDTH / _DOTS, height / _DOTS), dpi=_DOTS, facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.axis("off")
        for what, (x, y, *rest) in self._drawn:
            if what == "box":
                width, colour = rest
                axes.add_patch(Rectangle((x, y), width, _BAR, color=colour, linewidth=0))
            else:
                line, font, colour, side = rest
                axes.text(x, y, line, fontproperties=font, color=colour, ha=side, va="top", parse_math=False)
        written = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(written, format="png", dpi=_DOTS)
        return written.getvalue()

    def _wrapped(self, text: str, font: FontProperties) -> list[str]:
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            line = ""
            for word in self._words(paragraph, font):
                longer = f"{line} {word}".strip()
                if line and self._wide(longer, font) > _ROOM:
                    lines.append(line)
                    longer = word
                line = longer
            lines.append(line)
        return lines

    def _words(self, paragraph: str, font: FontProperties) -> list[str]:
        """Its words; one that is wider than the page comes in pieces."""
        words: list[str] = []
        for word in paragraph.split():
            piece = word
            while self._wide(piece, font) > _ROOM:
                fits = [start for start in accumulate(piece) if self._wide(start, font) <= _ROOM] or [piece[0]]
                words.append(fits[-1])
                piece = piece[len(fits[-1]) :]
            words.append(piece)
        return words

    def _wide(self, line: str, font: FontProperties) -> float:
        size = self._measure.get_text_width_height_descent(line, font, ismath=False)  # type: ignore[no-untyped-call]
        return float(size[0])


def draw(chart: dict[str, Any]) -> bytes:
    """The chart as a PNG.

    Args:
        chart: {"heading": of what, "title": the question, "bars": [[label, share of all from 0 to 1, value as it is
            written], ...], "notes": [lines below]}.
    """
    sheet = _Sheet()
    sheet.write(chart["heading"], 32, _SOFT)
    sheet.skip(12)
    sheet.write(chart["title"], 48, bold=True)
    sheet.skip(_GAP)
    for label, share, value in chart["bars"]:
        sheet.write(label, 38)
        sheet.skip(6)
        sheet.bar(share, value)
        sheet.skip(_GAP)
    for note in chart["notes"]:
        sheet.write(note, 34, _SOFT)
        sheet.skip(8)
    return sheet.png()


def _font(size: int, *, bold: bool = False) -> FontProperties:
    """Of this height in pixels."""
    return FontProperties(family=_FAMILY, size=size * 72 / _DOTS, weight="bold" if bold else "normal")


def _drawable(text: str, font: FontProperties) -> str:
    """Without emoji that the font does not have; where there is nothing else, what they are called."""
    known = get_font(findfont(font))
    drawn = "".join(each for each in text if category(each) not in _PICTURED or known.get_char_index(ord(each)))
    return drawn if drawn.strip() else ", ".join(name(each, "").lower() for each in text if category(each) == "So")


def main() -> None:
    mpl.use("agg")
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
