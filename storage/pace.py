"""How fast a broadcast may go, where its author wants it slower: over all processes and channels, across restarts.

What it leaves of a channel's rate is anybody's, as in `storage.lanes`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast
from storage.lanes import FARTHEST, Allowance


def allowance(session: Session, broadcast_id: int, ahead: timedelta, now: datetime) -> Allowance | None:
    """What of a broadcast with a rate may be claimed now without leaving later than `now + ahead`.

    None while another process claims of it, which is over in a moment.
    """
    locked = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update(skip_locked=True, key_share=True)
    broadcast = session.scalar(locked.execution_options(populate_existing=True))
    if broadcast is None or not broadcast.rate:
        return None
    starts_at = max(broadcast.next_at or now, now)
    if starts_at > now + FARTHEST:
        starts_at = now  # the clock was put back since
    room = (now + ahead - starts_at).total_seconds()
    return Allowance(int(room * broadcast.rate) + 1 if room >= 0 else 0, starts_at)


def spend(session: Session, broadcast_id: int, messages: int, starts_at: datetime) -> None:
    """Book the messages that were claimed under an allowance, in the same transaction."""
    broadcast = session.get_one(Broadcast, broadcast_id)
    if messages and broadcast.rate:
        broadcast.next_at = starts_at + timedelta(seconds=messages / broadcast.rate)
        session.flush()


def set_rate(session: Session, broadcast_id: int, rate: float | None) -> None:
    """From the next claim on, within a moment; None for all that the channels allow."""
    broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
    broadcast.rate, broadcast.next_at = rate, None
