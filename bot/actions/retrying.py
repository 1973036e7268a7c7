"""Another try for those who did not receive a broadcast: the same rows once more, so that its numbers still add up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.delivery import tally, unfinished
from storage.facts import forget, recall, remember
from storage.followups import is_awaited
from storage.outbox import LOST, MISSED
from storage.retries import put_back, within_reach
from storage.staff import record

DOUBT: Final = "doubt"
"""Stands among the reasons for all that may have arrived."""

POINTLESS: Final = frozenset(
    {
        DOUBT,
        "left",
        "opted_out",
        "deactivated",
        "stale",
        "joined",
        "recalled",
        "undeletable",
        "uneditable",
    }
)
"""What another try would not change, or must not: who may have got it gets no second copy."""

RECALLED: Final = "recalled"
"""The `pause_reason` of a broadcast that was taken back: nothing of it is ever sent again."""


def missed(session: Session, broadcast_id: int) -> dict[str, int]:
    """How many did not receive it, by reason, the most frequent first."""
    reasons: dict[str, int] = {}
    for each in tally(session, broadcast_id):
        if each.state in LOST:
            reason = each.reason if each.state in MISSED else DOUBT
            reasons[reason] = reasons.get(reason, 0) + each.rows
    return dict(sorted(reasons.items(), key=lambda found: (-found[1], found[0])))


def worth(session: Session, broadcast_id: int) -> dict[str, int]:
    """Of these, for how many another try may change something: who blocked us must have come back first."""
    found = within_reach(session, broadcast_id)
    return {reason: rows for reason, rows in found.items() if reason not in POINTLESS}


def allowed(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Whether anybody may be tried again: not once it was taken back or is useless, nor while its rows are written.

    Nor while a correction has yet to note who got the old text.
    """
    useless = broadcast.expires_at is not None and broadcast.expires_at <= now
    if broadcast.pause_reason == RECALLED or useless or is_awaited(session, broadcast.id):
        return False
    if broadcast.state == BroadcastState.CANCELLED:
        return not unfinished(session, broadcast.id)
    running = {BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.DONE}
    return broadcast.state in running and broadcast.fanned_at is not None


def retry(session: Session, broadcast: Broadcast, reasons: Collection[str], actor_id: int, now: datetime) -> int:
    """Let those who did not receive it for these reasons have another try; returns how many they are.

    The rows are put back slice by slice by `put_back_next`; until then the list of rows is not finished, and the
    broadcast is not over. One that is paused stays so.
    """
    session.refresh(broadcast, with_for_update=True)
    found = {reason: rows for reason, rows in worth(session, broadcast.id).items() if reason in reasons}
    if not found or not allowed(session, broadcast, now):
        return 0
    remember(session, _key(broadcast), {"reasons": sorted(found), "after": 0})
    broadcast.fanned_at = None
    if broadcast.state != BroadcastState.PAUSED:
        broadcast.state, broadcast.pause_reason, broadcast.finished_at = BroadcastState.SENDING, "", None
    rows = sum(found.values())
    record(session, now, actor_id, "broadcast.retry", broadcast=broadcast.id, reasons=sorted(found), rows=rows)
    return rows


def put_back_next(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Put the next slice of rows back into the queue; False when no try was asked for."""
    asked = recall(session, _key(broadcast))
    if not asked:
        return False
    last = put_back(session, broadcast, asked["reasons"], asked["after"])
    if last is None:
        broadcast.fanned_at = now
        forget(session, _key(broadcast))
    else:
        remember(session, _key(broadcast), {**asked, "after": last})
    return True


def _key(broadcast: Broadcast) -> str:
    return f"retry:{broadcast.id}"
