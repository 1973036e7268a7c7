"""What the outbox tells about delivery: the counts of a broadcast, and the platform's ids of what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.outbox import IS_HELD, IS_MOVING, LAST_FIRST, OutboxRow, OutboxState


def unfinished(session: Session, broadcast_id: int, *which: ColumnElement[bool]) -> bool:
    """Whether any row of the broadcast, or any of those, has no outcome yet.

    Those that have none stand at the end of the index, most of all those that wait for a moment.
    """
    rows = select(OutboxRow.id).where(OutboxRow.broadcast_id == broadcast_id, *which).limit(1)
    looks = (rows.where(IS_HELD), rows.where(IS_MOVING).order_by(*LAST_FIRST))
    return any(session.scalar(look) is not None for look in looks)


def external_ids_of(session: Session, address_id: int, since: datetime) -> set[str]:
    """The platform's ids of all we have sent to this address since, as far as we were told."""
    lately = or_(OutboxRow.tried_at >= since, OutboxRow.rung_at >= since, OutboxRow.settled_at >= since)
    rows = select(OutboxRow.external_id, OutboxRow.bell_id).where(OutboxRow.address_id == address_id, lately)
    return {known for row in session.execute(rows) for known in row if known}


def external_id_of(session: Session, row_id: int) -> str:
    """The platform's id of a message that was sent; "" when it never was."""
    return session.scalar(select(OutboxRow.external_id).where(OutboxRow.id == row_id)) or ""


class Tally(NamedTuple):
    """How many rows of a broadcast share a fate.

    Attributes:
        twice: possibly sent twice.
        rung: a bell rang for them.
    """

    state: str
    reason: str
    twice: bool
    rows: int
    rung: bool = False


def tally(session: Session, broadcast_id: int) -> list[Tally]:
    """The broadcast's rows counted by fate."""
    twice, rung = OutboxRow.doubts > 0, OutboxRow.rung_at.is_not(None)
    fate = (OutboxRow.state, OutboxRow.reason, twice, rung)
    rows = session.execute(select(*fate, func.count()).where(OutboxRow.broadcast_id == broadcast_id).group_by(*fate))
    return [Tally(state, reason, bool(doubted), number, bool(bell)) for state, reason, doubted, bell, number in rows]


def rows_in(tallies: Iterable[Tally], *states: OutboxState) -> int:
    """How many rows are in one of these states."""
    return sum(each.rows for each in tallies if each.state in states)
