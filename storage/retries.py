"""Another try: rows that did not arrive go back into the queue."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.broadcasts import Broadcast
from storage.followups import last_of_slice
from storage.members import Member, MemberAddress
from storage.outbox import MISSED, OutboxRow, OutboxState


def within_reach(session: Session, broadcast_id: int) -> dict[str, int]:
    """How many of the rows that were refused or skipped could be sent by now, by the reason they were not."""
    missed = select(OutboxRow.reason, func.count().label("rows")).where(
        OutboxRow.broadcast_id == broadcast_id, *_can_arrive()
    )
    return {row.reason: row.rows for row in session.execute(missed.group_by(OutboxRow.reason))}


def put_back(session: Session, broadcast: Broadcast, reasons: Collection[str], after: int) -> int | None:
    """Queue the next slice of the rows that were refused or skipped for these reasons, as if they had never been tried.

    Whoever cannot be reached stays as they are. What may have arrived keeps its doubt, so that nobody gets a second
    copy unnoticed, and the platform's id of the earlier try, so that late news of that one is known for what it is.

    Args:
        after: look behind this member only.

    Returns:
        The last member that was looked at; None when there is nobody more.
    """
    last = last_of_slice(session, broadcast.id, after)
    if last is None:
        return None
    doubted = OutboxRow.doubts > 0
    afresh = {
        "state": OutboxState.QUEUED, "reason": "", "detail": "", "token": "", "attempts": 0, "not_before": None,
        "settled_at": None, "expires_at": broadcast.expires_at, "carrier": case((doubted, OutboxRow.carrier)),
        "rung_at": case((doubted, OutboxRow.rung_at)), "bell_id": case((doubted, OutboxRow.bell_id), else_=""),
    }  # fmt: skip
    slice_ = (OutboxRow.broadcast_id == broadcast.id, OutboxRow.member_id > after, OutboxRow.member_id <= last)
    again = update(OutboxRow).where(*slice_, *_can_arrive(), OutboxRow.reason.in_(reasons))
    session.execute(again.values(**afresh), execution_options=UNHEEDED)
    return last


def _can_arrive() -> tuple[ColumnElement[bool], ...]:
    """It was missed, and their address can be written to, or they allowed us to write to another one that can."""
    open_ = select(MemberAddress.id).where(MemberAddress.unreachable == "").correlate(OutboxRow)
    same = open_.where(MemberAddress.id == OutboxRow.address_id)
    other = open_.join(Member, Member.id == MemberAddress.member_id).where(
        Member.id == OutboxRow.member_id, Member.fallback
    )
    return OutboxRow.state.in_(MISSED), or_(same.exists(), other.exists())
