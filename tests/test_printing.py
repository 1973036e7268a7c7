"""The document of a declaration and its signers: nobody vanishes, and nothing stands where it cannot be."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from pypdf import PageObject, PdfReader

from bot.printing import printed

LACKING = "A □ stands for a letter that is not here."
PEOPLE = 3
FOOT = 56
"""Of a page, where its text ends, in points from below; only the number of the page stands lower."""


class Placed(NamedTuple):
    """Some text, and where it begins, in points from the left and from below."""

    text: str
    left: float
    above: float


def pages_of(**changes: Any) -> list[list[Placed]]:
    """What stands on each page of a document, without its number, in the order it was written."""
    plain = {"title": "Schools", "text": "A text.", "signed": "Signed by 3 people", "notes": ["As of today"],
             "lacking": LACKING, "page": "Page {n} of {nb}", "countries": []}  # fmt: skip
    return [
        [each for each in _placed(page) if not each.text.startswith("Page ")]
        for page in PdfReader(BytesIO(printed(plain | changes))).pages
    ]


def _placed(page: PageObject) -> list[Placed]:
    found: list[Placed] = []

    def visit(text: str, _at: object, placed: Any, _font: object, _size: object) -> None:
        if text.strip():
            found.append(Placed(text.strip(), placed[4], placed[5]))

    page.extract_text(visitor_text=visit)
    return found


def lines_of(**changes: Any) -> list[str]:
    return [each.text for page in pages_of(**changes) for each in page]


def several(countries: int) -> list[Any]:
    return [[f"Country {place} ({PEOPLE})", [[f"Somebody {n}", ""] for n in range(PEOPLE)]]
            for place in range(countries)]  # fmt: skip


def test_the_text_is_on_top_and_then_who_signed_it() -> None:
    assert lines_of(countries=[["Georgia (2)", [["Nino", "Union"], ["Gia", ""]]]]) == [
        "Schools", "A text.", "Signed by 3 people", "As of today", "Georgia (2)", "Nino, Union", "Gia"
    ]  # fmt: skip


@pytest.mark.parametrize("lines", range(30, 46))
def test_wherever_the_text_ends_the_list_goes_on_below_it(lines: int) -> None:
    pages = pages_of(text="\n".join(["A line"] * lines), countries=several(10))
    assert len(pages) == 2
    assert min(each.above for page in pages for each in page) >= FOOT
    in_order = [each for page in pages for each in page]
    for heading, first in pairwise(in_order):
        if heading.text.startswith("Country"):
            assert (first.text, first.left) == ("Somebody 0", heading.left)
            assert first.above < heading.above


def test_a_country_stands_in_one_column_with_a_first_signer_of_many_lines() -> None:
    countries = [[f"Country {place}", [["N" * 100, "O" * 160]]] for place in range(40)]
    for page in pages_of(countries=countries):
        assert not page[-1].text.startswith("Country")
        for heading, first in pairwise(page):
            if heading.text.startswith("Country"):
                assert first.left == heading.left


def test_who_signed_in_letters_the_font_has_not_is_printed_all_the_same() -> None:
    people = [["李小龍", "联合会"], ["Nino ბერიძე", ""], ["Aysel 🎉", "👩‍👩‍👧 🇦🇿"]]
    assert lines_of(countries=[["Many (3)", people]])[3:] == [
        "As of today", LACKING, "Many (3)", "□□□, □□□", "Nino ბერიძე", "Aysel □, □□□ □□"
    ]  # fmt: skip


def test_nothing_is_said_of_letters_where_all_are_there() -> None:
    people = [["Əliyeva Şəhla", "Ğəzəl"], ["Щукина Ёлка", ""], ["Nguyễn\u200b Thị", "❤"]]
    assert lines_of(countries=[["Azərbaycan (3)", people]])[3:] == [
        "As of today", "Azərbaycan (3)", "Əliyeva Şəhla, Ğəzəl", "Щукина Ёлка", "Nguyễn Thị, ❤"
    ]  # fmt: skip


def test_what_is_read_from_right_to_left_is_laid_out_so() -> None:
    """Whoever opens the document reads it from the right, as here."""
    assert lines_of(countries=[["Israel (1)", [["שלום", ""]]]])[-1] == "שלום"


def test_a_long_text_is_printed_whole() -> None:
    words = "Söz ə Ж. " * 2222
    assert " ".join(" ".join(lines_of(text=words.strip(), countries=several(1))).split()).count("Söz ə Ж.") == 2222
