"""Tables for spreadsheets: whatever a person typed is text in a cell, and reads back as it was."""

from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # as above

from bot.actions.spreadsheets import as_csv, as_xlsx, safe

HEADER = ["Organisation", "Name", "When"]
MOMENT = datetime(2026, 11, 25, 15, 30)  # noqa: DTZ001 - as spreadsheets have it

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=60)
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=6)


@pytest.mark.parametrize(
    "cell",
    ["=1", "+994", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "  \u3000+1", "＝1", "＋1",
     "－1", "＠SUM(A1)", " ＝1", "\tplain"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_becomes_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", " ", "Leyla", "a=b", "1-2", "Qadın @ iş", "Ə"])
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert safe(cell) == cell


@given(TABLES)
@example([("=HYPERLINK(1)", "https://un.org"), ("001", "1e5"), ("_x0041_", "'quoted'")])
def test_a_workbook_reads_back_as_text_and_moments(table: list[tuple[str, str]]) -> None:
    rows = [(*row, MOMENT) for row in table]
    sheet = load_workbook(BytesIO(b"".join(as_xlsx(HEADER, rows, "Report")))).active
    assert sheet is not None
    found = [[_unescaped(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert found[0] == HEADER
    assert found[1:] == [[one or None, other or None, MOMENT] for one, other in table]
    assert {cell.data_type for row in sheet.iter_rows(max_col=2) for cell in row if cell.value} <= {"s", "inlineStr"}


def _unescaped(value: object) -> object:
    """As Excel shows it: what looks like an escaped character is escaped itself."""
    return unescape(value) if isinstance(value, str) else value


def test_its_header_stays_in_sight_and_filters() -> None:
    sheet = load_workbook(BytesIO(b"".join(as_xlsx(HEADER, [("UN", "Leyla", MOMENT)], "Report")))).active
    assert sheet is not None
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Report", "A2", "A1:C2")
    assert sheet["C2"].is_date


def test_columns_are_as_wide_as_what_they_hold_and_longer_texts_wrap() -> None:
    rows = [("short", "One line\nand a longer one", "x" * 300, MOMENT, 5), (None, "", "", None, 6)]
    sheet = load_workbook(BytesIO(b"".join(as_xlsx(["A", "B", "C", "When", "How many"], rows, "Report")))).active
    assert sheet is not None
    assert [int(sheet.column_dimensions[letter].width) for letter in "ABCDE"] == [10, 19, 60, 19, 11]
    cells = [cell for row in sheet["A1:E2"] for cell in row]
    assert {(cell.alignment.wrap_text, cell.alignment.vertical) for cell in cells} == {(True, "top")}
    assert [cell.style_id > 0 for cell in cells] == [True] * len(cells)  # the sheet's own style stays as it is


@given(TABLES)
@example([("=1+1", ' "quoted"; x')])
def test_a_csv_file_reads_back_with_nothing_to_run(table: list[tuple[str, str]]) -> None:
    for language, between in (("en", ","), ("az", ";"), ("ru", ";")):
        text = b"".join(as_csv(HEADER, [(*row, None) for row in table], language)).decode("utf-8-sig")
        read = list(csv.reader(StringIO(text, newline=""), delimiter=between))
        assert read == [HEADER, *([safe(one), safe(other), ""] for one, other in table)]
        assert not [cell for row in read[1:] for cell in row if cell.strip()[:1] in {"=", "+", "-", "@", "＝"}
                    and cell.strip()]  # fmt: skip


def test_many_rows_come_piece_by_piece() -> None:
    pieces = list(as_csv(HEADER, [("a", "b", MOMENT)] * 2500, "en"))
    assert len(pieces) == 3
    assert b"".join(pieces).decode("utf-8-sig").splitlines()[-1] == "a,b,2026-11-25 15:30"
