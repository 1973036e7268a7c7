"""When those who saved a call, or come to an event, are reminded: one row each time, and a broadcast once it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for


class Reminder(Base):
    """A reminder of a call's deadline, or of an event's start.

    Attributes:
        about, about_id: as `Newsletter.about`.
        name: which one: "14d", "3d", "1d"; "7d", "1d", "2h".
        broadcast_id: how it was sent; None until then.
        settled_at: when it was sent, or found to be too late to be of use.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(
            "ix_reminders_due_at",
            "due_at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    about: Mapped[str] = mapped_column(String(8), primary_key=True)
    about_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    due_at: Mapped[datetime]
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None]


def set_reminders(session: Session, about: str, about_id: int, due: Mapping[str, datetime]) -> None:
    """Let these reminders be due, and none else of this: one that was sent comes again, when it is due once more."""
    session.execute(delete(Reminder).where(Reminder.about == about, Reminder.about_id == about_id))
    rows = [{"about": about, "about_id": about_id, "name": name, "due_at": moment} for name, moment in due.items()]
    if rows:
        session.execute(insert_for(session)(Reminder), rows)


def due_reminders(session: Session, now: datetime) -> list[Reminder]:
    """Those whose moment has come, earliest first."""
    waiting = select(Reminder).where(Reminder.settled_at.is_(None), Reminder.due_at <= now)
    return list(session.scalars(waiting.order_by(Reminder.due_at)))
