"""The organisations members speak for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base
from storage.members import Member


class Organisation(Base):
    """An NGO. `folded` is its name as search sees it; whoever writes `name` writes both."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(String(400), index=True)
    created_at: Mapped[datetime]


def find_organisations(session: Session, folded: str, limit: int) -> list[Organisation]:
    """Those whose folded name holds the folded query, names that begin with it first."""
    begins = Organisation.folded.startswith(folded, autoescape=True)
    holds = Organisation.folded.contains(folded, autoescape=True)
    order = (begins.desc(), func.length(Organisation.folded), Organisation.id)
    return list(session.scalars(select(Organisation).where(holds).order_by(*order).limit(limit)))


def folded_names(session: Session) -> dict[int, str]:
    """Every organisation's folded name by id, for near matches; a hundred thousand of them are a few megabytes."""
    return {key: folded for key, folded in session.execute(select(Organisation.id, Organisation.folded))}  # noqa: C416


def has_members(session: Session, organisation_id: int) -> bool:
    confirmed = select(Member.id).where(Member.organisation_id == organisation_id, Member.membership == "confirmed")
    return session.scalar(confirmed.limit(1)) is not None
