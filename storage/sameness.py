"""How many members two broadcasts would both reach, or have reached."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.audiences import Audience, matching, reached_through
from storage.members import Member
from storage.outbox import MISSED, OutboxRow


def in_both(session: Session, one: Audience, other: Audience) -> int:
    """Members who are in both audiences now."""
    members = reached_through(select(func.count(Member.id))).where(matching(one), matching(other))
    return session.scalar(members) or 0


def had_by(session: Session, broadcast_id: int, audience: Audience) -> int:
    """Members of this audience who got the broadcast, or are about to."""
    got = select(OutboxRow.member_id).where(OutboxRow.broadcast_id == broadcast_id, OutboxRow.state.not_in(MISSED))
    members = reached_through(select(func.count(Member.id))).where(matching(audience), Member.id.in_(got))
    return session.scalar(members) or 0
