"""Codes that join two channels of one person: shown on one phone, entered on the other, good once and for minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


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
