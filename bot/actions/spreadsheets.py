"""Tables to open in a spreadsheet, as CSV or as a workbook; nothing a person typed is ever run as a formula."""

from __future__ import annotations

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any, Final, NamedTuple

CSV: Final = "csv"
XLSX: Final = "xlsx"

MIMES: Final = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Cell = str | float | date | datetime | None
"""A moment is local and knows no zone, as spreadsheets have it."""


class Table(NamedTuple):
    """A sheet of a workbook. The rows are taken once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


_FORMULA: Final = frozenset("=+-@＝＋－＠")
"""What a spreadsheet takes for a formula, in full width too. https://owasp.org/www-community/attacks/CSV_Injection"""

_BLANK: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""What it passes over before that: control and format characters, and spaces."""

_COMMAS: Final = {"en": ","}
"""Where numbers have a decimal comma, Excel expects semicolons between the cells."""

_ROWS: Final = 1000
"""Rows written at a time."""

_LONGEST: Final = 32_767
"""Characters in a cell of Excel's."""

_NARROWEST: Final = 10
_WIDEST: Final = 60
_BESIDE: Final = 3
"""Characters of room in a column beside what it holds: its header has an arrow that filters."""

_BYTES: Final = 1 << 16


def safe(cell: str) -> str:
    """The cell as text, also where a spreadsheet would run it as a formula."""
    if not cell or cell[:1].isalnum():
        return cell
    first = next((letter for letter in cell if unicodedata.category(letter) not in _BLANK), "")
    return f"'{cell}" if first in _FORMULA or cell.startswith(("\t", "\r", "\n")) else cell


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], language: str) -> Iterator[bytes]:
    """The table for a reader of this language, piece by piece."""
    written = StringIO()
    table = csv.writer(written, delimiter=_COMMAS.get(language, ";"))
    written.write("\N{BYTE ORDER MARK}")
    table.writerow(header)
    for number, row in enumerate(rows, 1):
        table.writerow([safe(cell) if isinstance(cell, str) else _text(cell) for cell in row])
        if number % _ROWS == 0:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], name: str) -> Iterator[bytes]:
    """The table as a workbook with one sheet of this name."""
    return as_workbook([Table(name, header, rows)])


def as_workbook(tables: Iterable[Table]) -> Iterator[bytes]:
    """The tables as the sheets of a workbook. It is built on disk, a row at a time."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - 8 MB, for those alone who want one

    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False}  # fmt: skip
    laid = {"text_wrap": True, "valign": "top"}
    with tempfile.TemporaryFile() as file:
        with Workbook(file, plain) as book:
            formats = {
                Table: book.add_format(laid | {"bold": True}),
                str: book.add_format(laid),
                datetime: book.add_format(laid | {"num_format": "yyyy-mm-dd hh:mm"}),
                date: book.add_format(laid | {"num_format": "yyyy-mm-dd"}),
            }
            for table in tables:
                _fill(book.add_worksheet(table.name), table, formats)
        file.seek(0)
        while piece := file.read(_BYTES):
            yield piece


def _fill(sheet: Any, table: Table, formats: Mapping[type, Any]) -> None:  # noqa: ANN401 - the library has no types
    sheet.freeze_panes(1, 0)
    widths = [_width(title) for title in table.header]
    for column, title in enumerate(table.header):
        sheet.write_string(0, column, title, formats[Table])
    last = 0
    for last, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], _width(cell))
            match cell:
                case None | "":
                    pass
                case str():
                    sheet.write_string(last, column, cell[:_LONGEST], formats[str])
                case date():
                    sheet.write_datetime(last, column, cell, formats[type(cell)])
                case _:
                    sheet.write_number(last, column, cell, formats[str])
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.autofilter(0, 0, last, len(table.header) - 1)


def _width(cell: Cell) -> int:
    """Characters, as far as a column goes."""
    longest = max(map(len, _text(cell).splitlines()), default=0)
    return min(max(longest + _BESIDE, _NARROWEST), _WIDEST)


def _text(cell: Cell) -> str:
    return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else "" if cell is None else str(cell)
