"""One sending of one thing to one audience; what happened to it is told by its outbox rows alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class BroadcastState(StrEnum):
    """sending <-> paused; sending -> done once no row is unfinished; everything before done -> cancelled."""

    HELD = "held"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Broadcast(Base):
    """A broadcast.

    Attributes:
        author_address_id: where its author follows it; the progress card and the report go there.
        pause_reason: why it paused by itself ("content", "account"), "" when a person did it.
        fired_at: when the audience was frozen.
        fanned_to: the last member id whose row is written; fan-out goes on behind it after a kill.
        fanned_at: when every row had been written.
        expires_at: whoever has not heard the bell by then does not get it any more.
        card: outbox row of the progress card.
        carded_at: when the card was last brought up to date.
    """

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    author_address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), index=True)
    pause_reason: Mapped[str] = mapped_column(String(32), default="")
    audience: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    fanned_to: Mapped[int] = mapped_column(default=0)
    fanned_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    card: Mapped[int | None]
    carded_at: Mapped[datetime | None]


def in_state(session: Session, *states: BroadcastState) -> list[Broadcast]:
    """Broadcasts in these states, oldest first."""
    return list(session.scalars(select(Broadcast).where(Broadcast.state.in_(states)).order_by(Broadcast.id)))


def open_broadcasts(session: Session) -> list[Broadcast]:
    """Those that are not over, and cancelled ones whose author has not had the report yet."""
    unreported = or_(Broadcast.carded_at.is_(None), Broadcast.carded_at <= Broadcast.finished_at)
    running = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    cancelled = and_(Broadcast.state == BroadcastState.CANCELLED, unreported)
    return list(session.scalars(select(Broadcast).where(or_(running, cancelled)).order_by(Broadcast.id)))


def recent_broadcasts(session: Session, limit: int) -> list[Broadcast]:
    return list(session.scalars(select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)))
