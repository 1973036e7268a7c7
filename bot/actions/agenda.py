"""What is ahead for a member: events that concern them, those they answered, and any that they look for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.actions.concerning import concerns, interests_of
from bot.actions.events import audience_of
from bot.actions.telling import publications
from bot.core.search import search
from storage.events import Event, EventState, Reply, events_ahead, events_in
from storage.members import Member
from storage.rsvps import answered_by


def is_published(session: Session, event: Event) -> bool:
    """Whether people have seen it: what is sent says so a moment before the event does."""
    return event.state != EventState.DRAFT or any(publications(session, what, event.id) for what in ("event", "time"))


def for_member(session: Session, member: Member, now: datetime) -> list[Event]:
    """What they would have been written to about, soonest first."""
    return _concerning(session, member, ahead(session, now))


def choosing_for(session: Session, member: Member) -> list[Event]:
    """What they would have been asked about, when it should be; oldest first."""
    return _concerning(session, member, events_in(session, EventState.CHOOSING))


def of_member(session: Session, member: Member, now: datetime) -> list[Event]:
    """What they come to, may come to or wait for, soonest first."""
    mine = answered_by(session, member.id, Reply.YES, Reply.MAYBE, Reply.WAITING, Reply.OFFERED)
    return [event for event in ahead(session, now) if event.id in mine]


def found(session: Session, typed: str, now: datetime) -> list[Event]:
    """Whose title or place is meant, best first, in any language and spelling."""
    return search(typed, [(event, (*event.titles.values(), event.place)) for event in ahead(session, now)], 25)


def ahead(session: Session, now: datetime) -> list[Event]:
    """All that are not over, soonest first."""
    return events_ahead(session, now)


def _concerning(session: Session, member: Member, events: list[Event]) -> list[Event]:
    interest = interests_of(session, [member])[member.id]
    return [event for event in events if concerns(audience_of(event), interest)]
