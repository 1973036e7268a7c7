"""Declarations: a text that people and their organisations sign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class DeclarationState(StrEnum):
    """draft -> open -> closed. From the moment it is open its text never changes."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Declaration(Base):
    """A declaration, from its first draft on. What is sent of it is a newsletter about it ("sign").

    Attributes:
        titles, texts: language -> plain title, neutral markup; source: the language it was first written in.
        frozen: SHA-256 over titles and texts as they were opened, hexadecimal; "" while it is a draft.
        audience: which members are asked to sign, as `Audience.to_json`.
        code: stands in the link by which anybody can sign; "" where only members can.
        closes_at: nobody can sign from then on; None for one that is closed by hand.
    """

    __tablename__ = "declarations"
    __table_args__ = (
        Index("ix_declarations_code", "code", unique=True, sqlite_where=text("code != ''"),
              postgresql_where=text("code != ''")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    source: Mapped[str] = mapped_column(String(8))
    titles: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    frozen: Mapped[str] = mapped_column(String(64), default="")
    audience: Mapped[dict[str, Any]]
    code: Mapped[str] = mapped_column(String(16), default="")
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Signature(Base):
    """Somebody signed it.

    Attributes:
        member_id: who signed; None for one that came from a list.
        country: ISO 3166-1, two letters.
        language: in which the text was read; frozen: the hash of what was signed.
        withdrawn_at: it does not count from then on; signing again takes this away.
    """

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("declaration_id", "member_id"),
        Index("ix_signatures_declaration_id_country", "declaration_id", "country"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declarations.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(8))
    frozen: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


def newest_declarations(session: Session, *states: str,
                        before: int | None = None) -> Iterator[Declaration]:  # fmt: skip
    """Declarations in these states, the newest first; of those with a smaller id than this one."""
    found = select(Declaration).where(Declaration.state.in_(states)).order_by(Declaration.id.desc())
    return iter(session.scalars(found if before is None else found.where(Declaration.id < before)))


def passed_declarations(session: Session, now: datetime) -> list[int]:
    """Ids of the open ones whose time is over."""
    passed = select(Declaration.id).where(Declaration.state == DeclarationState.OPEN, Declaration.closes_at <= now)
    return list(session.scalars(passed.order_by(Declaration.closes_at)))


def countries_of(session: Session, declaration_id: int) -> dict[str, int]:
    """How many signed from each country, the most first."""
    signed = select(Signature.country, func.count()).where(
        Signature.declaration_id == declaration_id, Signature.withdrawn_at.is_(None)
    )
    found = session.execute(signed.group_by(Signature.country).order_by(func.count().desc(), Signature.country))
    return {country: n for country, n in found}  # noqa: C416 - rows are not pairs to mypy


def repoint(session: Session, gone_id: int, kept_id: int) -> None:
    """What the one signed, the other did; of two signatures the one that stands counts, or else the earlier."""
    signed = select(Signature).order_by(Signature.id)
    mine = {each.declaration_id: each for each in session.scalars(signed.where(Signature.member_id == kept_id))}
    for theirs in session.scalars(signed.where(Signature.member_id == gone_id)).all():
        other = mine.get(theirs.declaration_id)
        lost = other and max(other, theirs, key=lambda each: (each.withdrawn_at is not None, each.signed_at))
        if lost is not None:
            session.delete(lost)
            session.flush()
        if lost is not theirs:
            theirs.member_id = kept_id
    session.flush()
