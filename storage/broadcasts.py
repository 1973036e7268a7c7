"""One sending of one thing to one audience; what happened to it is told by its outbox rows alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, and_, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class BroadcastState(StrEnum):
    """waiting -> held or scheduled -> sending <-> paused; sending -> done once no row is unfinished.

    A retry brings it back from done to sending. What is on its way can be cancelled; what has not fired can be taken
    back, and is a draft again.

    waiting: for a second person's approval. held: for the undo window. late: its hour passed while nobody was there to
    send it, and its author is asked.
    """

    WAITING = "waiting"
    HELD = "held"
    SCHEDULED = "scheduled"
    LATE = "late"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


UNFIRED = (BroadcastState.WAITING, BroadcastState.HELD, BroadcastState.SCHEDULED, BroadcastState.LATE)
"""Nothing of it has been written: it can become a draft again."""


class BroadcastKind(StrEnum):
    """What a broadcast does: say something, correct what one said, or take back what one said.

    update: changes the copies in place, and tells nobody: a call has closed, an event has moved. reminder, notice: goes
    to those who asked for it, by saving a call or answering an event. digest: open calls and coming events, to each
    what concerns them.
    """

    NEWSLETTER = "newsletter"
    CORRECTION = "correction"
    RECALL = "recall"
    UPDATE = "update"
    REMINDER = "reminder"
    NOTICE = "notice"
    DIGEST = "digest"


OWN = (BroadcastKind.NEWSLETTER, BroadcastKind.CORRECTION, BroadcastKind.RECALL, BroadcastKind.DIGEST)
"""Those that staff send and follow; the others follow from what happens to a call or an event."""


class Broadcast(Base):
    """A broadcast.

    Attributes:
        kind: a BroadcastKind.
        original_id: the broadcast that this one corrects or recalls.
        leaves_at: when it fires: the end of its undo window, or its hour.
        asked_at: when its author or the approvers were asked what is to become of it.
        approver_id: who agreed to it, where a second person must.
        urgent: why it may disturb at night and on holidays, in its author's words; "" when it may not.
        rate: most messages a second, where its author wants fewer than the channel allows.
        next_at: with a rate: when its next message may leave.
        resumes: with a correction: the original was sending, and goes on afterwards.
        author_address_id: where its author follows it; the progress card and the report go there.
        pause_reason: why it paused by itself ("content", "account"), "" when a person did it.
        fired_at: when the audience was frozen.
        fanned_to: the last member id whose row is written; fan-out goes on behind it after a kill.
        fanned_at: when every row had been written.
        finished_at: when every row had its outcome, also of one that was cancelled; from then on it is over.
        expires_at: nobody gets it any more from then on, such as once the event has begun.
        card: outbox row of the progress card.
        carded_at: when the card was last brought up to date.
    """

    __tablename__ = "broadcasts"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's; the id of one taken back is never given again

    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    author_address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(
        String(12), default=BroadcastKind.NEWSLETTER, server_default=BroadcastKind.NEWSLETTER
    )
    original_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    pause_reason: Mapped[str] = mapped_column(String(32), default="")
    audience: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    fanned_to: Mapped[int] = mapped_column(default=0)
    fanned_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    expires_at: Mapped[datetime | None]
    leaves_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    urgent: Mapped[str] = mapped_column(default="", server_default="")
    rate: Mapped[float | None]
    next_at: Mapped[datetime | None]
    resumes: Mapped[bool] = mapped_column(default=False, server_default=false())
    card: Mapped[int | None]
    carded_at: Mapped[datetime | None]


def in_state(session: Session, *states: BroadcastState) -> list[Broadcast]:
    """Broadcasts in these states, oldest first."""
    return list(session.scalars(select(Broadcast).where(Broadcast.state.in_(states)).order_by(Broadcast.id)))


def departing(session: Session, now: datetime) -> list[int]:
    """Ids of those whose time has come: to leave, to be waited for no longer, or never to leave any more."""
    timed = (BroadcastState.HELD, BroadcastState.SCHEDULED, BroadcastState.WAITING)
    leaves = and_(Broadcast.state.in_(timed), Broadcast.leaves_at <= now)
    over = and_(Broadcast.state.in_(UNFIRED), Broadcast.expires_at <= now)
    return list(session.scalars(select(Broadcast.id).where(or_(leaves, over)).order_by(Broadcast.leaves_at)))


def counting_down(session: Session, carded_before: datetime) -> list[int]:
    """Ids of those in their undo window whose card was last brought up to date before that."""
    held = (Broadcast.state == BroadcastState.HELD, Broadcast.carded_at <= carded_before)
    return list(session.scalars(select(Broadcast.id).where(*held).order_by(Broadcast.id)))


def lately(session: Session, since: datetime) -> list[Broadcast]:
    """Those that fired since, and all that have not fired yet."""
    either = or_(Broadcast.fired_at >= since, Broadcast.state.in_(UNFIRED))
    return list(session.scalars(select(Broadcast).where(either).order_by(Broadcast.id)))


def open_broadcasts(session: Session) -> list[Broadcast]:
    """Those on their way, and ones cancelled there that are not over yet."""
    begun = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.CANCELLED])
    unfinished = (Broadcast.fired_at.is_not(None), Broadcast.finished_at.is_(None))
    return list(session.scalars(select(Broadcast).where(begun, *unfinished).order_by(Broadcast.id)))


def recent_broadcasts(session: Session, limit: int, before: int | None = None) -> list[Broadcast]:
    """The newest, or the newest of those older than this one."""
    older = () if before is None else (Broadcast.id < before,)
    return list(
        session.scalars(
            select(Broadcast).where(Broadcast.kind.in_(OWN), *older).order_by(Broadcast.id.desc()).limit(limit)
        )
    )
