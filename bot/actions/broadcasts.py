"""What can be done with a broadcast: fire it, write its rows, pause and resume it, and notice that it is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from storage.audiences import Audience, count
from storage.broadcasts import Broadcast, BroadcastState
from storage.delivery import tally, unfinished
from storage.fanout import fan_out, skip
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import UNFINISHED, OutboxRow
from storage.staff import AuditEntry, record


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
    """Write or skip the next slice of the broadcast's rows; False once there is none.

    Args:
        channels: those that are connected; who is on another one is skipped, since nobody would ever send it.
    """
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state == BroadcastState.CANCELLED:
        return skip(session, broadcast_id, "cancelled", now)
    if broadcast.state not in {BroadcastState.SENDING, BroadcastState.PAUSED}:
        return False
    if broadcast.fanned_at is None:
        return fan_out(session, broadcast, now) or True
    return any(skip(session, broadcast_id, "closed", now, *gap) for gap in _between(sorted(channels)))


def finish(session: Session, broadcast_id: int, now: datetime) -> bool:
    """Close the broadcast if every one of its rows has an outcome; whether it is over. Cancelled stays cancelled."""
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state == BroadcastState.CANCELLED:
        return not unfinished(session, broadcast_id)
    if broadcast.state == BroadcastState.DONE or not settled(session, broadcast):
        return False
    broadcast.state = BroadcastState.DONE
    broadcast.finished_at = now
    return True


def settled(session: Session, broadcast: Broadcast) -> bool:
    """Whether all of its rows are written and have an outcome, so that nobody waits for it."""
    return broadcast.fanned_at is not None and not unfinished(session, broadcast.id)


def pause(session: Session, broadcast_id: int, actor_id: int | None, reason: str, now: datetime) -> bool:
    """Stop claiming its rows; what is in flight arrives. `reason` is "" when a person asked."""
    return _move(session, broadcast_id, BroadcastState.SENDING, BroadcastState.PAUSED, actor_id, now, reason=reason)


def resume(session: Session, broadcast_id: int, actor_id: int | None, now: datetime) -> bool:
    finished = sum(each.rows for each in tally(session, broadcast_id) if each.state not in UNFINISHED)
    moved = (BroadcastState.PAUSED, BroadcastState.SENDING)
    return _move(session, broadcast_id, *moved, actor_id, now, reason="", finished=finished)


def pace_since(session: Session, broadcast: Broadcast) -> tuple[datetime | None, int]:
    """Since when it has been sending without a pause, and how many rows had an outcome by then."""
    of_it = AuditEntry.detail["broadcast"].as_integer() == broadcast.id
    resumed = select(AuditEntry).where(AuditEntry.action == f"broadcast.{BroadcastState.SENDING}", of_it)
    entry = session.scalar(resumed.order_by(AuditEntry.id.desc()).limit(1))
    return (broadcast.fired_at, 0) if entry is None else (entry.at, entry.detail.get("finished", 0))


def cancel(session: Session, broadcast_id: int, actor_id: int | None, now: datetime) -> bool:
    """Send no more of it; `advance` skips the rows that have not left. False when nobody waits for it."""
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    if waiting(session, broadcast) == 0:
        return False
    broadcast.state = BroadcastState.CANCELLED
    broadcast.finished_at = now
    record(session, now, actor_id, "broadcast.cancel", broadcast=broadcast_id)
    return True


def waiting(session: Session, broadcast: Broadcast) -> int:
    """How many would not get it if it were cancelled now; 0 once it is over."""
    if broadcast.state in {BroadcastState.DONE, BroadcastState.CANCELLED}:
        return 0
    counted = tally(session, broadcast.id)
    written = sum(each.rows for each in counted)
    left = sum(each.rows for each in counted if each.state in UNFINISHED)
    if broadcast.fanned_at is not None:
        return left
    audience = sum(part.members for part in count(session, Audience.from_json(broadcast.audience)))
    return left + max(0, audience - written)


def _between(channels: Sequence[str]) -> list[list[ColumnElement[bool]]]:
    """Conditions for every channel but these, as ranges: each is a look into an index, however many rows there are."""
    above = [[], *([OutboxRow.channel > channel] for channel in channels)]
    below = [*([OutboxRow.channel < channel] for channel in channels), []]
    return [[*low, *high] for low, high in zip(above, below, strict=True)]


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
