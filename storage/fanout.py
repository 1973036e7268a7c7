"""Writes a broadcast's outbox rows in slices: no reply waits for a large audience, and a kill loses nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, literal, select, update
from sqlalchemy.orm import Session

from storage.audiences import Audience, matching, reached_through
from storage.base import UNHEEDED, insert_for, moment
from storage.broadcasts import Broadcast
from storage.lanes import Lane
from storage.members import Member, MemberAddress
from storage.outbox import IS_HELD, IS_MOVING, LAST_FIRST, WAITING, OutboxRow, OutboxState

Expression = SQLColumnExpression[Any]

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
    columns = fresh(broadcast, now, channel=MemberAddress.channel, address_id=MemberAddress.id, member_id=Member.id,
                    language=Member.language)  # fmt: skip
    rows = reached_through(select(*columns.values()))
    rows = rows.where(Member.id > broadcast.fanned_to, Member.id <= last, matching(audience))
    write_rows(session, columns, rows.order_by(Member.id))  # who joined two addresses meanwhile has a row already
    broadcast.fanned_to = last
    return True


def fresh(broadcast: Broadcast, now: datetime, **columns: Expression) -> dict[str, Expression]:
    """The columns of rows of a broadcast that were never tried, to be selected; these are as given."""
    return {
        "broadcast_id": literal(broadcast.id),
        "state": literal(OutboxState.QUEUED.value),
        "created_at": moment(now),
        "expires_at": moment(broadcast.expires_at),
        **{name: literal("") for name in ("reason", "detail", "token", "external_id", "bell_id")},
        **{name: literal(0) for name in ("attempts", "doubts")},
        **columns,
    }


def write_rows(session: Session, columns: Iterable[str], rows: Select[*tuple[Any, ...]]) -> None:
    """Write what is selected, in its order; for whom there is a row of that broadcast already, that one stays."""
    written = insert_for(session)(OutboxRow).from_select([*columns], rows, include_defaults=False)
    session.execute(written.on_conflict_do_nothing())


def skip(session: Session, broadcast_id: int, reason: str, now: datetime, *which: ColumnElement[bool]) -> bool:
    """Skip the next slice of what has not left, all of it or those rows; False once there is none.

    From the end: PostgreSQL's index holds what is finished as well, and that stands before it.
    """
    waiting = select(OutboxRow.id).where(OutboxRow.broadcast_id == broadcast_id, *which)
    queued = waiting.where(OutboxRow.state == OutboxState.QUEUED, IS_MOVING)
    held = waiting.where(OutboxRow.state == OutboxState.HELD, IS_HELD)
    ids = [*session.scalars(queued.order_by(*LAST_FIRST).limit(SLICE))]
    ids += session.scalars(held.limit(SLICE - len(ids)))
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.state.in_(WAITING))
        .values(state=OutboxState.SKIPPED, reason=reason, settled_at=now),
        execution_options=UNHEEDED,
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
        execution_options=UNHEEDED,
    )
