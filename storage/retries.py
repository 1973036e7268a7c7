"""Another try: rows that did not arrive go back into the queue."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.broadcasts import Broadcast
from storage.followups import last_of_slice
from storage.outbox import MISSED, OutboxRow, OutboxState


def put_back(session: Session, broadcast: Broadcast, reasons: Collection[str], after: int) -> int | None:
    """Queue the next slice of the rows that were refused or skipped for these reasons, as if they had never been tried.

    What may have arrived keeps its doubt, so that nobody gets a second copy unnoticed, and the platform's id of the
    earlier try, so that late news of that one is known for what it is.

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
    again = update(OutboxRow).where(*slice_, OutboxRow.state.in_(MISSED), OutboxRow.reason.in_(reasons))
    session.execute(again.values(**afresh), execution_options=UNHEEDED)
    return last
