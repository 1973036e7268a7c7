"""Finding a time for an event: several are offered, members mark what suits them, and one is picked."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import eventmoves, events, publishing
from bot.actions.eventcards import when_words
from bot.core.i18n import _
from bot.network import Network
from storage.audiences import Audience
from storage.events import Event, EventState, ProposedTime, whom_it_suits
from storage.members import Member
from storage.rsvps import times_of
from storage.staff import record

FEWEST: Final = 2
"""Times there must be to choose from."""

MOST: Final = 8
"""Times that can be offered: more cannot be taken in on a phone."""


class Suits(NamedTuple):
    """A time, and the ids of the members whom it suits."""

    time: ProposedTime
    members: list[int]


def offer(session: Session, event: Event, starts_at: datetime, actor: Member, now: datetime) -> bool:
    """Let it be one of the times to choose from; False where it is already, or where there are enough."""
    known = [time.starts_at for time in times_of(session, event.id)]
    if starts_at in known or len(known) >= MOST:
        return False
    session.add(ProposedTime(event_id=event.id, starts_at=starts_at))
    session.flush()
    record(session, now, actor.id, "event.offer", event=event.id, moment=starts_at.isoformat())
    return True


def withdraw(session: Session, event: Event, time_id: int, actor: Member, now: datetime) -> None:
    """Offer this time no longer."""
    time = session.get(ProposedTime, time_id)
    if time is not None and time.event_id == event.id:
        record(session, now, actor.id, "event.withdraw", event=event.id, moment=time.starts_at.isoformat())
        session.delete(time)
        session.flush()


def result(session: Session, event_id: int) -> list[Suits]:
    """What suits whom, the earliest time first."""
    members = whom_it_suits(session, event_id)
    return [Suits(time, members.get(time.id, [])) for time in times_of(session, event_id)]


def pick(session: Session, event: Event, time: ProposedTime, actor: Member, network: Network, now: datetime) -> None:
    """Hold it then: it is a draft with a date, its copies say so, and whoever marked a time is told."""
    event.starts_at, event.ends_at, event.state = time.starts_at, None, EventState.DRAFT
    record(session, now, actor.id, "event.pick", event=event.id, moment=time.starts_at.isoformat())
    publishing.keep_until(session, events.TIME, event.id, now)
    events.show_anew(session, event, network, now)

    def say() -> Markup:
        found = _("The time is found: {when}.").format(when=when_words(time.starts_at, None, network.zone))
        return Markup("\n").join([found, _("Thank you for saying what suits you. The invitation follows.")])

    eventmoves.tell(session, event, say, Audience(marked=(event.id,)), network, now, time.starts_at)
