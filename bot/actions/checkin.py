"""Being there: on the day of an event, whoever knows the code that is said at the door is noted as present."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy.orm import Session

from bot.actions.events import ends
from bot.actions.standing import DOOR
from bot.core import codes
from storage.events import Event, EventState, Reply, Rsvp, events_about
from storage.members import Member
from storage.rsvps import locked, rsvp_of

_NEAR: Final = timedelta(days=1)
"""No moment of today is farther."""


def is_on(event: Event, now: datetime, zone: tzinfo) -> bool:
    """Whether it takes place today, from the first minute of its first day to the last of its last.

    One shortly after midnight has its door open the evening before.
    """
    if event.starts_at is None or event.state not in {EventState.OPEN, EventState.OVER}:
        return False
    begun = _day(event.starts_at, zone) <= _day(now, zone) or event.starts_at - DOOR <= now
    return begun and _day(now, zone) <= _day(ends(event) or event.starts_at, zone)


def at_door(session: Session, typed: str, now: datetime, zone: tzinfo) -> Event | None:
    """The event of today whose code was typed, in capitals or not."""
    near = events_about(session, now - _NEAR, now + _NEAR)
    return next((event for event in near if is_on(event, now, zone) and opens(event, typed)), None)


def opens(event: Event, typed: str) -> bool:
    """Whether this is the event's code."""
    return bool(event.code) and codes.signs(typed) == codes.signs(event.code)


def arrive(session: Session, event_id: int, member: Member, now: datetime) -> None:
    """Note that they are there, also when they had not said that they come."""
    locked(session, event_id)
    rsvp = rsvp_of(session, event_id, member.id)
    if rsvp is None:
        rsvp = Rsvp(event_id=event_id, member_id=member.id, reply=Reply.YES, seats=1, replied_at=now)
        session.add(rsvp)
    rsvp.attended_at = rsvp.attended_at or now
    session.flush()


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
