"""Newsletters that come again: a rule, its next moment, and what became of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class ScheduleState(StrEnum):
    """active <-> paused; either -> ended."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ScheduleKind(StrEnum):
    """text: its author is asked for each issue's text a day ahead. digest: the bot writes it from what is open."""

    TEXT = "text"
    DIGEST = "digest"


class Schedule(Base):
    """A newsletter that comes every week or month.

    Attributes:
        author_address_id: where its author is asked; None for the network's own digest, which nobody is asked about.
        title: what staff know it by.
        every: "week" or "month". day: of the week, Monday 0, or of the month, 31 for its last.
        hour: "10:00", in the network's zone.
        audience: as a newsletter's.
        next_at: the next moment that is not skipped; kept ahead by the tick.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        Index(
            "ix_schedules_next_at",
            "next_at",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    author_address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str]
    every: Mapped[str] = mapped_column(String(8))
    day: Mapped[int]
    hour: Mapped[str] = mapped_column(String(5))
    audience: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8))
    next_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RunState(StrEnum):
    """asked -> written -> sent; asked -> missed; skipped: staff left it out.

    missed: no text came, it was too late, or there was nothing to tell.
    """

    ASKED = "asked"
    WRITTEN = "written"
    SENT = "sent"
    SKIPPED = "skipped"
    MISSED = "missed"


class Run(Base):
    """One time of a schedule: there is never a second one for the same moment.

    Attributes:
        newsletter_id: this issue's text; broadcast_id: how it went out.
    """

    __tablename__ = "schedule_runs"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    newsletter_id: Mapped[int | None] = mapped_column(ForeignKey("newsletters.id", ondelete="SET NULL"))
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id", ondelete="SET NULL"))


def schedules_due(session: Session, until: datetime) -> list[int]:
    """Ids of those whose next moment comes by then, the earliest first."""
    due = select(Schedule.id).where(Schedule.state == ScheduleState.ACTIVE, Schedule.next_at <= until)
    return list(session.scalars(due.order_by(Schedule.next_at, Schedule.id)))


def live_schedules(session: Session, author_id: int | None = None) -> list[Schedule]:
    """Those that have not ended, or of these one author's, oldest first."""
    live = select(Schedule).where(Schedule.state != ScheduleState.ENDED)
    if author_id is not None:
        live = live.where(Schedule.author_id == author_id)
    return list(session.scalars(live.order_by(Schedule.id)))


def digest_schedule(session: Session) -> Schedule | None:
    """The network's own."""
    return session.scalar(select(Schedule).where(Schedule.kind == ScheduleKind.DIGEST).with_for_update())


def runs_since(session: Session, schedule_id: int, since: datetime) -> dict[datetime, Run]:
    """What is known of its times from then on."""
    runs = session.scalars(select(Run).where(Run.schedule_id == schedule_id, Run.at >= since))
    return {run.at: run for run in runs}
