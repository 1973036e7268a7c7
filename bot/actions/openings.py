"""The funding calls that one can apply to now: all of them, and those that concern a member."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.calls import audience_of
from bot.actions.concerning import concerns, interests_of
from bot.actions.saving import soonest_first
from storage.calls import Call, CallMark, CallState, calls_in
from storage.members import Member


def open_calls(session: Session, now: datetime) -> list[Call]:
    """Soonest deadline first."""
    calls = calls_in(session, CallState.OPEN)
    return soonest_first([call for call in calls if call.deadline is None or call.deadline > now])


def calls_for(session: Session, member: Member, now: datetime) -> list[Call]:
    """Those that concern this member and that they did not decline; of somebody we do not know yet, all."""
    calls = open_calls(session, now)
    if not member.registered:
        return calls
    interest = interests_of(session, [member])[member.id]
    declined = select(CallMark.call_id).where(CallMark.member_id == member.id, CallMark.declined_at.is_not(None))
    gone = set(session.scalars(declined))
    return [call for call in calls if call.id not in gone and concerns(audience_of(call), interest)]
