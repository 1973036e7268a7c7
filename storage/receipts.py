"""What a platform tells afterwards about a message it took: early, late, more than once, in any order.

News only ever moves a row forward: a failure is believed until a delivery is told, a delivery for good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.members import MemberAddress
from storage.outbox import ARRIVED, OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from storage.windows import rang_last

TOKEN = "receipt"  # noqa: S105 - not a secret: it holds a row while its late outcome is written
"""Holds a row while the platform's afterthought is written as its outcome."""


def arrived(session: Session, channel: str, row_id: int, external_id: str, state: OutboxState,
            now: datetime) -> list[int]:  # fmt: skip
    """The message is on its way (SENT), on the phone (DELIVERED) or was opened (READ), with all that it carried.

    Returns:
        The broadcasts it was of.
    """
    rows = _with_carried(session, channel, row_id)
    for row in rows:
        if _is_news(row, external_id, state):
            if row.doubts:  # what waited for the answer need not wait any more
                address = update(MemberAddress).where(MemberAddress.id == row.address_id)
                session.execute(address.values(held_until=None))
            row.state, row.reason, row.detail = state, "", ""
            row.external_id, row.doubts = external_id, 0
            row.settled_at = row.settled_at or now
    session.flush()
    return _broadcasts(rows)


def failed(session: Session, channel: str, outcome: Outcome, now: datetime,
           elsewhere: Collection[str] = ()) -> list[int]:  # fmt: skip
    """The message the platform took did not arrive after all: write that as the outcome of all that it carried.

    Args:
        elsewhere: see `storage.outcomes.settle`.

    Returns:
        The broadcasts it was of.
    """
    rows = [row for row in _with_carried(session, channel, outcome.id) if _may_fail(row, outcome.external_id)]
    _write(session, rows, outcome, now, elsewhere)
    return _broadcasts(rows)


def rung(session: Session, channel: str, row_id: int, external_id: str, now: datetime) -> None:
    """The bell for this row is on its way."""
    row = _row(session, channel, row_id)
    if row is not None and row.state == OutboxState.SENDING and rang_last(row.tried_at, row.rung_at):
        _write(session, [row], Outcome(row_id, OutboxState.HELD, external_id=external_id, bell=True), now)


def unheard(session: Session, channel: str, outcome: Outcome, now: datetime,
            elsewhere: Collection[str] = ()) -> list[int]:  # fmt: skip
    """The bell for this row did not arrive; returns the broadcast it was of."""
    row = _row(session, channel, outcome.id)
    if row is None or row.rung_at is None:
        return []
    ringing = row.state == OutboxState.SENDING and rang_last(row.tried_at, row.rung_at)
    if ringing or (row.state == OutboxState.HELD and row.bell_id == outcome.external_id):
        _write(session, [row], replace(outcome, external_id="", bell=True), now, elsewhere)
    return _broadcasts([row])


def _broadcasts(rows: Sequence[OutboxRow]) -> list[int]:
    return [row.broadcast_id for row in rows if row.broadcast_id is not None]


def _is_news(row: OutboxRow, external_id: str, state: OutboxState) -> bool:
    if row.state in ARRIVED:
        return ARRIVED.index(OutboxState(row.state)) < ARRIVED.index(state)
    if state is not OutboxState.SENT:
        return True
    return not rang_last(row.tried_at, row.rung_at) and _is_awaited(row, external_id)


def _may_fail(row: OutboxRow, external_id: str) -> bool:
    """Not when it is known to have arrived, and not when this speaks of an earlier try."""
    if row.state == OutboxState.SENT:
        return row.external_id == external_id
    return _is_awaited(row, external_id)


def _is_awaited(row: OutboxRow, external_id: str) -> bool:
    """Whether nobody knows what became of its last try, and this does not speak of an earlier one that failed."""
    doubted = row.state == OutboxState.QUEUED and row.doubts > 0
    return (doubted or row.state in {OutboxState.SENDING, OutboxState.DOUBT}) and row.external_id != external_id


def _write(session: Session, rows: Sequence[OutboxRow], outcome: Outcome, now: datetime,
           elsewhere: Collection[str] = ()) -> None:  # fmt: skip
    for row in rows:
        row.state, row.token, row.settled_at = OutboxState.SENDING, TOKEN, None
        row.external_id = outcome.external_id
    session.flush()
    settle(session, [replace(outcome, id=row.id) for row in rows], TOKEN, now, elsewhere)
    session.expire_all()
    _reopen(session, rows, now)


def _reopen(session: Session, rows: Sequence[OutboxRow], now: datetime) -> None:
    """A broadcast that waits for somebody again is not done; one that was cancelled waits for nobody."""
    again = [row for row in rows if row.state in {OutboxState.QUEUED, OutboxState.HELD}]
    waiting = {row.broadcast_id for row in again} - {None}
    cancelled = select(Broadcast.id).where(Broadcast.id.in_(waiting), Broadcast.state == BroadcastState.CANCELLED)
    over = set(session.scalars(cancelled))
    for row in again:
        if row.broadcast_id in over:
            row.state, row.reason, row.settled_at = OutboxState.SKIPPED, "cancelled", now
    session.flush()
    done = update(Broadcast).where(Broadcast.id.in_(waiting), Broadcast.state == BroadcastState.DONE)
    session.execute(done.values(state=BroadcastState.SENDING, finished_at=None))


def _row(session: Session, channel: str, row_id: int) -> OutboxRow | None:
    row = session.get(OutboxRow, row_id, with_for_update=True)
    return row if row is not None and row.channel == channel else None


def _with_carried(session: Session, channel: str, row_id: int) -> list[OutboxRow]:
    """The row, and those whose words went with it."""
    row = _row(session, channel, row_id)
    if row is None or row.address_id is None:
        return [] if row is None else [row]
    together = select(OutboxRow).where(
        OutboxRow.address_id == row.address_id, or_(OutboxRow.id == row_id, OutboxRow.carrier == row_id)
    )
    return list(session.scalars(together.order_by(OutboxRow.id).with_for_update()))
