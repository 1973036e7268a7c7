"""How many of those who were asked have answered, of everybody and by topic or region, as it is at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select
from sqlalchemy.orm import Session

from bot.actions import surveys, telling
from storage.members import Member, Subscription
from storage.outbox import ARRIVED, OutboxRow, OutboxState
from storage.responses import Response
from storage.surveys import Survey

ASKED: Final = (*ARRIVED, OutboxState.DOUBT)
"""Fates of a message that asks: it reached the person, or may have."""


class Rate(NamedTuple):
    """How many were asked, began and finished: members, or organisations where each answers once."""

    asked: int = 0
    begun: int = 0
    completed: int = 0

    @property
    def share(self) -> float:
        """The response rate, from 0 to 1. Who answers unasked, as with a forwarded link, counts as asked."""
        return self.completed / max(self.asked, self.completed) if self.completed else 0.0


def rate(session: Session, survey: Survey) -> Rate:
    """Of everybody."""
    return rates(session, survey, "").get("", Rate())


def rates(session: Session, survey: Survey, by: str) -> dict[str, Rate]:
    """By "region" or "topics" ("" for the whole), the most asked first; who follows two topics counts in both."""
    asked = _counted(session, _asked(session, survey), survey, by)
    begun = _counted(session, _responses(survey), survey, by)
    completed = _counted(session, _responses(survey).where(Response.completed_at.is_not(None)), survey, by)
    found = {key: Rate(asked.get(key, 0), begun.get(key, 0), completed.get(key, 0)) for key in {*asked, *begun}}
    return dict(sorted(found.items(), key=lambda one: (-one[1].asked, one[0])))


def _asked(session: Session, survey: Survey) -> Select[Any]:
    sent = [broadcast.id for broadcast in telling.publications(session, surveys.ABOUT, survey.id)]
    reached = select(OutboxRow.member_id).where(OutboxRow.broadcast_id.in_(sent), OutboxRow.state.in_(ASKED))
    return select(func.count(_holder(survey).distinct())).select_from(Member).where(Member.id.in_(reached))


def _responses(survey: Survey) -> Select[Any]:
    whose = Member.id == Response.member_id
    answered = select(func.count(Response.id)).select_from(Response).join(Member, whose)
    return answered.where(Response.survey_id == survey.id)


def _counted(session: Session, query: Select[Any], survey: Survey, by: str) -> Mapping[str, int]:
    match by:
        case "region":
            query = query.add_columns(Member.region).group_by(Member.region)
        case "topics":
            wanted = surveys.audience_of(survey).topics
            query = query.join(Subscription, Subscription.member_id == Member.id)
            query = query.where(Subscription.topic.in_(wanted)) if wanted else query
            query = query.add_columns(Subscription.topic).group_by(Subscription.topic)
        case _:
            query = query.add_columns(literal(""))
    return {key: counted for counted, key in session.execute(query)}


def _holder(survey: Survey) -> ColumnElement[str]:
    """Whose answer a member's would be; see `answering.holder_of`."""
    own = literal("m") + cast(Member.id, String)
    if survey.per != "organisation":
        return own
    return case((Member.organisation_id.is_not(None), literal("o") + cast(Member.organisation_id, String)), else_=own)
