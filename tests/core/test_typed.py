"""What people type with their messenger's marks is read as they see it, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.richtext import plain
from bot.core.typed import MARKS, formatted


@pytest.mark.parametrize(
    ("markup", "typed", "markup_text"),
    [
        ("html", "**bold** __it__ ~~no~~ `a*b`", "<b>bold</b> <i>it</i> <s>no</s> <code>a*b</code>"),
        ("html", "**a __b__**", "<b>a <i>b</i></b>"),
        ("html", "2 * 3 ** 4, a__b", "2 * 3 ** 4, a__b"),
        ("html", "[UN](https://un.org)", '<a href="https://un.org">UN</a>'),
        ("html", "[x](javascript:alert)", "[x](javascript:alert)"),
        ("html", "<b>&", "&lt;b&gt;&amp;"),
        ("whatsapp", "*bold* _it_ ~no~ ```a*b```", "<b>bold</b> <i>it</i> <s>no</s> <code>a*b</code>"),
        ("whatsapp", "`a*b`", "<code>a*b</code>"),
        ("whatsapp", "2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("whatsapp", "https://un.org/_a_?b=*c* *bold*", "https://un.org/_a_?b=*c* <b>bold</b>"),
        ("whatsapp", "*https://un.org*", "<b>https://un.org</b>"),
        ("html", "https://un.org/__a__?b=**c** **bold**", "https://un.org/__a__?b=**c** <b>bold</b>"),
    ],
)
def test_formatting_as_it_is_typed(markup: str, typed: str, markup_text: str) -> None:
    assert str(formatted(typed, markup)) == markup_text


@given(st.text(alphabet="ab *_~`[]()<>&\n", max_size=60), st.sampled_from(sorted(MARKS)))
def test_typing_never_loses_a_letter(typed: str, markup: str) -> None:
    letters = [letter for letter in typed if letter in "ab<>&"]
    assert [letter for letter in plain(formatted(typed, markup)) if letter in "ab<>&"] == letters
