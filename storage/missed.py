"""Who did not receive a broadcast, by name."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.members import Member
from storage.organisations import Organisation
from storage.outbox import MISSED, OutboxRow, OutboxState


class Missed(NamedTuple):
    member_id: int
    name: str
    organisation: str


def missed_by(session: Session, broadcast_id: int, reason: str | None, after: int, limit: int) -> list[Missed]:
    """The next of those who missed it for this reason, by member; None for those in doubt."""
    people = (
        select(OutboxRow.member_id, func.coalesce(Member.name, ""), func.coalesce(Organisation.name, ""))
        .outerjoin(Member, Member.id == OutboxRow.member_id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .where(OutboxRow.member_id > after, *_missed(broadcast_id, reason))
        .order_by(OutboxRow.member_id)
    )
    return [Missed(member or 0, name, whom) for member, name, whom in session.execute(people.limit(limit))]


def nameless(session: Session, broadcast_id: int, reason: str | None) -> int:
    """How many of them were erased since."""
    gone = select(func.count()).where(OutboxRow.member_id.is_(None), *_missed(broadcast_id, reason))
    return session.scalar(gone) or 0


def _missed(broadcast_id: int, reason: str | None) -> tuple[ColumnElement[bool], ...]:
    if reason is None:
        return OutboxRow.broadcast_id == broadcast_id, OutboxRow.state == OutboxState.DOUBT
    return OutboxRow.broadcast_id == broadcast_id, OutboxRow.state.in_(MISSED), OutboxRow.reason == reason
