"""Writes a broadcast's outbox rows in slices: no reply waits for a large audience, and a kill loses nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session

from storage.audiences import Audience, matching, reached_through
from storage.base import insert_for
from storage.broadcasts import Broadcast
from storage.lanes import Lane
from storage.members import Member, MemberAddress
from storage.outbox import IS_HELD, IS_MOVING, OutboxRow, OutboxState

SLICE = 5_000
"""Members looked at in one transaction: about 60 ms on SQLite."""


def fan_out(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Write the rows of the next slice of members; False once the last one is written.

    Who matches, in which language and where they are reached, is frozen here, member by member.
    """
    audience = Audience.from_json(broadcast.audience)
    members = select(Member.id).where(Member.id > broadcast.fanned_to)
    if audience.chosen:
        members = reached_through(members).where(matching(audience))
    ahead = members.order_by(Member.id).limit(SLICE).subquery()
    last = session.scalar(select(func.max(ahead.c.id)))
    if last is None:
        broadcast.fanned_at = now
        return False
    rows = reached_through(
        select(
            MemberAddress.channel,
            MemberAddress.id,
            Member.id,
            literal(broadcast.id),
            Member.language,
            literal(OutboxState.QUEUED.value),
            literal(""),
            literal(""),
            literal(0),
            literal(0),
            literal(""),
            literal(""),
            literal(now, type_=OutboxRow.__table__.c.created_at.type),
            literal(broadcast.expires_at, type_=OutboxRow.__table__.c.expires_at.type),
            literal(""),
        )
    )
    rows = rows.where(Member.id > broadcast.fanned_to, Member.id <= last, matching(audience))
    columns = ["channel", "address_id", "member_id", "broadcast_id", "language", "state", "reason", "detail",
               "attempts", "doubts", "token", "external_id", "created_at", "expires_at",
               "bell_id"]  # fmt: skip
    written = insert_for(session)(OutboxRow).from_select(columns, rows.order_by(Member.id), include_defaults=False)
    session.execute(written.on_conflict_do_nothing())  # who joined two addresses meanwhile has a row already
    broadcast.fanned_to = last
    return True


def skip(session: Session, broadcast_id: int, reason: str, now: datetime, *which: ColumnElement[bool]) -> bool:
    """Skip the next slice of what has not left, all of it or those rows; False once there is none.

    From the end: PostgreSQL's index holds what is finished as well, and that stands before it.
    """
    waiting = select(OutboxRow.id).where(OutboxRow.broadcast_id == broadcast_id, *which)
    queued = waiting.where(OutboxRow.state == OutboxState.QUEUED, IS_MOVING)
    held = waiting.where(OutboxRow.state == OutboxState.HELD, IS_HELD)
    newest = (OutboxRow.channel.desc(), OutboxRow.not_before.desc(), OutboxRow.id.desc())
    ids = [*session.scalars(queued.order_by(*newest).limit(SLICE))]
    ids += session.scalars(held.limit(SLICE - len(ids)))
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.state.in_((OutboxState.QUEUED, OutboxState.HELD)))
        .values(state=OutboxState.SKIPPED, reason=reason, settled_at=now),
        execution_options={"synchronize_session": False},
    )
    return len(ids) == SLICE


def abandon(session: Session, broadcast_id: int, now: datetime, *which: ColumnElement[bool]) -> None:
    """Leave in doubt what of these rows is in flight, unless somebody delivers on its channel."""
    delivered = select(Lane.channel).where(Lane.channel == OutboxRow.channel, Lane.leased_until > now).exists()
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.broadcast_id == broadcast_id, IS_MOVING, OutboxRow.state == OutboxState.SENDING)
        .where(*which, ~delivered)
        .values(state=OutboxState.DOUBT, doubts=OutboxRow.doubts + 1, token="", settled_at=now),
        execution_options={"synchronize_session": False},
    )
