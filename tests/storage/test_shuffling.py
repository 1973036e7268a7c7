"""What somebody who reads the database itself learns of an anonymous answer: nothing, once the survey is closed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.actions import answering, results, surveys
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.members import Member, find_address
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of
from tests.storage.people import add_member
from tests.storage.surveying import add_question, add_survey

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)

WRITTEN = "SELECT xmin::text, key FROM sheets ORDER BY ctid"


@pytest.fixture
def answered(database: Database, clock: Clock) -> int:
    """An anonymous survey that twelve people answered, each in a turn of their own."""

    def open_it(session: Session) -> int:
        survey = add_survey(session, anonymous=True)
        add_question(session, survey, 1, QuestionKind.NUMBER, "How many?")
        for place in range(12):
            add_member(session, clock, str(place))
        return survey.id

    def answer(session: Session, place: int) -> None:
        survey = session.get_one(Survey, survey_id)
        [question] = questions_of(session, survey_id)
        address = find_address(session, "telegram", str(place))
        assert address is not None
        member = session.get_one(Member, address.member_id)
        response = answering.begin(session, survey, member, NOW)
        answering.complete(session, survey, response, member, {question.id: place}, NOW)

    survey_id = database.transact(open_it)
    for place in range(12):
        database.transact(partial(answer, place=place))
    return survey_id


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_once_it_is_closed_no_transaction_and_no_order_links_an_answer_to_a_person(
    database: Database, network: Network, answered: int
) -> None:
    before = database.transact(lambda session: session.execute(text(WRITTEN)).all())
    answerers = database.transact(lambda session: session.execute(text("SELECT xmin::text FROM responses")).all())
    assert {number for number, _key in before} == {number for (number,) in answerers}

    def close(session: Session) -> None:
        surveys.end(session, session.get_one(Survey, answered), SurveyState.CLOSED, network, NOW)

    database.transact(close)
    after = database.transact(lambda session: session.execute(text(WRITTEN)).all())
    assert len({number for number, _key in after}) == 1
    assert [key for _number, key in after] == sorted(key for _number, key in after)
    assert {key for _number, key in after}.isdisjoint(key for _number, key in before)


def test_what_was_answered_stays(database: Database, network: Network, answered: int) -> None:
    def look(session: Session) -> list[results.Result]:
        return results.results(session, session.get_one(Survey, answered), questions_of(session, answered))

    def close(session: Session) -> None:
        surveys.end(session, session.get_one(Survey, answered), SurveyState.CLOSED, network, NOW)

    before = [result.counts for result in database.transact(look)]
    database.transact(close)
    database.transact(close)
    assert [result.counts for result in database.transact(look)] == before == [{str(n): 1 for n in range(12)}]
