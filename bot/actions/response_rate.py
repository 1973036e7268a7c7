"""How many of those who were asked have answered, of everybody and by topic or region, as it is at this moment."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from bot.actions import appeals, surveys, telling
from bot.actions.memberships import CONFIRMED
from storage.members import Member, Subscription
from storage.outbox import ARRIVED, OutboxRow, OutboxState
from storage.responses import Response
from storage.surveys import Survey

ASKED: Final = (*ARRIVED, OutboxState.DOUBT)
"""Fates of a message that asks: it reached the person, or may have."""


class Rate(NamedTuple):
    """How many were asked, began and finished: members, or organisations where each answers once.

    Attributes:
        asked: also who takes part unasked, as with a forwarded link. Nobody who was erased since.
    """

    asked: int = 0
    begun: int = 0
    completed: int = 0

    @property
    def share(self) -> float:
        """The response rate, from 0 to 1."""
        return self.completed / self.asked if self.asked else 0.0


def rate(session: Session, survey: Survey) -> Rate:
    """Of everybody."""
    return rates(session, survey, "").get("", Rate())


def rates(session: Session, survey: Survey, by: str) -> dict[str, Rate]:
    """By "region" or "topics" ("" for the whole), the most asked first.

    Who follows two topics counts in both; so does an organisation that was asked in two regions, with its one answer.
    """
    people = _asked(session, survey).union(_taking_part(survey)).subquery()
    theirs = and_(Response.survey_id == survey.id, Response.holder == people.c.holder)
    done = case((Response.completed_at.is_not(None), Response.holder))
    counts = (func.count(each.distinct()) for each in (people.c.holder, Response.holder, done))
    query = (
        select(*counts).select_from(people).join(Member, Member.id == people.c.member_id).outerjoin(Response, theirs)
    )
    found = {part: Rate(*counted) for *counted, part in session.execute(_divided(query, survey, by)) if counted[0]}
    return dict(sorted(found.items(), key=lambda one: (-one[1].asked, one[0])))


def _asked(session: Session, survey: Survey) -> Select[int, str]:
    sent = [broadcast.id for broadcast in telling.publications(session, surveys.ABOUT, survey.id)]
    reached = select(OutboxRow.member_id).where(OutboxRow.broadcast_id.in_(sent), OutboxRow.state.in_(ASKED))
    return select(Member.id.label("member_id"), _holder(survey).label("holder")).where(Member.id.in_(reached))


def _taking_part(survey: Survey) -> Select[int, str]:
    return select(Response.member_id, Response.holder).where(Response.survey_id == survey.id)


def _divided(query: Select[*tuple[Any, ...]], survey: Survey, by: str) -> Select[*tuple[Any, ...]]:
    match by:
        case "region":
            return query.add_columns(Member.region).group_by(Member.region)
        case "topics":
            wanted = appeals.audience_of(survey).topics
            query = query.join(Subscription, Subscription.member_id == Member.id)
            query = query.where(Subscription.topic.in_(wanted)) if wanted else query
            return query.add_columns(Subscription.topic).group_by(Subscription.topic)
        case _:
            return query.add_columns(literal(""))


def _holder(survey: Survey) -> ColumnElement[str]:
    """Whose answer a member's would be; see `answering.holder_of`."""
    own = literal("m") + cast(Member.id, String)
    if survey.per != "organisation":
        return own
    speaks = and_(Member.organisation_id.is_not(None), Member.membership == CONFIRMED)
    return case((speaks, literal("o") + cast(Member.organisation_id, String)), else_=own)
