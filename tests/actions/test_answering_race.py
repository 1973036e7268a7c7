"""One answer: however many messages about it are handled at the same moment, in however many processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import answering
from bot.actions.answering import Taken
from bot.actions.organisations import find_or_add
from bot.core.clock import Clock
from storage.database import Database
from storage.members import Member
from storage.responses import Answer, Response, Sheet
from storage.surveys import QuestionKind, Survey, questions_of
from tests.actions.test_rsvps_race import at_once, processes
from tests.storage.asking import Asked, add_survey
from tests.storage.people import add_member

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
COLLEAGUES = 20
HOW = Asked(QuestionKind.SCALE, "How was it?")


def prepared(database: Database, people: int, **changes: Any) -> tuple[int, list[int]]:
    def write(session: Session) -> tuple[int, list[int]]:
        organisation = find_or_add(session, "Initiative", NOW).id
        survey = add_survey(session, HOW, HOW, **changes)
        speaks: dict[str, Any] = {"organisation_id": organisation, "membership": "confirmed"}
        return survey.id, [
            add_member(session, Clock(), f"{survey.id}.{number}", **speaks).id for number in range(people)
        ]

    return database.transact(write)


def give(session: Session, survey_id: int, member_id: int, answers: dict[int, int]) -> bool:
    """Answer the questions in these places; False where a colleague was first."""
    survey, member = session.get_one(Survey, survey_id), session.get_one(Member, member_id)
    try:
        response = answering.begin(session, survey, member, NOW)
    except Taken:
        return False
    known = answering.answers_of(session, response)
    places = {question.position: question.id for question in questions_of(session, survey_id)}
    given = known | {places[place]: value for place, value in answers.items()}
    store = answering.complete if len(given) == len(places) else answering.keep
    store(session, survey, response, member, given, NOW)
    return True


def counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Response, Sheet, Answer)]


def together(database: Database, works: Sequence[Callable[[Session], bool]]) -> list[bool]:
    with processes(database) as opened:
        return at_once([partial(opened[n % len(opened)].transact, work) for n, work in enumerate(works)])


def test_of_an_organisation_one_answers(database: Database) -> None:
    survey, people = prepared(database, COLLEAGUES, per="organisation")
    works = [partial(give, survey_id=survey, member_id=member, answers={1: 3}) for member in people]
    assert sorted(together(database, works)) == [False] * (COLLEAGUES - 1) + [True]
    assert database.transact(counts) == [1, 1, 1]


@pytest.mark.parametrize("anonymous", [False, True])
def test_of_a_member_the_same_answer_again_and_again_is_one(database: Database, *, anonymous: bool) -> None:
    survey, [member] = prepared(database, 1, anonymous=anonymous)
    works = [partial(give, survey_id=survey, member_id=member, answers={1: 3, 2: 4}) for _time in range(COLLEAGUES)]
    assert together(database, works) == [True] * COLLEAGUES
    assert database.transact(counts) == [1, 1, 2]


def test_two_messengers_of_a_member_lose_neither_answer(database: Database) -> None:
    for _round in range(5):
        survey, [member] = prepared(database, 1)
        works = [partial(give, survey_id=survey, member_id=member, answers={place: place}) for place in (1, 2)]
        assert together(database, works) == [True, True]

        def kept(session: Session, survey: int = survey) -> tuple[list[int], bool]:
            sheet = session.scalars(select(Sheet).where(Sheet.survey_id == survey)).one()
            answers = session.scalars(select(Answer.value).where(Answer.sheet_key == sheet.key)).all()
            return sorted(answers), sheet.complete

        assert database.transact(kept) == ([1, 2], True)
