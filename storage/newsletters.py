"""What is published: a text in some of the network's languages, maybe with a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class Newsletter(Base):
    """A newsletter, from its first draft on.

    Attributes:
        texts: language -> neutral markup, the first written first. A member whose language is missing gets `source`.
        source: the language it was first written in.
        attachment: Attachment as JSON, None without one.
        audience: the audience chosen so far, as JSON.
        useful_until: nobody gets it from then on, such as once the event has begun.
        urgent: why it may disturb at night and on holidays; "" when it may not.
        about: "call", "event", "time" (finding one), "survey", "results" (of one), "sign" (a declaration) or "digest"
            when it speaks of that; about_id: which. "" for news.
    """

    __tablename__ = "newsletters"
    __table_args__ = (Index("ix_newsletters_about_about_id", "about", "about_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    source: Mapped[str]
    texts: Mapped[dict[str, Any]]
    attachment: Mapped[dict[str, Any] | None]
    audience: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    urgent: Mapped[str] = mapped_column(default="", server_default="")
    about: Mapped[str] = mapped_column(String(8), default="", server_default="")
    about_id: Mapped[int | None]


def latest_newsletter(session: Session, author_id: int) -> Newsletter | None:
    """The newsletter this person began last."""
    return session.scalar(
        select(Newsletter).where(Newsletter.author_id == author_id).order_by(Newsletter.id.desc()).limit(1)
    )
