"""The reply window: who may be written to now, whom a bell rings for, and what is held until they answer.

Some platforms take our own words only so long after the person's last message. Later a bell goes instead, and the
message is held until the person writes, or until it is of no use any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.members import MemberAddress
from storage.outbox import DIGEST, IS_HELD, MOVING, OutboxRow, OutboxState

DAY = timedelta(hours=24)
"""What platforms count bells by; and a bell that nobody heard for so long rings again for the next message."""

NO_BELL_TODAY = "bells"
"""Why a row is put off when no more bells may ring; should its reader write before, it goes at once."""

SLICE = 1_000
"""Rows given up in one transaction."""

unheard: ColumnElement[bool] = or_(
    MemberAddress.last_inbound_at.is_(None), MemberAddress.last_inbound_at < MemberAddress.rung_at
)
"""The last bell was not answered."""


class Window(NamedTuple):
    """A channel's terms: how long it is open after the person's last message, and how many bells may ring in 24 h."""

    lasts: timedelta
    bells: int = 0

    def ends(self, last_inbound_at: datetime | None, shut_at: datetime | None) -> datetime | None:
        """When the person's window closes or closed; None when it never opened, or was shut before its time."""
        if last_inbound_at is None or (shut_at is not None and last_inbound_at <= shut_at):
            return None
        return last_inbound_at + self.lasts


def ringing(address_rung_at: datetime | None, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether a bell waits to be heard, so that another would only be noise."""
    if address_rung_at is None or address_rung_at <= now - DAY:
        return False
    return last_inbound_at is None or last_inbound_at < address_rung_at


def waited_for_them(reason: str, held_at: datetime | None, last_inbound_at: datetime | None) -> bool:
    """Whether this row, whose reader's window is open by now, waited for them to write: they have, and are awake."""
    if reason == NO_BELL_TODAY:
        return True
    return held_at is not None and last_inbound_at is not None and last_inbound_at >= held_at


def rang_last(tried_at: datetime | None, held_at: datetime | None) -> bool:
    """Whether a row's last try was its bell: the text is only tried later than the row was held (its `rung_at`)."""
    return held_at is not None and (tried_at is None or tried_at <= held_at)


def release(session: Session, address_ids: Sequence[int]) -> int:
    """These people have written: what was held for them goes next, oldest first; returns how much it is."""
    if not address_ids:
        return 0
    digest = OutboxRow.reason == DIGEST
    no_bell = or_(OutboxRow.reason == NO_BELL_TODAY, and_(digest, OutboxRow.rung_at.is_not(None)))
    put_off = and_(OutboxRow.state == OutboxState.QUEUED, no_bell)
    waiting = update(OutboxRow).where(
        OutboxRow.address_id.in_(address_ids), or_(OutboxRow.state == OutboxState.HELD, put_off)
    )
    due = case((digest, func.coalesce(OutboxRow.rung_at, OutboxRow.not_before)))
    free = {"state": OutboxState.QUEUED, "token": "", "not_before": due, "attempts": 0}
    released = session.execute(waiting.values(**free), execution_options=UNHEEDED)
    return released.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE's CursorResult


def kept_by_bell(session: Session, address_id: int) -> int:
    """How many messages for this person are not held any more, or not yet, and have not left since their bell."""
    not_since = or_(OutboxRow.tried_at.is_(None), OutboxRow.tried_at <= OutboxRow.rung_at)
    kept = (OutboxRow.address_id == address_id, OutboxRow.state.in_(MOVING), OutboxRow.rung_at.is_not(None), not_since)
    return session.scalar(select(func.count(OutboxRow.id)).where(*kept)) or 0


def answered(session: Session, row_ids: Sequence[int]) -> None:
    """Of rows just held, release those whose reader wrote while the bell was on its way."""
    wrote = (
        select(MemberAddress.id)
        .join(OutboxRow, OutboxRow.address_id == MemberAddress.id)
        .where(OutboxRow.id.in_(row_ids), MemberAddress.last_inbound_at >= OutboxRow.rung_at)
    )
    release(session, session.scalars(wrote).all())


def unring(session: Session, row_ids: Sequence[int]) -> None:
    """No bell went for these after all: the next claim rings, also for what was held behind it."""
    found = [address_id for address_id in session.scalars(_addresses_of(row_ids)) if address_id is not None]
    if not found:
        return
    silent = update(MemberAddress).where(MemberAddress.id.in_(found), unheard)
    session.execute(silent.values(rung_at=None), execution_options=UNHEEDED)
    release(session, found)


def give_up_held(session: Session, row_ids: Sequence[int], now: datetime) -> list[int]:
    """The addresses of these rows cannot be reached any more, nobody will hear the bell: returns what waited for it."""
    held = (
        select(OutboxRow.id, MemberAddress.unreachable)
        .join(MemberAddress, MemberAddress.id == OutboxRow.address_id)
        .where(OutboxRow.address_id.in_(_addresses_of(row_ids)), OutboxRow.state == OutboxState.HELD)
    )
    found = session.execute(held).all()
    if found:
        gone = {"state": OutboxState.SKIPPED, "settled_at": now}
        session.execute(update(OutboxRow), [{"id": row_id, "reason": reason, **gone} for row_id, reason in found])
    return [row_id for row_id, _reason in found]


def shut(session: Session, row_id: int) -> None:
    """The platform says the person's window had closed when this row was tried; a later message has opened it again."""
    row = session.get_one(OutboxRow, row_id)
    closed = update(MemberAddress).where(MemberAddress.id == row.address_id)
    session.execute(closed.values(shut_at=row.tried_at), execution_options=UNHEEDED)


def expire(session: Session, now: datetime) -> bool:
    """Give up the next slice of what was held too long; False once there is none."""
    over = and_(IS_HELD, OutboxRow.state == OutboxState.HELD, OutboxRow.expires_at <= now)
    ids = session.scalars(select(OutboxRow.id).where(over).limit(SLICE)).all()
    gone = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == OutboxState.HELD)
    session.execute(gone.values(state=OutboxState.SKIPPED, reason="window", settled_at=now), execution_options=UNHEEDED)
    return len(ids) == SLICE


def _addresses_of(row_ids: Sequence[int]) -> Select[int | None]:
    return select(OutboxRow.address_id).where(OutboxRow.id.in_(row_ids), OutboxRow.address_id.is_not(None))
