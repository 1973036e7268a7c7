"""Funding calls: who gives how much to whom, and until when one can apply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class CallState(StrEnum):
    """draft -> open <-> closed; proposed -> draft, or -> declined; open, closed -> withdrawn.

    proposed: a member wrote it, and staff decide. closed: its deadline has passed, and can be moved yet. withdrawn: it
    was published and holds no more.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"
    DECLINED = "declined"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Call(Base):
    """A funding call, from its first draft on. What is published of it is a newsletter about it.

    Attributes:
        author_id: who of the staff answers for it; proposer_id: the member who proposed it, if one did.
        source: the language it was first written in; titles, texts: language -> plain title, neutral markup.
        amount_from, amount_to: in whole units of the currency ("AZN"); None where it is not said.
        deadline: the last moment to apply; None for a call that stays open. whole_day: it was given as a day alone, and
            is the last second of that in the network's zone.
        eligible: who may apply, keys of `bot.actions.eligibility`; empty for everybody.
        topics, regions: keys of the network's; empty for all of them.
        documents: attachments as JSON.
        registration: whether a grant under it must be registered: "yes", "no", "" for not known.
        note: what else staff say of that registration, neutral markup by language.
        published_at: when it was first sent; closed_at: when its cards were closed.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(
            "ix_calls_deadline",
            "deadline",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    source: Mapped[str] = mapped_column(String(8))
    titles: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    donor: Mapped[str] = mapped_column(default="")
    amount_from: Mapped[int | None]
    amount_to: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    deadline: Mapped[datetime | None]
    whole_day: Mapped[bool] = mapped_column(default=True)
    eligible: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    regions: Mapped[list[str]] = mapped_column(default=list)
    link: Mapped[str] = mapped_column(default="")
    documents: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    registration: Mapped[str] = mapped_column(String(3), default="")
    note: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class CallMark(Base):
    """What a call is to a member.

    Attributes:
        saved_at: it is saved, and reminds before the deadline; None when it is not.
        remind_at: they asked to be reminded then as well; None again once that was done.
        declined_at: it is not for them, for this reason: a key of `bot.actions.disliking`.
    """

    __tablename__ = "call_marks"
    __table_args__ = (
        Index("ix_call_marks_remind_at", "remind_at", sqlite_where=text("remind_at IS NOT NULL"),
              postgresql_where=text("remind_at IS NOT NULL")),
    )  # fmt: skip

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True)
    saved_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(16), default="")


class Dislike(Base):
    """Calls a member does not want to hear of, such as "topic:health" or "large:EUR:6"; see `Audience.disliked`."""

    __tablename__ = "dislikes"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    what: Mapped[str] = mapped_column(String(80), primary_key=True)


def calls_in(session: Session, *states: CallState) -> list[Call]:
    """Calls in these states, oldest first."""
    return list(session.scalars(select(Call).where(Call.state.in_(states)).order_by(Call.id)))


def newest_calls(session: Session, *states: str, author_id: int | None = None, before: int | None = None,
                 ) -> Iterator[Call]:  # fmt: skip
    """Calls in these states, newest first; only this author's, only those older than this one, if given."""
    found = select(Call).where(Call.state.in_(states))
    if author_id is not None:
        found = found.where(Call.author_id == author_id)
    if before is not None:
        found = found.where(Call.id < before)
    return iter(session.scalars(found.order_by(Call.id.desc())))


def passed_calls(session: Session, now: datetime) -> list[int]:
    """Ids of the open ones whose deadline is over."""
    passed = select(Call.id).where(Call.state == CallState.OPEN, Call.deadline <= now)
    return list(session.scalars(passed.order_by(Call.deadline)))


def proposed_by(session: Session, member_id: int) -> int:
    """How many proposals of this member wait for an answer."""
    waiting = select(func.count(Call.id)).where(Call.state == CallState.PROPOSED, Call.proposer_id == member_id)
    return session.scalar(waiting) or 0
