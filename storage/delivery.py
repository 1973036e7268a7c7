"""The foreman's side of the outbox: claim rows, decide once more, and write down what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.members import Member, MemberAddress, mark_unreachable
from storage.outbox import IS_MOVING, OutboxRow, OutboxState

TRIES = 5
"""A row that could not be handed over this often is refused; a 429 does not count."""


class Claimed(NamedTuple):
    """A row in the hands of this foreman."""

    id: int
    address_id: int
    user: str
    member_id: int
    broadcast_id: int | None
    language: str
    payload: dict[str, Any] | None
    edits: int | None


class Claim(NamedTuple):
    """What a claim brought: rows to send, the highest id it looked at, and how many rows it took or skipped."""

    rows: list[Claimed]
    last: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: its new state and why.

    Attributes:
        hold: with state QUEUED: not before this moment, nor anything else to this address.
        attempted: with state QUEUED: whether it counts as a try.
        unreachable: nothing can be sent to the address until the person comes back.
    """

    id: int
    state: OutboxState
    reason: str = ""
    detail: str = ""
    external_id: str = ""
    hold: datetime | None = None
    attempted: bool = True
    unreachable: bool = False


def claim(session: Session, channel: str, broadcast_id: int | None, after: int, limit: int, token: str,
          now: datetime) -> Claim:  # fmt: skip
    """Take the next rows of the interactive lane (`broadcast_id` None) or of one broadcast that is sending.

    Whoever said stop, was erased or cannot be reached since the row was written is skipped in the same transaction.

    Args:
        after: look behind this id only; finished rows before it need not be passed over again.
        limit: most rows to take.
    """
    query = (
        select(
            OutboxRow.id,
            OutboxRow.address_id,
            MemberAddress.user,
            OutboxRow.member_id,
            OutboxRow.broadcast_id,
            OutboxRow.language,
            OutboxRow.payload,
            OutboxRow.edits,
            MemberAddress.unreachable,
            or_(Member.stopped_at.is_not(None), Member.consented_at.is_(None)).label("left"),
        )
        .outerjoin(MemberAddress, MemberAddress.id == OutboxRow.address_id)
        .outerjoin(Member, Member.id == MemberAddress.member_id)
        .where(
            OutboxRow.channel == channel,
            OutboxRow.id > after,
            IS_MOVING,
            OutboxRow.state == OutboxState.QUEUED,
            or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now),
            or_(MemberAddress.held_until.is_(None), MemberAddress.held_until <= now),
        )
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    if broadcast_id is None:
        query = query.where(OutboxRow.broadcast_id.is_(None))
    else:
        sending = select(Broadcast.id).where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.SENDING)
        query = query.where(OutboxRow.broadcast_id == broadcast_id, sending.exists())
    found = session.execute(query).all()
    bulk = broadcast_id is not None
    rows: list[Claimed] = []
    skipped: list[Outcome] = []
    for row in found:
        if row.user is None or (bulk and row.left):
            skipped.append(Outcome(row.id, OutboxState.SKIPPED, "left"))
        elif bulk and row.unreachable:
            skipped.append(Outcome(row.id, OutboxState.SKIPPED, row.unreachable))
        else:
            rows.append(Claimed(*row[:8]))
    if skipped:
        session.execute(
            update(OutboxRow),
            [{"id": one.id, "state": one.state, "reason": one.reason, "settled_at": now} for one in skipped],
        )
    if rows:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([row.id for row in rows]))
            .values(state=OutboxState.SENDING, token=token, attempts=OutboxRow.attempts + 1)
        )
    return Claim(rows, found[-1].id if found else after, len(found))


def settle(session: Session, outcomes: Sequence[Outcome], token: str, now: datetime) -> None:
    """Write outcomes, each only if this token still holds its row."""
    settled = [one for one in outcomes if one.state is not OutboxState.QUEUED]
    if settled:
        session.execute(_SETTLE, [_settled(one, token, now) for one in settled])
    for one in outcomes:
        if one.state is OutboxState.QUEUED:
            _postpone(session, one, token)
        if one.unreachable:
            mark_unreachable(session, _address_of(session, one.id), one.reason)


def doubt(session: Session, row_id: int, token: str, detail: str, hold: datetime, now: datetime) -> None:
    """It left and no answer came: send it once more, and after that leave it in doubt."""
    mine = (OutboxRow.id == row_id, OutboxRow.token == token, OutboxRow.state == OutboxState.SENDING)
    last = update(OutboxRow).where(*mine, OutboxRow.doubts > 0)
    again = update(OutboxRow).where(*mine, OutboxRow.doubts == 0)
    unsettled = {"detail": detail, "doubts": OutboxRow.doubts + 1}
    session.execute(last.values(state=OutboxState.DOUBT, settled_at=now, **unsettled))
    if session.execute(again.values(state=OutboxState.QUEUED, token="", not_before=hold, **unsettled)).rowcount:  # type: ignore[attr-defined]  # an UPDATE's CursorResult
        _hold_address(session, row_id, hold)


def recover(session: Session, channel: str, token: str) -> int:
    """Rows that a foreman who is gone left in `sending`: all are sent again, however often that happened before.

    Most of them had not left. To give one up after its second death would lose it when neither time it had.
    """
    sending = OutboxRow.state == OutboxState.SENDING
    abandoned = update(OutboxRow).where(IS_MOVING, OutboxRow.channel == channel, sending, OutboxRow.token != token)
    found = {"detail": "found sending at start", "doubts": OutboxRow.doubts + 1, "token": "", "not_before": None}
    taken = session.execute(
        abandoned.values(state=OutboxState.QUEUED, **found), execution_options={"synchronize_session": False}
    )
    return taken.rowcount  # type: ignore[attr-defined,no-any-return]  # a CursorResult, for an UPDATE


def give_back(session: Session, channel: str, token: str, held: Collection[int]) -> None:
    """Rows under our token that we do not hold, claimed in a transaction that seemed to fail: they did not leave."""
    lost = update(OutboxRow).where(
        IS_MOVING,
        OutboxRow.channel == channel,
        OutboxRow.state == OutboxState.SENDING,
        OutboxRow.token == token,
        OutboxRow.id.not_in(held),
    )
    values = {"state": OutboxState.QUEUED, "token": "", "attempts": OutboxRow.attempts - 1}
    session.execute(lost.values(**values), execution_options={"synchronize_session": False})


def unfinished(session: Session, broadcast_id: int) -> bool:
    """Whether any row of the broadcast has no outcome yet."""
    rows = select(OutboxRow.id).where(OutboxRow.broadcast_id == broadcast_id, IS_MOVING)
    return session.scalar(rows.limit(1)) is not None


def external_id_of(session: Session, row_id: int) -> str:
    """The platform's id of a message that was sent; "" when it never was."""
    return session.scalar(select(OutboxRow.external_id).where(OutboxRow.id == row_id)) or ""


class Tally(NamedTuple):
    """How many rows of a broadcast share a fate."""

    state: str
    reason: str
    twice: bool
    rows: int


def tally(session: Session, broadcast_id: int) -> list[Tally]:
    """The broadcast's rows counted by state, reason and whether they were possibly sent twice."""
    twice = OutboxRow.doubts > 0
    query = select(OutboxRow.state, OutboxRow.reason, twice, func.count()).where(OutboxRow.broadcast_id == broadcast_id)
    rows = session.execute(query.group_by(OutboxRow.state, OutboxRow.reason, twice))
    return [Tally(state, reason, bool(doubted), number) for state, reason, doubted, number in rows]


_outbox = OutboxRow.__table__
_SETTLE = (
    update(OutboxRow.__table__)  # type: ignore[arg-type]  # the table, for a plain executemany
    .where(
        _outbox.c.id == bindparam("row"),
        _outbox.c.token == bindparam("holder"),
        _outbox.c.state == OutboxState.SENDING,
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        detail=bindparam("new_detail"),
        external_id=bindparam("new_external_id"),
        settled_at=bindparam("now"),
    )
)


def _settled(one: Outcome, token: str, now: datetime) -> dict[str, Any]:
    return {
        "row": one.id,
        "holder": token,
        "new_state": one.state,
        "new_reason": one.reason,
        "new_detail": one.detail,
        "new_external_id": one.external_id,
        "now": now,
    }


def _postpone(session: Session, one: Outcome, token: str) -> None:
    """Back into the queue, with everything behind it to the same address; refused once it was tried too often."""
    mine = (OutboxRow.id == one.id, OutboxRow.token == token, OutboxRow.state == OutboxState.SENDING)
    if one.attempted:
        spent = update(OutboxRow).where(*mine, OutboxRow.attempts >= TRIES)
        session.execute(spent.values(state=OutboxState.REFUSED, reason="tries", detail=one.detail))
    given_back = 0 if one.attempted else 1
    queued = {"state": OutboxState.QUEUED, "not_before": one.hold, "attempts": OutboxRow.attempts - given_back}
    session.execute(update(OutboxRow).where(*mine).values(**queued, token="", detail=one.detail))
    if one.hold is not None:
        _hold_address(session, one.id, one.hold)


def _hold_address(session: Session, row_id: int, until: datetime) -> None:
    """Let nothing behind this row overtake it."""
    address = update(MemberAddress).where(MemberAddress.id == _address_of(session, row_id))
    session.execute(address.values(held_until=until))


def _address_of(session: Session, row_id: int) -> int | None:
    return session.scalar(select(OutboxRow.address_id).where(OutboxRow.id == row_id))
