"""Of two who turn out to be one person, each survey has one answer and each declaration one signature."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import answering
from bot.core.clock import Clock
from storage.database import Database
from storage.declarations import Declaration, DeclarationState, Signature
from storage.members import Member
from storage.merging import repoint
from storage.responses import Answer, Response, Sheet
from storage.surveys import QuestionKind, Survey, questions_of
from tests.storage.asking import Asked, add_survey
from tests.storage.declaring import add_declaration
from tests.storage.people import add_member

HOW = Asked(QuestionKind.SCALE, "How was it?")
WHY = Asked(QuestionKind.TEXT, "Why?")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session
        session.rollback()


@pytest.fixture
def people(session: Session, clock: Clock) -> tuple[Member, Member]:
    """Who goes, and who is kept."""
    return add_member(session, clock, "1", channel="whatsapp"), add_member(session, clock, "2")


def give(session: Session, survey: Survey, member: Member, now: datetime, *answers: Any) -> Response:
    """Answer the first questions; complete where all are."""
    questions = questions_of(session, survey.id)
    values = {question.id: answer for question, answer in zip(questions, answers, strict=False)}
    response = answering.begin(session, survey, member, now)
    store = answering.complete if len(answers) == len(questions) else answering.keep
    store(session, survey, response, member, values, now)
    return response


def kept(session: Session, survey: Survey) -> list[tuple[str, int, list[Any]]]:
    """Holder, member and answers of each response."""
    session.expire_all()
    found = session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
    answers = [[*answering.answers_of(session, response).values()] for response in found]
    return [(each.holder, each.member_id, given) for each, given in zip(found, answers, strict=True)]


def test_what_the_one_answered_the_other_did(session: Session, clock: Clock, people: tuple[Member, Member]) -> None:
    gone, stays = people
    survey = add_survey(session, HOW, WHY)
    give(session, survey, gone, clock.now(), 3)
    repoint(session, gone.id, stays.id, clock.now())
    assert kept(session, survey) == [(f"m{stays.id}", stays.id, [3])]


@pytest.mark.parametrize("first_goes", [True, False])
def test_of_two_answers_the_complete_one_counts(
    session: Session, clock: Clock, people: tuple[Member, Member], *, first_goes: bool
) -> None:
    survey = add_survey(session, HOW, WHY)
    one, other = people if first_goes else people[::-1]
    give(session, survey, one, clock.now(), 1, "So")
    give(session, survey, other, clock.now() + timedelta(hours=1), 2)
    gone, stays = people
    repoint(session, gone.id, stays.id, clock.now())
    assert kept(session, survey) == [(f"m{stays.id}", stays.id, [1, "So"])]
    assert len(session.scalars(select(Sheet)).all()) == 1
    assert len(session.scalars(select(Answer)).all()) == 2


@pytest.mark.parametrize("first_goes", [True, False])
def test_of_two_complete_answers_the_later_counts(
    session: Session, clock: Clock, people: tuple[Member, Member], *, first_goes: bool
) -> None:
    survey = add_survey(session, HOW)
    one, other = people if first_goes else people[::-1]
    give(session, survey, one, clock.now(), 1)
    give(session, survey, other, clock.now() + timedelta(hours=1), 2)
    gone, stays = people
    repoint(session, gone.id, stays.id, clock.now())
    assert kept(session, survey) == [(f"m{stays.id}", stays.id, [2])]


def test_an_answer_for_the_organisation_stays_the_organisations(
    session: Session, clock: Clock, people: tuple[Member, Member]
) -> None:
    gone, stays = people
    survey = add_survey(session, HOW, per="organisation")
    response = give(session, survey, gone, clock.now(), 4)
    response.holder = "o7"
    session.flush()
    repoint(session, gone.id, stays.id, clock.now())
    assert kept(session, survey) == [("o7", stays.id, [4])]


def sign(session: Session, clock: Clock, member: Member, name: str, **changes: Any) -> None:
    declaration = session.scalars(select(Declaration)).first()
    if declaration is None:
        declaration = Declaration(state=DeclarationState.OPEN, source="en", titles={}, texts={}, audience={},
                                  created_at=clock.now())  # fmt: skip
        session.add(declaration)
        session.flush()
    plain = {"declaration_id": declaration.id, "member_id": member.id, "name": name, "country": "AZ",
             "language": "en", "frozen": "", "signed_at": clock.now()}  # fmt: skip
    session.add(Signature(**(plain | changes)))
    session.flush()


def names(session: Session) -> list[tuple[str, int | None]]:
    session.expire_all()
    return [(each.name, each.member_id) for each in session.scalars(select(Signature))]


def test_what_the_one_signed_the_other_did(session: Session, clock: Clock, people: tuple[Member, Member]) -> None:
    gone, stays = people
    sign(session, clock, gone, "Gone")
    repoint(session, gone.id, stays.id, clock.now())
    assert names(session) == [("Gone", stays.id)]


@pytest.mark.parametrize(
    ("gone_changes", "kept_changes", "stands"),
    [({}, {}, "Gone"), ({"withdrawn_at": True}, {}, "Kept"), ({}, {"withdrawn_at": True}, "Gone")],
)
def test_of_two_signatures_the_one_that_stands_counts_or_the_earlier(
    session: Session, clock: Clock, people: tuple[Member, Member], gone_changes: dict[str, Any],
    kept_changes: dict[str, Any], stands: str,
) -> None:  # fmt: skip
    gone, stays = people
    sign(session, clock, gone, "Gone", **dict.fromkeys(gone_changes, clock.now()))
    later = {"signed_at": clock.now() + timedelta(hours=1)}
    sign(session, clock, stays, "Kept", **later, **dict.fromkeys(kept_changes, clock.now()))
    repoint(session, gone.id, stays.id, clock.now())
    assert names(session) == [(stands, stays.id)]


def test_what_the_one_wrote_is_the_others(session: Session, clock: Clock, people: tuple[Member, Member]) -> None:
    gone, stays = people
    survey, declaration = add_survey(session, author_id=gone.id), add_declaration(session, author_id=gone.id)
    repoint(session, gone.id, stays.id, clock.now())
    session.expire_all()
    assert (survey.author_id, declaration.author_id) == (stays.id, stays.id)
