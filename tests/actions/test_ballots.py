"""What is voted on as each platform shows it: a poll where it fits in every language, else buttons or words."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.actions.ballots import Ballot, Paper, as_poll, is_native, standing_choices
from bot.channels.simulator.shapes import TELEGRAM
from bot.core.i18n import LANGUAGES, speaking
from bot.core.messages import Option
from bot.core.rendering import render
from bot.core.splitting import length

TERMS = TELEGRAM.capabilities
STOP = Option("stop", "Stop all messages")
WHY = Markup("You receive this because you follow: <b>Health &amp; sport</b>.")
WORDS = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1).map(str.strip).filter(bool)
)


def ballot(
    question: str = "Which?", labels: tuple[str, ...] = ("Yes", "No"), title: str = "Next", **odd: Paper
) -> Ballot:
    """The same in every language, but for the odd ones."""
    paper = Paper(title, question, tuple(zip("abcdefghijkl", labels, strict=False)))
    return Ballot(7, several=False, papers=tuple((each, odd.get(each, paper)) for each in LANGUAGES))


def test_a_label_too_long_in_one_language_makes_it_no_poll_in_any() -> None:
    fits, longer = "y" * 100, "y" * 101
    assert is_native(ballot(labels=(fits, "No")), TERMS)
    assert not is_native(ballot(az=Paper("Next", "Which?", (("a", longer), ("b", "No")))), TERMS)
    assert not is_native(ballot(ru=Paper("Next", "q" * 301, (("a", "Yes"), ("b", "No")))), TERMS)
    assert not is_native(ballot(labels=tuple("abcdefghijkl")), replace(TERMS, polls=11))


def test_once_closed_no_choice_is_offered_under_it_but_more_about_it() -> None:
    with speaking("en"):
        [open_now, closed] = [as_poll(ballot(), "en", WHY, (STOP,), TERMS, open_now=each) for each in (True, False)]
    assert [option.id for option in open_now.options] == ["vote:7:a", "vote:7:b", "survey:7", "stop"]
    assert [option.id for option in closed.options] == ["survey:7", "stop"]
    assert [button.payload for row in render(closed, TERMS).rows for button in row] == ["survey:7", "stop"]


@given(WORDS.filter(lambda text: length(text, "utf16") <= 300), WORDS, WORDS.map(escape))
def test_the_question_stands_in_it_whole_and_it_never_grows_too_long(question: str, title: str, why: Markup) -> None:
    with speaking("en"):
        bubble = render(as_poll(ballot(question, title=title), "en", why, (STOP,), TERMS, open_now=True), TERMS)
    assert length(bubble.text, "utf16") <= 300
    assert question in bubble.text.split("\n\n")
    assert bubble.poll == ("Yes", "No")


def test_in_words_each_choice_names_the_survey_and_its_place() -> None:
    with speaking("ru"):
        assert [option.word for option in standing_choices(ballot(), "ru")] == ["ГОЛОС 7 1", "ГОЛОС 7 2"]
    assert standing_choices(ballot()._replace(several=True), "ru") == ()
