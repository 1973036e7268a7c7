"""One chart as a PNG: whatever people call their choices."""

from __future__ import annotations

from typing import Any

import pytest

from bot.drawing import draw


def chart(*labels: str) -> dict[str, Any]:
    return {"heading": "Təlim", "title": "Hansı?", "bars": [[label, 0.5, "2"] for label in labels], "notes": ["n = 4"]}


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        ("🎓 Təhsil 🇦🇿", "Təhsil"),
        ("Qadınlar 👩🏽\N{ZERO WIDTH JOINER}🎓", "Qadınlar"),
        ("Да\N{VARIATION SELECTOR-16}", "Да"),
        ("👍🏽", "thumbs up sign"),
        ("two\nlines\tand a tab", "two\nlines and a tab"),
    ],
)
def test_an_emoji_the_font_does_not_have_is_no_box(said: str, drawn: str) -> None:
    assert draw(chart(said)) == draw(chart(drawn))


def test_choices_of_emoji_alone_are_told_apart() -> None:
    assert draw(chart("👍", "👎")) != draw(chart("👎", "👍"))
