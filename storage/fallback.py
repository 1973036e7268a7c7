"""The second way to a member: what cannot reach one of their addresses for good goes to another, if they allowed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from storage.broadcasts import Broadcast, BroadcastState
from storage.members import Member, MemberAddress
from storage.outbox import MISSED, OutboxRow, OutboxState

_AFRESH: Final[dict[str, Any]] = {
    "state": OutboxState.QUEUED, "reason": "", "detail": "", "token": "", "attempts": 0, "doubts": 0,
    "external_id": "", "not_before": None, "settled_at": None, "tried_at": None, "carrier": None,
    "rung_at": None, "bell_id": "",
}  # fmt: skip
"""Its deadline stays what it was."""


class Move(NamedTuple):
    """A row, and the address it goes to instead."""

    row_id: int
    channel: str
    address_id: int


def redirect(session: Session, row_ids: Sequence[int], channels: Collection[str]) -> list[int]:
    """Send broadcasts' rows that just failed, because their address is unreachable for good, to the member's next one.

    It is the same row, so nobody gets a second copy, and totals still add up. An address that is unreachable is never
    chosen, so that it ends with the member's last one. What failed for another reason, was cancelled, changes a message
    that stands there, or is for somebody who did not allow it or said stop since, stays as it is.

    Args:
        row_ids: refused, or skipped because the address was known to be unreachable, which is marked by now.
        channels: those that are connected.

    Returns:
        Those that are queued again, on another channel and with the id they had: a claim that has passed it must look
        there once more, and a broadcast that was done is not.
    """
    failed, other = aliased(MemberAddress), aliased(MemberAddress)
    found = (
        select(OutboxRow.id, other.channel, other.id)
        .join(failed, failed.id == OutboxRow.address_id)
        .join(Member, Member.id == failed.member_id)
        .join(other, other.member_id == Member.id)
        .join(Broadcast, Broadcast.id == OutboxRow.broadcast_id)
        .where(
            OutboxRow.id.in_(row_ids),
            OutboxRow.edits.is_(None),
            OutboxRow.state.in_(MISSED),
            OutboxRow.reason == failed.unreachable,
            failed.unreachable != "",
            Broadcast.state != BroadcastState.CANCELLED,
            Member.fallback,
            Member.consented_at.is_not(None),
            Member.stopped_at.is_(None),
            other.unreachable == "",
            other.channel.in_(channels),
        )
        .order_by(OutboxRow.id, other.preferred, other.id)  # the last one counts: a preferred one, or the newest
    )
    moves = {row_id: Move(row_id, channel, address_id) for row_id, channel, address_id in session.execute(found)}
    move(session, moves.values())
    return list(moves)


def move(session: Session, moves: Iterable[Move]) -> None:
    """Queue these rows anew, each for its other address."""
    values = [{"id": row_id, "channel": channel, "address_id": address} for row_id, channel, address in moves]
    if values:
        session.execute(update(OutboxRow), [each | _AFRESH for each in values])
