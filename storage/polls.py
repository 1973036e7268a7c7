"""Native polls: which poll of a platform asked whom what, written with the outcome of its send."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class Poll(Base):
    """A poll that a platform took.

    Attributes:
        poll_id: the platform's.
        outbox_id: the row it was sent as: its payload, or its broadcast, says what was asked, and its options' order.
        survey_id, question_id: what a vote answers.
        message: the platform's id of the message it stands in, so that it can be closed.
    """

    __tablename__ = "polls"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    poll_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(String(128), default="")
