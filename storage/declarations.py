"""Declarations: a text that people and their organisations sign."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.appeals import Appeal
from storage.base import Base


class DeclarationState(StrEnum):
    """draft -> open -> closed. From the moment it is open its text never changes."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Declaration(Appeal):
    """An appeal for signatures.

    Attributes:
        frozen: SHA-256 over titles and texts as they were opened, hexadecimal; "" while it is a draft.
        code: stands in the link by which anybody can sign; "" where only members can.
    """

    __tablename__ = "declarations"
    __table_args__ = (
        Index("ix_declarations_code", "code", unique=True, sqlite_where=text("code != ''"),
              postgresql_where=text("code != ''")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    noun = "declaration"
    about = "sign"

    frozen: Mapped[str] = mapped_column(String(64), default="")
    code: Mapped[str] = mapped_column(String(16), default="")
    opened_at: Mapped[datetime | None]


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


def countries_of(session: Session, declaration_id: int) -> dict[str, int]:
    """How many signed from each country."""
    signed = select(Signature.country, func.count()).where(
        Signature.declaration_id == declaration_id, Signature.withdrawn_at.is_(None)
    )
    found = session.execute(signed.group_by(Signature.country))
    return {country: n for country, n in found}  # noqa: C416 - rows are not pairs to mypy


def has_declarations(session: Session, member_id: int, *, signs: bool) -> bool:
    """Whether this member signed one, or one is open and they are of those who can sign."""
    mine = select(Signature.id).where(Signature.member_id == member_id, Signature.withdrawn_at.is_(None)).exists()
    some = select(Declaration.id).where(Declaration.state == DeclarationState.OPEN).exists()
    return session.scalars(select(or_(mine, some) if signs else mine)).one()


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
