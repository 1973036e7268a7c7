"""Files that people sent on one messenger and that others will carry: which of them are in the file store by now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class CarriedFile(Base):
    """A file at a platform that is to be, or was, brought into the file store.

    Attributes:
        remote: "<channel>:<id>", as in `Attachment.file`.
        stored: "sha256:<hex>" once it is here; "" before.
        failure: why it never will be ("large", "gone"); "" otherwise.
        tries: how often it could not be had.
        asked_at: when it was first wanted.
        again_at: not asked for before this moment; None when it is here or given up.
    """

    __tablename__ = "carried_files"

    remote: Mapped[str] = mapped_column(String(256), primary_key=True)
    stored: Mapped[str] = mapped_column(String(80), default="")
    failure: Mapped[str] = mapped_column(String(16), default="")
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime | None]
