"""A code is copied by eye, by hand and from memory, on whatever keyboard is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import EXAMPLE, HALF, SIGNS, draw, read, resembles, short, shown, signs

CYRILLIC = dict(zip("ABCEHKMPTYX", "АВСЕНКМРТУХ", strict=True))
BETWEEN = ["", " ", "-", "–", "—", " - ", ".", "_", "\N{NO-BREAK SPACE}", "*", "\n"]


def halves() -> st.SearchStrategy[str]:
    mixed = st.text(SIGNS, min_size=HALF, max_size=HALF)
    return mixed.filter(lambda half: not half.isdigit() and not half.isalpha())


def codes() -> st.SearchStrategy[str]:
    return st.builds("".join, st.tuples(halves(), halves()))


@st.composite
def as_typed(pick: st.DrawFn) -> tuple[str, str]:
    """A code, and what somebody may make of it."""
    code = pick(codes())
    typed = pick(st.sampled_from(BETWEEN))
    for sign in code:
        spelled = pick(st.sampled_from([sign, CYRILLIC.get(sign, sign)]))
        typed += pick(st.sampled_from([spelled, spelled.lower()])) + pick(st.sampled_from(BETWEEN))
    return code, typed


@given(as_typed())
def test_however_it_is_typed_it_is_the_same_code(both: tuple[str, str]) -> None:
    code, typed = both
    assert read(typed) == code
    assert resembles(typed)


@given(codes())
def test_what_is_shown_is_read(code: str) -> None:
    assert read(shown(code)) == code
    assert read(shown(code)[:-1]) is None


@given(st.text())
def test_whatever_is_read_can_be_shown(text: str) -> None:
    code = read(text)
    assert code is None or (read(shown(code)) == code and resembles(text))


def test_a_drawn_code_has_a_letter_and_a_digit_in_each_half() -> None:
    drawn = {draw() for _ in range(500)}
    assert len(drawn) == 500
    assert {read(code) for code in drawn} == drawn
    assert {sign for code in drawn for sign in code} == set(SIGNS)
    assert not {"0", "O", "1", "I"} & set(SIGNS)
    assert read(EXAMPLE) == EXAMPLE.replace("-", "")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("KM4P-7RTX", True),
        ("KM4P-7RT", True),
        ("KM4P-7RTXX", True),
        ("KM0P-7RTI", True),
        ("Partners", False),
        ("5558 2323", False),
        ("KM4P", False),
        ("təhsil 2026", False),
        ("Women and Development 2026", False),
    ],
)
def test_a_slip_is_told_from_something_else(text: str, *, meant: bool) -> None:
    assert resembles(text) is meant


def test_a_short_one_is_half_a_code_and_read_however_it_is_typed() -> None:
    for _time in range(200):
        code = short()
        assert len(code) == HALF
        assert not code.isdigit()
        assert not code.isalpha()
        assert signs(f" {code[:2].lower()}-{code[2:]} ") == code
