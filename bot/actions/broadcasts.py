"""What can be done with a broadcast: fire it, write its rows, pause and resume it, and notice that it is done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.delivery import unfinished
from storage.fanout import fan_out
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState
from storage.staff import record


def fire(session: Session, newsletter: Newsletter, author: MemberAddress, now: datetime) -> Broadcast:
    """Send the newsletter to its audience as it is now. The rows are written by `advance`."""
    broadcast = Broadcast(
        newsletter_id=newsletter.id,
        author_id=author.member_id,
        author_address_id=author.id,
        state=BroadcastState.SENDING,
        audience=newsletter.audience,
        created_at=now,
        fired_at=now,
    )
    session.add(broadcast)
    session.flush()
    record(session, now, author.member_id, "broadcast.fire", broadcast=broadcast.id, audience=newsletter.audience)
    return broadcast


def advance(session: Session, broadcast_id: int, channels: Collection[str], now: datetime) -> bool:
    """Write the next slice of the broadcast's rows; False once all are written or it is not sending any more.

    Args:
        channels: those that are connected; who is on another one is skipped, since nobody would ever send it.
    """
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state == BroadcastState.CANCELLED:
        _skip(session, broadcast_id, "cancelled", now)  # what was in flight may have come back since
    if broadcast.state not in {BroadcastState.SENDING, BroadcastState.PAUSED} or broadcast.fanned_at is not None:
        return False
    more = fan_out(session, broadcast, now)
    if not more:
        _skip(session, broadcast_id, "closed", now, OutboxRow.channel.not_in(channels))
    return more


def finish(session: Session, broadcast_id: int, now: datetime) -> bool:
    """Close the broadcast if every one of its rows has an outcome; whether it is over. Cancelled stays cancelled."""
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state == BroadcastState.CANCELLED:
        return not unfinished(session, broadcast_id)
    if broadcast.state != BroadcastState.SENDING or broadcast.fanned_at is None or unfinished(session, broadcast_id):
        return False
    broadcast.state = BroadcastState.DONE
    broadcast.finished_at = now
    return True


def pause(session: Session, broadcast_id: int, actor_id: int | None, reason: str, now: datetime) -> bool:
    """Stop claiming its rows; what is in flight arrives. `reason` is "" when a person asked."""
    return _move(session, broadcast_id, BroadcastState.SENDING, BroadcastState.PAUSED, actor_id, now, reason=reason)


def resume(session: Session, broadcast_id: int, actor_id: int | None, now: datetime) -> bool:
    return _move(session, broadcast_id, BroadcastState.PAUSED, BroadcastState.SENDING, actor_id, now, reason="")


def cancel(session: Session, broadcast_id: int, actor_id: int | None, now: datetime) -> bool:
    """Send no more of it: rows that have not left are skipped, and count as such."""
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state in {BroadcastState.DONE, BroadcastState.CANCELLED}:
        return False
    _skip(session, broadcast_id, "cancelled", now)
    broadcast.state = BroadcastState.CANCELLED
    broadcast.finished_at = now
    record(session, now, actor_id, "broadcast.cancel", broadcast=broadcast_id)
    return True


def _skip(session: Session, broadcast_id: int, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """Skip what has not left: all of it, or those rows."""
    waiting = (OutboxRow.broadcast_id == broadcast_id, OutboxRow.state == OutboxState.QUEUED, *which)
    session.execute(
        update(OutboxRow).where(*waiting).values(state=OutboxState.SKIPPED, reason=reason, settled_at=now),
        execution_options={"synchronize_session": False},
    )


def _move(
    session: Session,
    broadcast_id: int,
    old: BroadcastState,
    new: BroadcastState,
    actor_id: int | None,
    now: datetime,
    **detail: Any,  # noqa: ANN401 - JSON for the audit log
) -> bool:
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state != old:
        return False
    broadcast.state = new
    broadcast.pause_reason = detail["reason"]
    record(session, now, actor_id, f"broadcast.{new}", broadcast=broadcast_id, **detail)
    return True
