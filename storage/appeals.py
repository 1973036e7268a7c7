"""What surveys and declarations have in common: both appeal to members, in their languages, until a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base

DRAFT: Final = "draft"
OPEN: Final = "open"
"""States that every appeal has. From the moment it is open its words never change."""


class Appeal(Base):
    """An appeal, from its first draft on. What is sent of it is a newsletter about it.

    Attributes:
        noun: what the audit log and the staff's buttons call it; about: what `Newsletter.about` says of it.
        titles, texts: language -> plain title, neutral markup; source: the language it was first written in.
        audience: which members it asks, as `Audience.to_json`.
        closes_at: it is over from then on; None for one that is closed by hand.
    """

    __abstract__ = True

    noun: ClassVar[str]
    about: ClassVar[str]

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    source: Mapped[str] = mapped_column(String(8))
    titles: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    audience: Mapped[dict[str, Any]]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


A = TypeVar("A", bound=Appeal)


def newest_appeals(session: Session, table: type[A], *states: str, before: int | None = None) -> Iterator[A]:
    """Those in these states, the newest first; of those with a smaller id than this one."""
    found = select(table).where(table.state.in_(states)).order_by(table.id.desc())
    return iter(session.scalars(found if before is None else found.where(table.id < before)))


def passed_appeals(session: Session, table: type[A], now: datetime) -> list[int]:
    """Ids of the open ones whose time is over."""
    passed = select(table.id).where(table.state == OPEN, table.closes_at <= now)
    return list(session.scalars(passed.order_by(table.closes_at)))
