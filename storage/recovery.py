"""What was claimed and is in nobody's hands goes back into the queue, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.members import MemberAddress
from storage.outbox import IS_MOVING, OutboxRow, OutboxState, carrier_in_doubt
from storage.windows import unring


def recover(session: Session, channel: str, token: str, hold: datetime | None = None) -> int:
    """Rows that a foreman who is gone left in `sending`: all are sent again, however often that happened before.

    Most of them had not left. To give one up after its second death would lose it when neither time it had.

    Args:
        hold: not before this moment, where the platform can be asked by then what it was given.
    """
    sending = OutboxRow.state == OutboxState.SENDING
    abandoned = (IS_MOVING, OutboxRow.channel == channel, sending, OutboxRow.token != token)
    bells = session.scalars(select(OutboxRow.id).where(*abandoned, OutboxRow.rung_at.is_not(None))).all()
    found: dict[str, Any] = {"detail": "found sending at start", "doubts": OutboxRow.doubts + 1, "token": ""}
    found |= {} if hold is None else {"not_before": hold}
    if hold is None:
        unring(session, bells)
    else:
        _hold_back(session, select(OutboxRow.address_id).where(*abandoned), hold)
    taken = session.execute(
        update(OutboxRow).where(*abandoned).values(state=OutboxState.QUEUED, **found),
        execution_options=UNHEEDED,
    )
    return taken.rowcount  # type: ignore[attr-defined,no-any-return]  # a CursorResult, for an UPDATE


def give_back(session: Session, channel: str, token: str, held: Collection[int]) -> None:
    """Rows under our token that we do not hold, claimed in a transaction that seemed to fail: they did not leave."""
    lost = (
        IS_MOVING,
        OutboxRow.channel == channel,
        OutboxRow.state == OutboxState.SENDING,
        OutboxRow.token == token,
        OutboxRow.id.not_in(held),
    )
    bells = session.scalars(select(OutboxRow.id).where(*lost, OutboxRow.rung_at.is_not(None))).all()
    values = {"state": OutboxState.QUEUED, "token": "", "attempts": OutboxRow.attempts - 1, "carrier": carrier_in_doubt}
    session.execute(update(OutboxRow).where(*lost).values(**values), execution_options=UNHEEDED)
    unring(session, bells)


def _hold_back(session: Session, address_ids: Select[int | None], until: datetime) -> None:
    """Nothing may overtake what was in flight to these people."""
    sooner = or_(MemberAddress.held_until.is_(None), MemberAddress.held_until < until)
    held = update(MemberAddress).where(MemberAddress.id.in_(address_ids), sooner)
    session.execute(held.values(held_until=until), execution_options=UNHEEDED)
