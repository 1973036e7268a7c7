"""Lays out a declaration with its signers: `python -m bot.printing` reads it as JSON and writes a PDF.

A process of its own, for a moment, as `bot.drawing` is: the library and the fonts take 60 MB.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Container
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from fpdf import FPDF, Align
from fpdf.bidi import BidiParagraph
from fpdf.fonts import TTFFont

_FAMILY: Final = "DejaVu"
"""Comes with matplotlib, and has ə, Ğ, Cyrillic, Greek, Georgian and Armenian; no Chinese, and few pictures."""

_FACES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}

_MARGIN: Final = 20
"""All lengths are in millimetres, all sizes in points."""

_LACKING: Final = "□"
"""In place of a letter that the font has not: nobody's name vanishes from the list."""

_UNSEEN: Final = {"Cc", "Cf"}
"""Characters that are no letters; some of them would turn what follows around."""

_COLUMNS: Final = 2
_GUTTER: Final = 8
_LEADING: Final = 0.47
_INK: Final = 26
_SOFT: Final = 89


class _Pages(FPDF):
    """A4, with a number at the foot of each page.

    Attributes:
        lacking: whether there were letters that it cannot show.
    """

    def __init__(self, page: str) -> None:
        super().__init__(format="A4")
        self._page = page
        self.lacking = False
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, _MARGIN)
        for style, file in _FACES.items():
            self.add_font(_FAMILY, style, _fonts() / file)
        self.set_lang("")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(_FAMILY, size=8)
        self.set_text_color(_SOFT)
        self.cell(0, 5, self._page.replace("{n}", str(self.page_no())), align=Align.C)
        self.set_text_color(_INK)

    def shown(self, text: str, *, bold: bool = False) -> str:
        """The text as it can be drawn."""
        font = self.fonts[_FAMILY.lower() + ("B" if bold else "")]
        letters: Container[int] = font.cmap if isinstance(font, TTFFont) else ()
        return "".join(self._shown(letter, letters) for letter in text)

    def in_order(self, text: str) -> str:
        """A line as it can be drawn, from left to right, whichever way it is read."""
        return BidiParagraph(self.shown(text)).get_reordered_string() if text else text

    def paragraph(self, text: str, size: float, *, bold: bool = False, soft: bool = False, after: float = 4) -> None:
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(_SOFT if soft else _INK)
        self.multi_cell(0, size * 0.53, self.shown(text, bold=bold), align=Align.L, new_x="LMARGIN", new_y="NEXT")
        self.ln(after)

    def _shown(self, letter: str, letters: Container[int]) -> str:
        if letter == "\n" or (ord(letter) in letters and category(letter) not in _UNSEEN):
            return letter
        if category(letter) in {*_UNSEEN, "Mn"}:
            return ""
        self.lacking = True
        return _LACKING


def printed(pages: dict[str, Any]) -> bytes:
    """The document: title, text, how many signed, notes, and then the signers by country in two columns."""
    pdf = _Pages(pages["page"])
    pdf.set_title(pages["title"])
    pdf.paragraph(pages["title"], 18, bold=True, after=5)
    pdf.paragraph(pages["text"], 11, after=8)
    countries = [(country, [_person(pdf, *person) for person in people]) for country, people in pages["countries"]]
    pdf.paragraph(pages["signed"], 13, bold=True, after=2)
    for note in [*pages["notes"], *([pages["lacking"]] if pdf.lacking else [])]:
        pdf.paragraph(note, 8, soft=True, after=0)
    pdf.ln(4)
    pdf.set_text_color(_INK)
    _list(pdf, countries)
    return bytes(pdf.output())


class _Columns:
    """Lines one below the other, from column to column and page to page."""

    def __init__(self, pdf: _Pages) -> None:
        self._pdf = pdf
        self._width = (pdf.epw - (_COLUMNS - 1) * _GUTTER) / _COLUMNS
        self._column = 0
        self._top = self._below = pdf.get_y()

    def height(self, text: str, size: float, *, bold: bool = False) -> float:
        """Of the text in a column."""
        self._pdf.set_font(_FAMILY, "B" if bold else "", size)
        lines = self._pdf.multi_cell(self._width, 1, text, align=Align.L, dry_run=True, output="LINES")
        return size * _LEADING * (len(lines) if isinstance(lines, list) else 1)

    def write(self, text: str, size: float, *, bold: bool = False, room: float = 0) -> None:
        """The text, all of it in one column, with so much room for what belongs below it."""
        height = self.height(text, size, bold=bold)
        while self._below > _MARGIN and self._below + height + room > self._pdf.h - _MARGIN:
            self._turn_over()
        self._pdf.set_xy(_MARGIN + self._column * (self._width + _GUTTER), self._below)
        self._pdf.multi_cell(self._width, size * _LEADING, text, align=Align.L)
        self._below += height

    def skip(self, height: float) -> None:
        """Some space, but not at the head of a column."""
        self._below += height if self._below > self._top else 0

    def _turn_over(self) -> None:
        self._column = (self._column + 1) % _COLUMNS
        if not self._column:
            self._pdf.add_page()
            self._top = _MARGIN
        self._below = self._top


def _person(pdf: _Pages, name: str, organisation: str) -> str:
    return ", ".join(pdf.in_order(each) for each in (name, organisation) if each)


def _list(pdf: _Pages, countries: list[tuple[str, list[str]]]) -> None:
    """A country never stands at the foot of a column without a signer below it."""
    columns = _Columns(pdf)
    for country, people in countries:
        columns.skip(2.5)
        columns.write(country, 10, bold=True, room=columns.height(people[0], 9))
        for person in people:
            columns.write(person, 9)


def _fonts() -> Path:
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise OSError("the fonts are missing: they come with matplotlib")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


if __name__ == "__main__":
    sys.stdout.buffer.write(printed(json.load(sys.stdin)))
