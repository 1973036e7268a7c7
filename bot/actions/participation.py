"""Which surveys are a member's: those that ask them, those they stopped in the middle of, and those they answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.answering import is_open, response_for
from bot.actions.telling import publications
from storage.audiences import Audience, matching, reached_through
from storage.members import Member
from storage.outbox import OutboxRow
from storage.responses import Response
from storage.surveys import Survey, SurveyState, surveys_in

_NEVER = datetime.max.replace(tzinfo=UTC)


def is_asked(session: Session, survey: Survey, member: Member) -> bool:
    """Whether it is for this member: they are among those it asks, were sent it, or take part already."""
    took_part = response_for(session, survey, member) is not None
    return took_part or _is_among(session, survey, member) or _was_sent(session, survey, member)


def to_answer(session: Session, member: Member, now: datetime) -> list[Survey]:
    """Open for them, and nobody began for them or their organisation; the one that closes next first."""
    return [survey for survey, response in _open(session, member, now) if response is None]


def halfway(session: Session, member: Member, now: datetime) -> list[Survey]:
    """Those they stopped in the middle of."""
    return [survey for survey, response in _open(session, member, now) if _mine(response, member, done=False)]


def answered(session: Session, member: Member) -> list[Survey]:
    """Those they answered, the newest first, open or closed."""
    states = (SurveyState.OPEN, SurveyState.CLOSED)
    found = select(Survey).join(Response, Response.survey_id == Survey.id).where(Survey.state.in_(states))
    mine = (Response.member_id == member.id, Response.completed_at.is_not(None))
    order = (Survey.published_at.desc(), Survey.id.desc())
    return list(session.scalars(found.where(*mine).order_by(*order)))


def _open(session: Session, member: Member, now: datetime) -> Iterator[tuple[Survey, Response | None]]:
    """What asks them and is open, with how far it is answered for them."""
    soonest = sorted(surveys_in(session, SurveyState.OPEN), key=lambda each: (each.closes_at or _NEVER, each.id))
    for survey in soonest:
        response = response_for(session, survey, member)
        if is_open(survey, now) and (response is not None or is_asked(session, survey, member)):
            yield survey, response


def _mine(response: Response | None, member: Member, *, done: bool) -> bool:
    return response is not None and response.member_id == member.id and (response.completed_at is not None) == done


def _is_among(session: Session, survey: Survey, member: Member) -> bool:
    audience = matching(Audience.from_json(survey.audience))
    found = reached_through(select(Member.id)).where(Member.id == member.id, audience)
    return session.scalar(found) is not None


def _was_sent(session: Session, survey: Survey, member: Member) -> bool:
    published = [broadcast.id for broadcast in publications(session, "survey", survey.id)]
    sent = select(OutboxRow.id).where(OutboxRow.broadcast_id.in_(published), OutboxRow.member_id == member.id)
    return session.scalar(sent.limit(1)) is not None
