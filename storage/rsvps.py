"""Answers to events as seats: how many are taken, who waits for some, and to whom some were offered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.events import Event, EventState, ProposedTime, Reply, Rsvp, TimeMark

HOLDING: Final = (Reply.YES, Reply.OFFERED)
"""Whoever answered so has seats; all others have none."""

_AS_IT_IS: Final = {"populate_existing": True}
"""Behind the lock of the event, what was read before it may be old."""


def locked(session: Session, event_id: int) -> Event | None:
    """The event, as it is at this moment; nobody else gives away its seats until the transaction ends."""
    return session.get(Event, event_id, with_for_update=True, populate_existing=True)


def rsvp_of(session: Session, event_id: int, member_id: int) -> Rsvp | None:
    """As it is at this moment."""
    return session.get(Rsvp, (event_id, member_id), populate_existing=True)


def seats_taken(session: Session, event_id: int, but: int = 0) -> int:
    """By those who come and those to whom some are offered.

    Args:
        but: the member whose own do not count.
    """
    taken = select(func.coalesce(func.sum(Rsvp.seats), 0)).where(Rsvp.event_id == event_id, Rsvp.reply.in_(HOLDING))
    return int(session.scalar(taken.where(Rsvp.member_id != but)) or 0)


def waiting_list(session: Session, event_id: int) -> list[Rsvp]:
    """Who waits for seats, in the order in which they asked."""
    waiting = select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.reply == Reply.WAITING)
    return list(session.scalars(waiting.order_by(Rsvp.waits_since, Rsvp.member_id), execution_options=_AS_IT_IS))


def expired_offers(session: Session, event_id: int, now: datetime) -> list[Rsvp]:
    offers = select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.reply == Reply.OFFERED, Rsvp.offered_until <= now)
    return list(session.scalars(offers.order_by(Rsvp.offered_until, Rsvp.member_id), execution_options=_AS_IT_IS))


def to_look_after(session: Session, now: datetime) -> list[int]:
    """Ids of the events at which an offer has expired, or somebody waits; also where it has begun meanwhile."""
    expired = select(Rsvp.event_id).where(Rsvp.reply == Reply.OFFERED, Rsvp.offered_until <= now)
    somebody = select(Rsvp.member_id).where(Rsvp.event_id == Event.id, Rsvp.reply == Reply.WAITING).exists()
    awaited = select(Event.id).where(Event.state == EventState.OPEN, Event.starts_at.is_not(None), somebody)
    return sorted({*session.scalars(expired), *session.scalars(awaited)})


def answered_by(session: Session, member_id: int, *replies: Reply) -> dict[int, Rsvp]:
    """A member's answers by event, or those of them that are one of these."""
    mine = select(Rsvp).where(Rsvp.member_id == member_id)
    return {rsvp.event_id: rsvp for rsvp in session.scalars(mine.where(Rsvp.reply.in_(replies)) if replies else mine)}


def times_of(session: Session, event_id: int) -> list[ProposedTime]:
    """When it could be, earliest first."""
    times = select(ProposedTime).where(ProposedTime.event_id == event_id)
    return list(session.scalars(times.order_by(ProposedTime.starts_at)))


def marked_by(session: Session, member_id: int, times: Collection[int]) -> set[int]:
    """Which of these times suit the member."""
    marks = select(TimeMark.time_id).where(TimeMark.member_id == member_id, TimeMark.time_id.in_(times))
    return set(session.scalars(marks))


def is_ahead(event: Event, now: datetime) -> bool:
    """Whether it has not begun."""
    return event.starts_at is not None and now < event.starts_at
