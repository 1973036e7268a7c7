"""What can be done with a broadcast: fire it, write its rows, pause and resume it, and notice that it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.actions.retrying import RECALLED
from bot.actions.spreading import write_next
from bot.core.channel import Channel
from storage import pace
from storage.audiences import Audience, count
from storage.broadcasts import Broadcast, BroadcastState
from storage.delivery import tally, unfinished
from storage.fanout import abandon, skip
from storage.followups import is_awaited
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import UNFINISHED, OutboxRow, OutboxState
from storage.staff import AuditEntry, record


def begin(session: Session, newsletter: Newsletter, author: MemberAddress, state: BroadcastState,
          now: datetime) -> Broadcast:  # fmt: skip
    """Take the newsletter out of the drafts, to be sent to its audience once it is launched."""
    broadcast = Broadcast(
        newsletter_id=newsletter.id,
        author_id=author.member_id,
        author_address_id=author.id,
        state=state,
        audience=newsletter.audience,
        urgent=newsletter.urgent,
        expires_at=newsletter.useful_until,
        created_at=now,
    )
    session.add(broadcast)
    session.flush()
    return broadcast


def launch(session: Session, broadcast: Broadcast, actor_id: int | None, now: datetime) -> None:
    """Send it to its audience as that is now. The rows are written by `advance`."""
    broadcast.state = BroadcastState.SENDING
    broadcast.fired_at = now
    record(session, now, actor_id, "broadcast.fire", broadcast=broadcast.id, audience=broadcast.audience)


def fire(session: Session, newsletter: Newsletter, author: MemberAddress, now: datetime) -> Broadcast:
    """Send the newsletter at once."""
    broadcast = begin(session, newsletter, author, BroadcastState.SENDING, now)
    launch(session, broadcast, author.member_id, now)
    return broadcast


def advance(session: Session, broadcast_id: int, channels: Mapping[str, Channel], now: datetime) -> bool:
    """Write or skip the next slice of the broadcast's rows; False once there is none.

    Args:
        channels: those that are connected; who is on another one is skipped, since nobody would ever send it. What was
            left in flight there is in doubt for good.
    """
    broadcast = _locked_behind_original(session, broadcast_id)
    if broadcast.state == BroadcastState.CANCELLED:
        _let_original_go_on(session, broadcast, now)
        _leave_closed(session, broadcast, channels, now)
        reason = RECALLED if broadcast.pause_reason == RECALLED else "cancelled"
        return skip(session, broadcast_id, reason, now)
    if broadcast.state not in {BroadcastState.SENDING, BroadcastState.PAUSED}:
        return False
    written = broadcast.fanned_at is not None
    wrote = not written and write_next(session, broadcast, channels, now)
    if not written:
        _let_original_go_on(session, broadcast, now)
    useless = broadcast.expires_at is not None and broadcast.expires_at <= now
    if useless and skip(session, broadcast_id, "stale", now, OutboxRow.state == OutboxState.QUEUED):
        return True
    if not written:
        return wrote
    closed = _leave_closed(session, broadcast, channels, now)
    return any(skip(session, broadcast_id, "closed", now, *gap) for gap in closed)


def finish(session: Session, broadcast_id: int, now: datetime) -> bool:
    """Close the broadcast if every one of its rows has an outcome; whether it is over. Cancelled stays cancelled."""
    broadcast = _locked(session, broadcast_id)
    cancelled = broadcast.state == BroadcastState.CANCELLED
    over = not unfinished(session, broadcast_id) if cancelled else settled(session, broadcast)
    if broadcast.finished_at is not None or not over:
        return False
    if not cancelled:
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
    """Go on claiming its rows, but not while a correction has yet to note who got the old text."""
    if is_awaited(session, broadcast_id):
        return False
    finished = sum(each.rows for each in tally(session, broadcast_id) if each.state not in UNFINISHED)
    moved = (BroadcastState.PAUSED, BroadcastState.SENDING)
    return _move(session, broadcast_id, *moved, actor_id, now, reason="", finished=finished)


def set_rate(session: Session, broadcast: Broadcast, rate: float | None, actor_id: int, now: datetime) -> None:
    """Let it go so many messages a second at the most from now on, also once it is resumed; None for any number."""
    pace.set_rate(session, broadcast.id, rate)
    finished = sum(each.rows for each in tally(session, broadcast.id) if each.state not in UNFINISHED)
    record(session, now, actor_id, "broadcast.rate", broadcast=broadcast.id, rate=rate or 0, finished=finished)


def pace_since(session: Session, broadcast: Broadcast) -> tuple[datetime | None, int]:
    """Since when it has been sending without a pause at one rate, and how many rows had an outcome by then."""
    of_it = AuditEntry.detail["broadcast"].as_integer() == broadcast.id
    changed = (f"broadcast.{BroadcastState.SENDING}", "broadcast.rate")
    resumed = select(AuditEntry).where(AuditEntry.action.in_(changed), of_it)
    entry = session.scalar(resumed.order_by(AuditEntry.id.desc()).limit(1))
    return (broadcast.fired_at, 0) if entry is None else (entry.at, entry.detail.get("finished", 0))


def cancel(session: Session, broadcast_id: int, actor_id: int | None, now: datetime) -> bool:
    """Send no more of it; `advance` skips the rows that have not left. False when nobody waits for it."""
    broadcast = _locked(session, broadcast_id)
    if waiting(session, broadcast) == 0:
        return False
    broadcast.state = BroadcastState.CANCELLED
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


def _locked(session: Session, broadcast_id: int) -> Broadcast:
    """As it is now, whatever this session saw of it before: another process may have moved it."""
    return session.get_one(Broadcast, broadcast_id, with_for_update=True, populate_existing=True)


def _locked_behind_original(session: Session, broadcast_id: int) -> Broadcast:
    """What it follows is locked first, as an edit of that does: the other way round each would wait for the other."""
    original_id = session.scalar(select(Broadcast.original_id).where(Broadcast.id == broadcast_id))
    if original_id is not None:
        _locked(session, original_id)
    return _locked(session, broadcast_id)


def _let_original_go_on(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """Once a correction knows whom it goes to, or is cancelled, what it corrects goes on, if it was being sent."""
    over = broadcast.fanned_at is not None or broadcast.state == BroadcastState.CANCELLED
    if broadcast.original_id is not None and broadcast.resumes and over:
        broadcast.resumes = False
        resume(session, broadcast.original_id, None, now)


def _leave_closed(session: Session, broadcast: Broadcast, channels: Collection[str],
                  now: datetime) -> list[list[ColumnElement[bool]]]:  # fmt: skip
    """Leave in doubt what was in flight on channels that are not connected; returns where rows wait for them."""
    closed = [gap for gap in _between(sorted(channels)) if unfinished(session, broadcast.id, *gap)]
    for gap in closed:
        abandon(session, broadcast.id, now, *gap)
    return closed


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
    broadcast = _locked(session, broadcast_id)
    if broadcast.state != old:
        return False
    broadcast.state = new
    broadcast.pause_reason = detail["reason"]
    record(session, now, actor_id, f"broadcast.{new}", broadcast=broadcast_id, **detail)
    return True
