"""A text that is too long becomes parts that fit, read well and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core.richtext import Span, merged, plain, to_markup, to_whatsapp, unlinked
from bot.core.splitting import length, shorten, split

FAMILY = "👨\N{ZERO WIDTH JOINER}👩\N{ZERO WIDTH JOINER}👧"
FLAG = "🇦🇿"

units = st.sampled_from(["utf16", "characters"])
pieces = st.sampled_from(
    [" ", "\n", "\n\n", ". ", "Salam", "əşğ", "😀", FAMILY, FLAG, "e\N{COMBINING ACUTE ACCENT}", "*_"]
)
texts = st.lists(pieces | st.text(max_size=4), max_size=60).map("".join)
flags = st.booleans()
markups = st.lists(st.builds(Span, texts, flags, flags, flags, flags, flags), max_size=5).map(merged).map(to_markup)


def solid(text: str) -> str:
    return "".join(text.split())


@given(texts)
def test_utf16_units_are_what_telegram_counts(text: str) -> None:
    assert length(text, "utf16") == len(text) + sum(letter > "\uffff" for letter in text)
    assert length(text, "characters") == len(text)


@given(markups, st.integers(20, 80), units)
def test_parts_fit_and_lose_nothing_but_white_space(markup: Markup, longest: int, unit: str) -> None:
    parts = split(markup, longest, unit)
    assert [part for part in parts if length(plain(part), unit) > longest] == []
    assert solid("".join(map(plain, parts))) == solid(plain(markup))


@given(markups, st.integers(20, 80), units)
def test_parts_fit_as_they_are_sent(markup: Markup, longest: int, unit: str) -> None:
    parts = split(markup, longest, unit, to_whatsapp)
    assert [part for part in parts if length(to_whatsapp(part), unit) > longest] == []
    assert solid("".join(map(plain, parts))) == solid(plain(markup))


@given(texts, st.integers(20, 80), units)
def test_joined_characters_stay_whole(text: str, longest: int, unit: str) -> None:
    parts = [plain(part) for part in split(escape(text), longest, unit)]
    if "\N{ZERO WIDTH JOINER}" not in text.replace(FAMILY, ""):
        assert sum(part.count(FAMILY) for part in parts) == text.count(FAMILY)


@given(st.text(), st.integers(1, 20), units)
def test_a_shortened_text_fits(text: str, longest: int, unit: str) -> None:
    assert length(shorten(text, longest, unit), unit) <= longest


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("short", 10, ["short"]),
        ("  kept as it is\n", 20, ["  kept as it is\n"]),
        ("One. Two.\n\nThree.\nFour.", 17, ["One. Two.", "Three.\nFour."]),
        ("One. Two.\nThree. Four.", 15, ["One. Two.", "Three. Four."]),
        ("One two. Three four.", 12, ["One two.", "Three four."]),
        ("One two three four", 10, ["One two", "three four"]),
        ("A.\n\nvery long sentence", 16, ["A.\n\nvery long", "sentence"]),
        ("onetwothree", 4, ["onet", "woth", "ree"]),
        ("a" * 5 + FLAG * 2, 6, ["aaaaa", FLAG * 2]),
        ("a" * 5 + FLAG * 2, 8, ["aaaaa" + FLAG, FLAG]),
        ("abcd" + FAMILY, 6, ["abcd", FAMILY]),
        ("abcd👍🏽", 5, ["abcd", "👍🏽"]),
        ("abce\N{COMBINING ACUTE ACCENT}", 4, ["abc", "e\N{COMBINING ACUTE ACCENT}"]),
        (" \n" * 9, 5, [""]),
    ],
)
def test_where_it_is_cut(text: str, longest: int, expected: list[str]) -> None:
    assert [plain(part) for part in split(escape(text), longest, "characters")] == expected


def test_formatting_goes_on_over_a_cut() -> None:
    markup = Markup('<b>One <i>two</i></b> <a href="https://un.org">three four</a>')
    assert split(markup, 8, "characters") == [
        Markup("<b>One <i>two</i></b>"),
        Markup('<a href="https://un.org">three</a>'),
        Markup('<a href="https://un.org">four</a>'),
    ]


def test_an_address_that_is_written_out_is_kept_whole() -> None:
    markup = unlinked('Read all about it <a href="https://un.org/ngo">here</a>')
    assert [to_whatsapp(part) for part in split(markup, 24, "characters", to_whatsapp)] == [
        "Read all about it here:",
        "https://un.org/ngo",
    ]


@pytest.mark.parametrize(
    ("text", "longest", "unit", "expected"),
    [
        ("Education", 9, "characters", "Education"),
        ("Peace and conflict prevention", 10, "characters", "Peace and…"),
        ("😀😀😀", 5, "utf16", "😀😀…"),
        ("😀😀😀", 4, "utf16", "😀…"),
        ("a" + FLAG * 2, 3, "characters", "a…"),
    ],
)
def test_labels_are_shortened(text: str, longest: int, unit: str, expected: str) -> None:
    assert shorten(text, longest, unit) == expected
