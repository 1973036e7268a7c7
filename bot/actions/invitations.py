"""One-time links to a role: whoever opens one first, in time, has the role."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions.rights import NAMES, role_of
from bot.core import codes
from storage.base import UNHEEDED
from storage.members import Member
from storage.staff import Invitation, Role, Staff, record, staff_of

LASTS: Final = {
    Role.OWNER: timedelta(hours=48),
    Role.COORDINATOR: timedelta(days=7),
    Role.FOCAL_POINT: timedelta(days=7),
    Role.OBSERVER: timedelta(days=7),
}
"""How long a link works when nothing else was said."""

_RANKS: Final = list(NAMES)


def invite(
    session: Session,
    role: Role,
    topics: Collection[str],
    inviter_id: int | None,
    now: datetime,
    lasts: timedelta | None = None,
) -> str:
    """A new link's token, for `Turn.link` or `Channel.link`: 32 letters and digits. It is not kept anywhere.

    Nothing in it can be taken for formatting: on WhatsApp "_" is, wherever the token is shown or typed.

    Args:
        topics: of a focal point; for the other roles none.
        inviter_id: None for the program itself.
    """
    token = secrets.token_hex(16)
    expires_at = now + (LASTS[role] if lasts is None else lasts)
    session.add(
        Invitation(
            hashed=codes.hashed(token),
            role=role,
            topics=sorted(topics),
            invited_by=inviter_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    record(session, now, inviter_id, "staff.invite", role=role, topics=sorted(topics))
    return token


def redeem(session: Session, token: str, member: Member, now: datetime, name: str = "") -> Invitation | None:
    """Give the member the role of this link; None when it is unknown, used by another or expired.

    Nobody loses anything by it: a higher role stays, and a focal point keeps the topics it has. Who has used it already
    and still has a role may open it again, and nothing changes.

    Args:
        name: what the platform calls the member, for colleagues to see until they say their name themselves.
    """
    mine = update(Invitation).where(
        Invitation.hashed == codes.hashed(token), Invitation.used_at.is_(None), Invitation.expires_at > now
    )
    taken = session.execute(mine.values(used_at=now, used_by=member.id), execution_options=UNHEEDED)
    found = select(Invitation).where(Invitation.hashed == codes.hashed(token)).execution_options(populate_existing=True)
    invitation = session.scalar(found)
    if invitation is None or invitation.used_by != member.id:
        return None
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # a CursorResult, for an UPDATE
        return invitation if role_of(session, member) else None
    member.name = member.name or name
    grant(session, member, Role(invitation.role), invitation.topics, now)
    record(session, now, member.id, "staff.join", role=invitation.role, topics=invitation.topics)
    return invitation


def grant(session: Session, member: Member, role: Role, topics: list[str], now: datetime) -> None:
    """Give this role to somebody who may have one: the higher counts, and a focal point's topics add up."""
    staff = session.get(Staff, member.id)
    if staff is None:
        session.add(Staff(member_id=member.id, role=role, topics=topics, granted_at=now))
    elif _RANKS.index(role) < _RANKS.index(Role(staff.role)):
        staff.role, staff.topics, staff.granted_at = role, topics, now
    elif role == staff.role:
        staff.topics = sorted({*staff.topics, *topics})
    session.flush()


def withdraw(session: Session, inviter_id: int, now: datetime) -> None:
    """Let the unused links of somebody who may invite no longer expire."""
    unused = update(Invitation).where(Invitation.invited_by == inviter_id, Invitation.used_at.is_(None))
    session.execute(unused.where(Invitation.expires_at > now).values(expires_at=now))


def needs_owner(session: Session) -> bool:
    """Whether nobody owns the network yet."""
    return not staff_of(session, Role.OWNER)
