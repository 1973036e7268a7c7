"""What follows a broadcast goes to the rows of that, slice by slice: another try, a correction, a recall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.fanout import SLICE, fresh, write_rows
from storage.lanes import at_rest
from storage.outbox import IS_MOVING, OutboxRow, OutboxState


def in_flight(session: Session, follower: Broadcast, channels: Collection[str]) -> bool:
    """Whether any message of what this one follows, or of its files, is on its way at this moment.

    For a recall, also one of its corrections. Another correction need not wait for those: whoever is getting one now
    gets that as well.
    """
    at_rest(session, channels)
    original_id = original_of(follower)
    ids = [original_id]
    if follower.kind == BroadcastKind.RECALL:
        others = select(Broadcast.id).where(Broadcast.original_id == original_id, Broadcast.id != follower.id)
        ids += session.scalars(others)
    sending = select(OutboxRow.id).where(IS_MOVING, OutboxRow.state == OutboxState.SENDING)
    sending = sending.where(OutboxRow.channel.in_(channels)).limit(1)
    which = (OutboxRow.broadcast_id.in_(ids), is_file_of(original_id))
    return any(session.scalar(sending.where(rows)) is not None for rows in which)


def is_awaited(session: Session, original_id: int) -> bool:
    """Whether a correction of it, or a recall, has yet to begin with its rows."""
    running = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    unwritten = (Broadcast.fanned_at.is_(None), Broadcast.fanned_to == 0)
    awaited = select(Broadcast.id).where(Broadcast.original_id == original_id, running, *unwritten)
    return session.scalar(awaited.limit(1)) is not None


def last_of_slice(session: Session, broadcast_id: int, after: int) -> int | None:
    """The last member of a broadcast's next rows; None when there is none more.

    By member, for which there is an index; whoever was erased has none, and is out of reach.
    """
    ahead = select(OutboxRow.member_id).where(OutboxRow.broadcast_id == broadcast_id, OutboxRow.member_id > after)
    slice_ = ahead.order_by(OutboxRow.member_id).limit(SLICE).subquery()
    last: int | None = session.scalar(select(func.max(slice_.c.member_id)))
    return last


def next_slice(session: Session, follower: Broadcast) -> tuple[int, int | None]:
    """The broadcast it follows, and the last member of the next rows of that, as `last_of_slice`."""
    original_id = original_of(follower)
    return original_id, last_of_slice(session, original_id, follower.fanned_to)


def write(session: Session, follower: Broadcast, original_id: int, last: int | None, now: datetime,
          which: Sequence[ColumnElement[bool]], changes: dict[str, ColumnElement[Any]]) -> None:  # fmt: skip
    """Write a row for each of the original's rows up to this member, or for those without one (`last` None).

    Args:
        which: which of those rows.
        changes: the columns that are not as in the original.
    """
    theirs: ColumnElement[bool] = OutboxRow.member_id.is_(None)
    if last is not None:
        theirs = and_(OutboxRow.member_id > follower.fanned_to, OutboxRow.member_id <= last)
    same = {name: getattr(OutboxRow, name) for name in ("channel", "address_id", "member_id", "language")}
    columns = fresh(follower, now, **same | changes)
    rows = select(*columns.values()).where(OutboxRow.broadcast_id == original_id, theirs, *which)
    write_rows(session, columns, rows.order_by(OutboxRow.member_id))


def original_of(follower: Broadcast) -> int:
    """The broadcast it follows.

    Raises:
        ValueError: it follows none.
    """
    if follower.original_id is None:
        raise ValueError(f"broadcast {follower.id} follows no other")
    return follower.original_id


def is_file_of(original_id: int) -> ColumnElement[bool]:
    """It goes after a text that it could not stand beside."""
    text = aliased(OutboxRow)
    followed = select(text.id).where(text.id == OutboxRow.follows, text.broadcast_id == original_id).exists()
    return and_(OutboxRow.broadcast_id.is_(None), OutboxRow.follows.is_not(None), followed)
