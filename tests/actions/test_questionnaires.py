"""A survey made into a form, and its answers there and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.actions import questions as questions_alone
from bot.actions.answering import applying
from bot.actions.questionnaires import LONGEST, form_of, name_of, progress_of, reached, values_of
from bot.core.fields import Place
from bot.core.fields.field import Asking
from bot.core.i18n import speaking
from bot.core.messages import Outbound, Point
from bot.core.progress import REVIEW, Progress
from bot.core.rendering import parts
from storage.database import Database
from storage.surveys import Question, QuestionKind, Survey, questions_of
from tests.chat import SHAPES
from tests.handlers.people import sqlite_alone
from tests.storage.asking import EVERY_KIND, Asked, add_survey

pytestmark = sqlite_alone


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session
        session.rollback()


def stored(questions: list[Question], given: dict[int, Any]) -> dict[int, Any]:
    """By the question's id instead of its place."""
    return {each.id: given[each.position] for each in questions if each.position in given}


def made(session: Session, *asked: Asked, **changes: Any) -> tuple[Survey, list[Question]]:
    survey = add_survey(session, *asked, **changes)
    return survey, questions_of(session, survey.id)


def test_typed_answers_are_stored_as_the_kind_says(session: Session) -> None:
    _survey, questions = made(session, *EVERY_KIND)
    typed = ["a", ["a", "c"], False, "4", 12.5, date(2015, 9, 1), None, Place("Baku", Point(40.5, 49.5))]
    answers = {name_of(question): value for question, value in zip(questions, typed, strict=True)}
    place = {"words": "Baku", "latitude": 40.5, "longitude": 49.5}
    assert values_of(questions, answers) == stored(
        questions, {1: "a", 2: ["a", "c"], 3: False, 4: 4, 5: 12.5, 6: "2015-09-01", 8: place}
    )


@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_the_longest_survey_has_a_summary_on_every_messenger(session: Session, language: str) -> None:
    longest = ("Ərazinizdəki gənclər üçün " * 10)[: questions_alone.LONGEST]
    survey, questions = made(session, *[Asked(QuestionKind.TEXT, longest)] * questions_alone.MOST)
    with speaking(language):
        form = form_of(survey, questions, language)
        answered = form.begin(**dict.fromkeys(map(name_of, questions), "Щ" * LONGEST))
        prompt = form.ask(None, answered)
        for shape in SHAPES.values():
            said = parts(Outbound(prompt.text, prompt.options, menu="0aaaa", language=language), shape.capabilities)
            assert said[-1].options == prompt.options


def test_nothing_ticked_is_nothing_answered(session: Session) -> None:
    _survey, questions = made(session, EVERY_KIND[1]._replace(required=False))
    assert values_of(questions, {name_of(questions[0]): []}) == {}


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        1: st.sampled_from("abc"),
        2: st.lists(st.sampled_from("abc"), unique=True, min_size=1).map(sorted),
        3: st.booleans(),
        4: st.integers(1, 5),
        5: st.one_of(st.integers(1, 5000), st.floats(1, 5000)),
        6: st.dates().map(date.isoformat),
        7: st.text(min_size=1),
        8: st.one_of(
            st.fixed_dictionaries({"words": st.text(min_size=1)}),
            st.fixed_dictionaries({"words": st.text(), "latitude": st.floats(-90, 90),
                                   "longitude": st.floats(-180, 180)}),
        ),
    },
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_any(ANSWERS)
def test_what_is_stored_comes_back_as_it_was(session: Session, given: dict[int, Any]) -> None:
    survey, questions = made(session, *EVERY_KIND)
    form = form_of(survey, questions, "en")
    kept = stored(questions, given)
    progress = Progress.from_json(progress_of(survey, questions, form, kept).to_json())
    asked = {each.id for each in applying(questions, kept)}
    assert values_of(questions, form.answers(progress)) == {key: kept[key] for key in kept if key in asked}
    assert progress_of(survey, questions, form, kept, progress) == progress
    left = [each for each in applying(questions, kept) if each.id not in kept and each.required]
    assert not left or progress.step == name_of(left[0])


def test_it_goes_on_behind_what_was_skipped(session: Session) -> None:
    survey, questions = made(session, *(each._replace(required=False, only_if=None) for each in EVERY_KIND))
    form = form_of(survey, questions, "en")
    progress = progress_of(survey, questions, form, stored(questions, {1: "a", 4: 2}))
    assert progress.step == name_of(questions[4])
    assert progress.answers[name_of(questions[1])] is None
    every = progress_of(survey, questions, form, stored(questions, {1: "a", 8: {"words": "Baku"}}))
    assert every.step == REVIEW


def test_what_the_conversation_remembers_of_skipping_counts_before_what_is_stored(session: Session) -> None:
    survey, questions = made(session, EVERY_KIND[7], EVERY_KIND[2], EVERY_KIND[3])
    form = form_of(survey, questions, "en")
    standing = Progress(form.name, name_of(questions[2]), {"survey": survey.id, name_of(questions[0]): None})
    merged = progress_of(survey, questions, form, stored(questions, {2: True}), standing)
    assert merged.step == standing.step
    assert merged.answers == {"survey": survey.id, name_of(questions[0]): None, name_of(questions[1]): True}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, (0, 8)), ({1: "a"}, (1, 7)), ({1: "c"}, (1, 8)), ({1: "a", 2: ["a"], 3: True}, (3, 7)),
        ({1: "c", 7: "More"}, (7, 8)), ({1: "a", 8: {"words": "Baku"}}, (7, 7)),
    ],
)  # fmt: skip
def test_how_far_somebody_is(session: Session, given: dict[int, Any], place: tuple[int, int]) -> None:
    _survey, questions = made(session, *EVERY_KIND)
    assert reached(questions, stored(questions, given)) == place


def test_a_summary_stands_at_the_end_of_long_surveys_that_can_be_changed(session: Session) -> None:
    for number, anonymous, review in ((1, False, False), (2, False, False), (3, False, True), (3, True, False)):
        survey, questions = made(session, *EVERY_KIND[:number], anonymous=anonymous)
        form = form_of(survey, questions, "en")
        assert (form.review, form.private) == (review, anonymous)
        assert form_of(survey, questions, "en", trial=True).private is False


def test_every_survey_has_a_form_of_its_own_and_a_trial_one_in_each_language(session: Session) -> None:
    survey, questions = made(session, EVERY_KIND[0])
    names = [form_of(survey, questions, "ru", trial=trial).name for trial in (False, True)]
    assert names == [f"survey:{survey.id}", f"try_survey:{survey.id}:ru"]


def test_it_asks_in_the_language_or_in_the_one_it_was_first_written_in(session: Session) -> None:
    survey, questions = made(session, EVERY_KIND[0], EVERY_KIND[2], EVERY_KIND[3], EVERY_KIND[4])
    questions[0].options[0]["labels"]["ru"] = "Книги"
    prompts = [each.ask(Asking(None)) for each in form_of(survey, questions, "ru").fields]
    assert [[option.label for option in prompt.options] for prompt in prompts] == [
        ["Книги", "Teachers", "Other"], ["Yes", "No"], ["1 (lowest)", "2", "3", "4", "5 (highest)"], [],
    ]  # fmt: skip
    assert prompts[0].text == "<i>1 of 4</i>\n<b>What is it for?</b>"


def test_what_an_author_writes_is_no_markup(session: Session) -> None:
    survey, questions = made(session, Asked(QuestionKind.ONE, "Is 1 < 2 & <b>true</b>?", ("<i>Yes</i>", "No")))
    form = form_of(survey, questions, "en")
    prompt = form.ask(None, form.begin())
    assert prompt.text == "<b>Is 1 &lt; 2 &amp; &lt;b&gt;true&lt;/b&gt;?</b>"
    assert prompt.options[0].label == "<i>Yes</i>"
    summary = form.ask(None, form.begin(**{name_of(questions[0]): "a"}))
    assert summary.text == (
        "Is everything right?\n<b>Is 1 &lt; 2 &amp; &lt;b&gt;true&lt;/b&gt;?</b> &lt;i&gt;Yes&lt;/i&gt;"
    )
    assert summary.options[0].label == "Change: Is 1 < 2 & <b>true</b>?"
