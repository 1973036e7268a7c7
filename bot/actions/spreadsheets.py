"""Tables to open in a spreadsheet, as CSV or as a workbook; nothing a person typed is ever run as a formula."""

from __future__ import annotations

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Final

CSV: Final = "csv"
XLSX: Final = "xlsx"

MIMES: Final = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Cell = str | datetime | None
"""A moment is local and knows no zone, as spreadsheets have it."""

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

_NARROW: Final = 18
_WIDE: Final = 34

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
        table.writerow([safe(_text(cell)) for cell in row])
        if number % _ROWS == 0:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], name: str) -> Iterator[bytes]:
    """The table as a workbook with one sheet of this name. It is built on disk, a row at a time."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - 8 MB, for those alone who want one

    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False}  # fmt: skip
    with tempfile.TemporaryFile() as file:
        with Workbook(file, plain) as book:
            bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(header):
                sheet.set_column(column, column, _WIDE if column < 2 else _NARROW)  # noqa: PLR2004 - the names
                sheet.write_string(0, column, title, bold)
            last = 0
            for last, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(last, column, cell, moment)
                    elif cell:
                        sheet.write_string(last, column, cell[:_LONGEST])
            sheet.autofilter(0, 0, last, len(header) - 1)
        file.seek(0)
        while piece := file.read(_BYTES):
            yield piece


def _text(cell: Cell) -> str:
    return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else cell or ""
