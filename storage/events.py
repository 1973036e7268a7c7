"""Events: when and where people meet, who said that they come, and who came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base
from storage.members import Member
from storage.organisations import Organisation


class EventState(StrEnum):
    """draft -> open -> over, or -> cancelled; draft -> choosing -> open, where a time is found first."""

    DRAFT = "draft"
    CHOOSING = "choosing"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"


class Event(Base):
    """An event, from its first draft on. What is published of it is a newsletter about it.

    Attributes:
        source: the language it was first written in; titles, texts: language -> plain title, neutral markup.
        starts_at, ends_at: None until they are known.
        place: an address in words; latitude, longitude: a point on the map; link: where it is met online.
        capacity: seats, None for any number.
        topics, regions: keys of the network's; empty for all of them.
        eligible: who may come, keys of `bot.actions.eligibility`; empty for everybody.
        sequence: how often it changed since it was published, as calendars count that (RFC 5545, SEQUENCE).
        code: what is said at the door on the day.
        asked_at: when those who came were last asked how it was.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_starts_at",
            "starts_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    source: Mapped[str] = mapped_column(String(8))
    titles: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    link: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int | None]
    topics: Mapped[list[str]] = mapped_column(default=list)
    regions: Mapped[list[str]] = mapped_column(default=list)
    eligible: Mapped[list[str]] = mapped_column(default=list)
    sequence: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]


class Reply(StrEnum):
    """What somebody answered, and for "yes" where that has led to.

    waiting: all seats were taken. offered: a seat became free and is kept for them until `Rsvp.offered_until`.
    """

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"
    WAITING = "waiting"
    OFFERED = "offered"


class Rsvp(Base):
    """A member's answer to an event.

    Attributes:
        reply: a Reply.
        seats: for them and their colleagues, 1 for them alone.
        replied_at: when the answer was last changed.
        waits_since: their place in the waiting list; ties go by member.
        attended_at: they were there.
        rating: how useful it was, 1 to 5; better: what should be better, in their words; both from the feedback.
    """

    __tablename__ = "rsvps"
    __table_args__ = (
        Index("ix_rsvps_offered_until", "offered_until", sqlite_where=text("reply = 'offered'"),
              postgresql_where=text("reply = 'offered'")),
    )  # fmt: skip

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True)
    reply: Mapped[str] = mapped_column(String(8))
    seats: Mapped[int] = mapped_column(default=1)
    replied_at: Mapped[datetime]
    waits_since: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    better: Mapped[str] = mapped_column(default="")


class ProposedTime(Base):
    """A time at which an event could be; members say whether it suits them."""

    __tablename__ = "proposed_times"
    __table_args__ = (UniqueConstraint("event_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]


class TimeMark(Base):
    """A proposed time suits a member."""

    __tablename__ = "time_marks"

    time_id: Mapped[int] = mapped_column(ForeignKey("proposed_times.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True)


def events_in(session: Session, *states: EventState) -> list[Event]:
    """Events in these states, oldest first."""
    return list(session.scalars(select(Event).where(Event.state.in_(states)).order_by(Event.id)))


def events_ahead(session: Session, now: datetime) -> list[Event]:
    """Open ones that have not ended, soonest first; one whose end is not known has, once it begins."""
    ahead = select(Event).where(Event.state == EventState.OPEN, func.coalesce(Event.ends_at, Event.starts_at) > now)
    return list(session.scalars(ahead.order_by(Event.starts_at, Event.id)))


def events_about(session: Session, begins: datetime, ends: datetime) -> list[Event]:
    """Open or over, and some of it between these moments, soonest first."""
    held = Event.state.in_((EventState.OPEN, EventState.OVER))
    about = select(Event).where(held, Event.starts_at < ends, func.coalesce(Event.ends_at, Event.starts_at) >= begins)
    return list(session.scalars(about.order_by(Event.starts_at, Event.id)))


class Answer(NamedTuple):
    """A member's answer, with who that is."""

    rsvp: Rsvp
    member: Member
    organisation: str


def newest_events(session: Session, *states: str, before: int | None = None) -> Iterator[Event]:
    """Events in these states, the newest first; of those with a smaller id than this one."""
    found = select(Event).where(Event.state.in_(states)).order_by(Event.id.desc())
    return iter(session.scalars(found if before is None else found.where(Event.id < before)))


def answers_to(session: Session, event_id: int, *replies: Reply) -> list[Answer]:
    """Every answer, or those that are one of these: who waits in the order of waiting, others as they answered."""
    found = (
        select(Rsvp, Member, Organisation.name)
        .join(Member, Member.id == Rsvp.member_id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .where(Rsvp.event_id == event_id)
        .order_by(Rsvp.waits_since, Rsvp.replied_at, Rsvp.member_id)
    )
    rows = session.execute(found.where(Rsvp.reply.in_(replies)) if replies else found)
    return [Answer(rsvp, member, organisation or "") for rsvp, member, organisation in rows]


def whom_it_suits(session: Session, event_id: int) -> dict[int, list[int]]:
    """Members by the id of each time that was proposed, the earliest time first."""
    marks = (
        select(ProposedTime.id, TimeMark.member_id)
        .outerjoin(TimeMark, TimeMark.time_id == ProposedTime.id)
        .where(ProposedTime.event_id == event_id)
        .order_by(ProposedTime.starts_at, TimeMark.member_id)
    )
    suits: dict[int, list[int]] = {}
    for time_id, member_id in session.execute(marks):
        suits.setdefault(time_id, []).extend([] if member_id is None else [member_id])
    return suits


def to_be_asked(session: Session, since: datetime) -> list[Event]:
    """Events since then at which somebody was, as is known only since those who were there were asked, if they were."""
    lately = Rsvp.attended_at > func.coalesce(Event.asked_at, since)
    somebody = select(Rsvp.member_id).where(Rsvp.event_id == Event.id, lately).exists()
    passed = Event.state.in_((EventState.OPEN, EventState.OVER))
    found = select(Event).where(passed, Event.starts_at > since, somebody)
    return list(session.scalars(found.order_by(Event.id)))
