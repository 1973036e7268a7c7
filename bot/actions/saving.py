"""What a member makes of a call: it is saved, reminds before its deadline, and is found again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.calls import Call, CallMark, CallState
from storage.members import Member


def mark_of(session: Session, call_id: int, member_id: int) -> CallMark:
    """What the call is to the member, to be changed."""
    mark = session.get(CallMark, (call_id, member_id))
    if mark is None:
        mark = CallMark(call_id=call_id, member_id=member_id)
        session.add(mark)
        session.flush()
    return mark


def is_saved(session: Session, call: Call, member: Member) -> bool:
    mark = session.get(CallMark, (call.id, member.id))
    return mark is not None and mark.saved_at is not None


def save(session: Session, call: Call, member: Member, now: datetime) -> bool:
    """Keep it, also if it was not for them before; whether it was not kept already."""
    mark = mark_of(session, call.id, member.id)
    mark.declined_at, mark.reason = None, ""
    already, mark.saved_at = mark.saved_at, mark.saved_at or now
    return already is None


def let_go(session: Session, call: Call, member: Member) -> None:
    """It is not kept any more, and reminds of nothing."""
    mark = mark_of(session, call.id, member.id)
    mark.saved_at = mark.remind_at = None


def remind_at(session: Session, call: Call, member: Member, moment: datetime | None) -> None:
    """Remind the member then as well, or not at a moment of their own any more."""
    mark_of(session, call.id, member.id).remind_at = moment


def saved_by(session: Session, member: Member) -> list[Call]:
    """What the member saved: what is open, soonest deadline first, then what closed, the last one first."""
    kept = select(Call).join(CallMark, CallMark.call_id == Call.id)
    kept = kept.where(CallMark.member_id == member.id, CallMark.saved_at.is_not(None))
    calls = session.scalars(kept.where(Call.state.in_((CallState.OPEN, CallState.CLOSED)))).all()
    closed = [call for call in calls if call.state == CallState.CLOSED]
    closed.sort(key=lambda call: (call.closed_at or call.created_at, call.id), reverse=True)
    return [*soonest_first([call for call in calls if call.state == CallState.OPEN]), *closed]


def soonest_first(calls: list[Call]) -> list[Call]:
    """By deadline; those without one last."""
    return sorted(calls, key=lambda call: (call.deadline is None, call.deadline or call.created_at, call.id))
