"""Answers to surveys: each counts once, for whom it is given, on whichever messenger; anonymous ones know nobody.

Whoever changes the answer of a member or an organisation first locks its response, so that two messages about it that
are handled at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from bot.actions.memberships import CONFIRMED
from bot.actions.question_words import codes
from bot.actions.telling import publications
from storage.base import UNHEEDED, insert_for
from storage.broadcasts import Broadcast, BroadcastKind
from storage.members import Member, members_of, topics_of
from storage.newsletters import Newsletter
from storage.outbox import WAITING, OutboxRow, OutboxState
from storage.responses import Answer, Response, Sheet, erase, new_key, response_of
from storage.surveys import Question, Survey, SurveyState, questions_of

ANSWERED: Final = "answered"
"""Why a nudge is skipped: they answered before it could leave."""


class Taken(Exception):  # noqa: N818 - not an error: a colleague was first
    """Somebody else answers for the organisation; see `take_over`."""


def holder_of(survey: Survey, member: Member) -> str:
    """Whose one answer it is: "o7" where it is asked of organisations and the member speaks for one, else "m12"."""
    if survey.per == "organisation" and member.organisation_id is not None and member.membership == CONFIRMED:
        return f"o{member.organisation_id}"
    return f"m{member.id}"


def response_for(session: Session, survey: Survey, member: Member, *, lock: bool = False) -> Response | None:
    """The holder's, or what they answered for themselves before they spoke for the organisation; that is its, too."""
    response = response_of(session, survey.id, holder_of(survey, member), lock=lock)
    return response or response_of(session, survey.id, f"m{member.id}", lock=lock)


def is_open(survey: Survey, now: datetime) -> bool:
    """Whether it takes answers. What is published says so a moment before the survey itself does."""
    if survey.closes_at is not None and survey.closes_at <= now:
        return False
    session = object_session(survey)
    if survey.state == SurveyState.DRAFT and session is not None:
        return bool(publications(session, "survey", survey.id))
    return survey.state == SurveyState.OPEN


def begin(session: Session, survey: Survey, member: Member, now: datetime) -> Response:
    """The holder's response, locked; a new one where there is none.

    Raises:
        Taken: it is a colleague's, see `is_taken`.
    """
    response = _response(session, survey, member, now)
    if response.member_id != member.id:
        raise Taken
    return response


def is_taken(session: Session, survey: Survey, member: Member, *, lock: bool = False) -> Response | None:
    """The response of another representative of the organisation, who answers or answered; None where there is none."""
    response = response_of(session, survey.id, holder_of(survey, member), lock=lock)
    return response if response is not None and response.member_id != member.id else None


def take_over(session: Session, survey: Survey, member: Member, now: datetime) -> Response:
    """Answer for the organisation from now on, where a colleague did; their answers stay as they are."""
    response = _response(session, survey, member, now)
    response.member_id = member.id
    session.flush()
    return response


def answers_of(session: Session, response: Response) -> dict[int, Any]:
    """By question id, as stored; of an anonymous survey none are known."""
    if response.sheet_key is None:
        return {}
    found = select(Answer.question_id, Answer.value).where(Answer.sheet_key == response.sheet_key)
    return {question_id: value for question_id, value in session.execute(found)}  # noqa: C416 - rows are not pairs to mypy


def applying(questions: Sequence[Question], answers: Mapping[int, Any]) -> list[Question]:
    """Those that are asked of somebody who answered so."""
    asked: list[Question] = []
    for question in questions:
        given = {each.id: each for each in asked}.get(question.only_if.get("question", 0))
        if not question.only_if or (given is not None and _holds(question, given, answers)):
            asked.append(question)
    return asked


def keep(
    session: Session,
    survey: Survey,
    response: Response,
    member: Member,
    answers: Mapping[int, Any],
    now: datetime,  # noqa: ARG001 - either this or `complete` is called
) -> None:
    """Make the sheet of a named survey so: what is absent, None or does not apply is deleted.

    With a needed answer missing that others made needed, it does not count any more: they stand half way again.

    Args:
        response: locked, from `begin`.

    Raises:
        ValueError: the survey is anonymous; its answers are written when they are complete.
    """
    if survey.anonymous:
        raise ValueError("answers to an anonymous survey are not kept before they are complete")
    questions = questions_of(session, survey.id)
    sheet = session.get(Sheet, response.sheet_key) if response.sheet_key else None
    if sheet is None:
        sheet = _new_sheet(session, survey, member)
        response.sheet_key = sheet.key
    applied = applying(questions, answers)
    _write(session, sheet, {question.id: answers.get(question.id) for question in applied})
    if any(question.required and answers.get(question.id) is None for question in applied):
        sheet.complete, response.completed_at = False, None
    session.flush()


def complete(
    session: Session, survey: Survey, response: Response, member: Member, answers: Mapping[int, Any], now: datetime
) -> None:
    """Every question that applies is answered: it counts. An anonymous answer counts once, and never changes.

    Args:
        response: locked, from `begin`.
    """
    if survey.anonymous:
        if response.completed_at is None:
            sheet = _new_sheet(session, survey, member)
            questions = applying(questions_of(session, survey.id), answers)
            _write(session, sheet, {question.id: answers.get(question.id) for question in questions})
            sheet.complete = True
    else:
        keep(session, survey, response, member, answers, now)
        session.get_one(Sheet, response.sheet_key).complete = True
    response.completed_at = response.completed_at or now
    session.flush()
    _drop_nudges(session, survey, response, now)


def retract(session: Session, survey: Survey, member: Member) -> bool:
    """Take the member's answer back: it is not counted any more, as if it had not been given.

    Returns:
        Whether there was one that could be taken back; of an anonymous survey, and a colleague's, nothing can.
    """
    response = response_of(session, survey.id, holder_of(survey, member), lock=True)
    if response is None or response.member_id != member.id or survey.anonymous:
        return False
    erase(session, [response])
    return True


def _response(session: Session, survey: Survey, member: Member, now: datetime) -> Response:
    """The holder's, locked; whoever else makes it at the same time, there is one."""
    holder, response = holder_of(survey, member), response_for(session, survey, member, lock=True)
    if response is None:
        row = insert_for(session)(Response).values(
            survey_id=survey.id, holder=holder, member_id=member.id, begun_at=now
        )
        session.execute(row.on_conflict_do_nothing())
        response = response_of(session, survey.id, holder, lock=True)
    assert response is not None  # noqa: S101 - it was there, or is now
    response.holder = holder
    session.flush()
    return response


def _new_sheet(session: Session, survey: Survey, member: Member) -> Sheet:
    topics = sorted(topics_of(session, member.id))
    sheet = Sheet(key=new_key(), survey_id=survey.id, language=member.language, region=member.region, topics=topics)
    session.add(sheet)
    session.flush()
    return sheet


def _write(session: Session, sheet: Sheet, answers: Mapping[int, Any]) -> None:
    """Make the answers of the sheet these; None is no answer."""
    found = select(Answer).where(Answer.sheet_key == sheet.key).execution_options(populate_existing=True)
    known = {answer.question_id: answer for answer in session.scalars(found)}
    given = {question_id: value for question_id, value in answers.items() if value is not None}
    for question_id in known.keys() - given.keys():
        session.delete(known[question_id])
    for question_id, value in given.items():
        if question_id in known:
            known[question_id].value = value
        else:
            session.add(Answer(sheet_key=sheet.key, question_id=question_id, value=value))
    session.flush()


def _holds(question: Question, given: Question, answers: Mapping[int, Any]) -> bool:
    answer = answers.get(given.id)
    return answer is not None and not set(question.only_if["codes"]).isdisjoint(codes(given, answer))


def _drop_nudges(session: Session, survey: Survey, response: Response, now: datetime) -> None:
    """Whoever this answer is for needs no reminder that still waits, for the morning or a bell."""
    whose = int(response.holder[1:])
    colleagues = [member.id for member in members_of(session, whose)] if response.holder.startswith("o") else []
    nudges = select(Broadcast.id).join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
    nudges = nudges.where(
        Newsletter.about == "survey", Newsletter.about_id == survey.id, Broadcast.kind == BroadcastKind.REMINDER
    )
    waiting = update(OutboxRow).where(
        OutboxRow.broadcast_id.in_(session.scalars(nudges).all()),
        OutboxRow.member_id.in_({response.member_id, *colleagues}),
        OutboxRow.state.in_(WAITING),
    )
    skipped = {"state": OutboxState.SKIPPED, "reason": ANSWERED, "settled_at": now}
    session.execute(waiting.values(**skipped), execution_options=UNHEEDED)
