"""Bells: for whom one rings now, who waits behind it, and who waits for another day's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED, Moment, moment
from storage.claimed import Claimed
from storage.members import MemberAddress
from storage.outbox import DIGEST, OutboxRow, OutboxState
from storage.windows import DAY, NO_BELL_TODAY, Window

HOLDS = {True: timedelta(days=7), False: timedelta(days=3)}
"""How long a message of a broadcast, and one of any other kind, waits for its reader when it has no deadline."""


def bells_left(session: Session, channel: str, window: Window, now: datetime, most: int) -> int:
    """How many more people a bell may ring for now, at most `most`."""
    if not window.bells:
        return most
    rung = select(func.count(MemberAddress.id)).where(*_rung_lately(channel, now))
    return max(0, min(most, window.bells - (session.scalar(rung) or 0)))


def ring(session: Session, channel: str, closed: Sequence[Claimed], rung: set[int], window: Window,
         now: datetime) -> list[Claimed]:  # fmt: skip
    """Of rows whose reader's window has closed, those for which a bell rings now; the others are held or put off.

    Args:
        closed: of one lane.
        rung: the addresses where a bell waits to be heard already; those where one rings now are added.
    """
    silent = _silent(session, {row.address_id for row in closed}, window, now)
    closed = [row for row in closed if row.address_id in silent]
    if not closed:
        return []
    left = bells_left(session, channel, window, now, len(closed))
    bells: list[Claimed] = []
    behind: list[int] = []
    late: list[int] = []
    for row in closed:
        if row.address_id in rung:
            behind.append(row.id)
        elif len(bells) < left:
            bells.append(row)
            rung.add(row.address_id)
        else:
            late.append(row.id)
    _hold(session, behind, now, bulk=closed[0].broadcast_id is not None)
    if late:
        _wait_for_a_bell(session, late, _next_bell_at(session, channel, now), now)
    if bells:
        ids = [row.id for row in bells]
        addresses = [row.address_id for row in bells]
        session.execute(update(MemberAddress).where(MemberAddress.id.in_(addresses)).values(rung_at=now))
        _hold(session, ids, now, bulk=bells[0].broadcast_id is not None)
    return bells


def _silent(session: Session, address_ids: set[int], window: Window, now: datetime) -> set[int]:
    """Of these people, whoever is not writing at this moment: what is held after they wrote would wait for ever."""
    known = select(MemberAddress.id, MemberAddress.last_inbound_at, MemberAddress.shut_at)
    known = known.where(MemberAddress.id.in_(address_ids)).with_for_update(skip_locked=True, key_share=True)
    ends = {row.id: window.ends(row.last_inbound_at, row.shut_at) for row in session.execute(known)}
    return {address_id for address_id, end in ends.items() if end is None or end <= now}


def _hold(session: Session, row_ids: Sequence[int], now: datetime, *, bulk: bool) -> None:
    """Let these wait behind a bell that rings already. What is one digest stays one."""
    held = update(OutboxRow).where(OutboxRow.id.in_(row_ids))
    reason = case((OutboxRow.reason == DIGEST, DIGEST), else_="")
    expires_at = func.coalesce(OutboxRow.expires_at, now + HOLDS[bulk], type_=Moment())
    session.execute(
        held.values(state=OutboxState.HELD, reason=reason, rung_at=now, expires_at=expires_at),
        execution_options=UNHEEDED,
    )


def _wait_for_a_bell(session: Session, row_ids: Sequence[int], until: datetime, now: datetime) -> None:
    """No more bells may ring before that. What is one digest stays one, which its `rung_at` tells from tomorrow's."""
    waiting = update(OutboxRow).where(OutboxRow.id.in_(row_ids))
    digest = OutboxRow.reason == DIGEST
    found_at = case((digest, moment(now)), else_=OutboxRow.rung_at)
    reason = case((digest, DIGEST), else_=NO_BELL_TODAY)
    values = {"not_before": until, "reason": reason, "rung_at": found_at}
    session.execute(waiting.values(**values), execution_options=UNHEEDED)


def _next_bell_at(session: Session, channel: str, now: datetime) -> datetime:
    """When the oldest bell of the last 24 hours stops to count."""
    oldest = session.scalar(select(func.min(MemberAddress.rung_at)).where(*_rung_lately(channel, now)))
    return (oldest or now) + DAY


def _rung_lately(channel: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return MemberAddress.channel == channel, MemberAddress.rung_at > now - DAY
