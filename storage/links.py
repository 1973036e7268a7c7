"""Codes that join two channels of one person: shown on one phone, entered on the other, good once and for minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for


class LinkCode(Base):
    """A code that waits to be entered; only its hash is kept.

    Attributes:
        member_id: who asked for it. Asking again takes the old one back.
    """

    __tablename__ = "link_codes"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class LinkTry(Base):
    """A code that was entered and was none, by the address it was entered from."""

    __tablename__ = "link_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


def give_code(session: Session, member_id: int, code_hash: str, expires_at: datetime) -> None:
    """Let this be the member's one code."""
    row = insert_for(session)(LinkCode).values(member_id=member_id, code_hash=code_hash, expires_at=expires_at)
    new = {"code_hash": row.excluded.code_hash, "expires_at": row.excluded.expires_at}
    session.execute(row.on_conflict_do_update(index_elements=["member_id"], set_=new))


def find_code(session: Session, code_hash: str) -> LinkCode | None:
    """The code, expired or not. It is looked for by its hash, so how long that takes tells nothing about any code."""
    return session.scalar(select(LinkCode).where(LinkCode.code_hash == code_hash))


def take_code(session: Session, code_hash: str, now: datetime) -> bool:
    """Use the code up; False for all but the first who does, and when it has expired."""
    valid = delete(LinkCode).where(LinkCode.code_hash == code_hash, LinkCode.expires_at > now)
    return session.execute(valid).rowcount == 1  # type: ignore[attr-defined,no-any-return]  # a DELETE's CursorResult


def drop_codes(session: Session, before: datetime) -> None:
    """Let go of codes that expired before this moment."""
    session.execute(delete(LinkCode).where(LinkCode.expires_at < before))


def add_try(session: Session, address_id: int, now: datetime, since: datetime) -> None:
    """Note a wrong code; those before `since` count no longer, whoever entered them."""
    session.execute(delete(LinkTry).where(LinkTry.at <= since))
    session.add(LinkTry(address_id=address_id, at=now))
    session.flush()


def count_tries(session: Session, address_id: int, since: datetime) -> int:
    tries = select(func.count()).select_from(LinkTry).where(LinkTry.address_id == address_id, LinkTry.at > since)
    return session.scalar(tries) or 0
