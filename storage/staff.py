"""Who runs the network, how they were invited, and what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class Role(StrEnum):
    """An owner may do everything, a coordinator all but roles, a focal point write to its topics, an observer read."""

    OWNER = "owner"
    COORDINATOR = "coordinator"
    FOCAL_POINT = "focal_point"
    OBSERVER = "observer"


class Staff(Base):
    """A member with a role. `topics` is what a focal point may write to; empty for the others."""

    __tablename__ = "staff"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    topics: Mapped[list[str]]
    granted_at: Mapped[datetime]


class Invitation(Base):
    """A one-time link to a role. Only its hash is kept, so a copy of the database invites nobody."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    topics: Mapped[list[str]]
    invited_by: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None]


class AuditEntry(Base):
    """One staff action. Ids, not names: what is erased with /forget leaves no trace here."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


def staff_of(session: Session, *roles: Role) -> list[Staff]:
    """Everyone with one of these roles."""
    return list(session.scalars(select(Staff).where(Staff.role.in_(roles)).order_by(Staff.member_id)))


def record(session: Session, at: datetime, actor_id: int | None, action: str, **detail: Any) -> None:  # noqa: ANN401 - JSON
    """Write a line of the audit log, in the transaction of what it tells of."""
    session.add(AuditEntry(at=at, actor_id=actor_id, action=action, detail=detail))


def recent_entries(session: Session, limit: int, before: int | None = None) -> list[AuditEntry]:
    """The newest entries, or the newest of those older than the one with this id."""
    entries = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return list(session.scalars(entries if before is None else entries.where(AuditEntry.id < before)))
