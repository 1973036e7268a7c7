"""Surveys that are open before a conversation begins, who answers them, and what is stored of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.organisations import find_or_add
from storage.members import Member, MemberAddress
from storage.responses import Answer, Response, Sheet
from storage.surveys import Question, Survey, SurveyState
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.storage.asking import Asked, add_survey


class Kept(NamedTuple):
    """A sheet: its answers by the place of their question."""

    answers: dict[int, Any]
    complete: bool


def opened(office: Office, *questions: Asked, **changes: Any) -> int:
    """An open survey for everybody; returns its id."""
    return office.database.transact(lambda session: add_survey(session, *questions, **changes).id)


def closes(office: Office, survey_id: int) -> None:
    """It closes, as by hand."""

    def write(session: Session) -> None:
        survey = session.get_one(Survey, survey_id)
        survey.state, survey.closed_at = SurveyState.CLOSED, office.clock.now()

    office.database.transact(write)


def sheets(office: Office, survey_id: int) -> list[Kept]:
    """What is stored of it, the shortest sheet first."""

    def read(session: Session) -> list[Kept]:
        found = session.scalars(select(Sheet).where(Sheet.survey_id == survey_id))
        return sorted((Kept(_answers(session, sheet.key), sheet.complete) for sheet in found), key=repr)

    return office.database.transact(read)


def responses(office: Office, survey_id: int) -> list[tuple[str, int, bool, bool]]:
    """Holder, member, whether it is complete, and whether it leads to its answers."""

    def read(session: Session) -> list[tuple[str, int, bool, bool]]:
        found = session.scalars(select(Response).where(Response.survey_id == survey_id).order_by(Response.id))
        return [(each.holder, each.member_id, each.completed_at is not None, bool(each.sheet_key)) for each in found]

    return office.database.transact(read)


def second_phone(office: Office, person: Person, shape: str, user: str) -> Person:
    """Another messenger of the same member."""
    phone, member_id, now = office.person(shape, user), office.id_of(person), office.clock.now()

    def write(session: Session) -> None:
        session.add(MemberAddress(channel=phone.channel, user=phone.user, member_id=member_id, preferred=False,
                                  created_at=now, last_inbound_at=now))  # fmt: skip

    office.database.transact(write)
    return phone


def speak_for(office: Office, name: str, *people: Person) -> None:
    """They are confirmed as representatives of this organisation."""
    ids = [office.id_of(person) for person in people]

    def confirm(session: Session) -> None:
        organisation = find_or_add(session, name, office.clock.now())
        for member_id in ids:
            member = session.get_one(Member, member_id)
            member.organisation_id, member.membership = organisation.id, "confirmed"

    office.database.transact(confirm)


def _answers(session: Session, key: str) -> dict[int, Any]:
    found = select(Question.position, Answer.value).join(Question, Question.id == Answer.question_id)
    return {place: value for place, value in session.execute(found.where(Answer.sheet_key == key))}  # noqa: C416 - as mypy sees rows
