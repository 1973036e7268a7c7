"""What follows when a call, an event, a survey… was sent: it is open from then on, reminds, and ends in its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.actions import calls, declarations, eventcards, reminding, surveys, telling
from bot.network import Network
from storage.appeals import passed_appeals
from storage.base import UNHEEDED
from storage.broadcasts import UNFIRED, Broadcast, BroadcastKind
from storage.calls import Call, CallState, passed_calls
from storage.declarations import Declaration, DeclarationState
from storage.events import Event, EventState
from storage.newsletters import Newsletter
from storage.outbox import UNFINISHED, OutboxRow
from storage.reminders import set_reminders
from storage.surveys import Survey, SurveyState

LASTS: Final = timedelta(hours=4)
"""An event whose end nobody said is over then."""


_TABLES: Final[dict[str, type[Call | Declaration | Event | Survey]]] = {
    "call": Call,
    declarations.ABOUT: Declaration,
    surveys.ABOUT: Survey,
}
"""Everything else is about an event."""


class Due(NamedTuple):
    """Something to be noted: the `Newsletter.about` and id of what was sent or is over."""

    about: str
    id: int


def due(session: Session, now: datetime) -> list[Due]:
    """All that was sent since the last look, then all that is over."""
    sent = [
        *_sent(session, "call", Call.id, Call.state == CallState.DRAFT),
        *_sent(session, "time", Event.id, and_(Event.state == EventState.DRAFT, Event.starts_at.is_(None))),
        *_sent(session, "event", Event.id, Event.state.in_([EventState.DRAFT, EventState.CHOOSING])),
        *_sent(session, surveys.ABOUT, Survey.id, Survey.state == SurveyState.DRAFT),
        *_sent(session, declarations.ABOUT, Declaration.id, Declaration.state == DeclarationState.DRAFT),
    ]
    over = or_(Event.ends_at <= now, and_(Event.ends_at.is_(None), Event.starts_at <= now - LASTS))
    ended = session.scalars(select(Event.id).where(Event.state == EventState.OPEN, over)).all()
    passed = {
        "call": passed_calls(session, now),
        "event": ended,
        surveys.ABOUT: passed_appeals(session, Survey, now),
        declarations.ABOUT: passed_appeals(session, Declaration, now),
    }
    return [*sent, *(Due(about, key) for about, keys in passed.items() for key in keys)]


def note(session: Session, what: Due, network: Network, now: datetime) -> None:
    """Note that it was sent, and that it is over; what is noted already stays as it is."""
    fired = telling.publications(session, *what)
    fired_at = fired[0].fired_at if fired else None
    found = session.get(_TABLES.get(what.about, Event), what.id, with_for_update=True, populate_existing=True)
    if isinstance(found, Call):
        _note_call(session, found, fired_at, network, now)
    elif isinstance(found, Survey):
        _note_survey(session, found, fired_at, network, now)
    elif isinstance(found, Declaration):
        declarations.note(session, found, fired_at, network, now)
    elif isinstance(found, Event):
        _note_event(session, found, what.about, fired_at, network, now)


def leaving(session: Session, *whats: tuple[str, int]) -> Broadcast | None:
    """The broadcast in which one of these is about to leave, or waits for its hour or for approval."""
    of_it = or_(*(and_(Newsletter.about == about, Newsletter.about_id == key) for about, key in whats))
    unfired = select(Broadcast).join(Newsletter, Newsletter.id == Broadcast.newsletter_id).where(of_it)
    unfired = unfired.where(Broadcast.kind == BroadcastKind.NEWSLETTER, Broadcast.state.in_(UNFIRED))
    return session.scalar(unfired.order_by(Broadcast.id).limit(1))


def remind_until(session: Session, call: Call, network: Network, now: datetime) -> None:
    """Let those who save it be reminded before its deadline, as that is now."""
    ahead = reminding.call_reminders(call.deadline, network.zone) if call.state == CallState.OPEN else {}
    set_reminders(session, "call", call.id, {name: moment for name, moment in ahead.items() if moment > now})


def keep_until(session: Session, about: str, about_id: int, until: datetime | None) -> None:
    """Nobody gets what was published of it from then on; None for no such moment."""
    for broadcast in telling.publications(session, about, about_id):
        expire(session, broadcast, until)


def expire(session: Session, broadcast: Broadcast, until: datetime | None) -> None:
    """Nobody gets it from then on; None for no such moment."""
    broadcast.expires_at = until
    session.get_one(Newsletter, broadcast.newsletter_id).useful_until = until
    waiting = update(OutboxRow).where(OutboxRow.broadcast_id == broadcast.id, OutboxRow.state.in_(UNFINISHED))
    session.execute(waiting.values(expires_at=until), execution_options=UNHEEDED)


def _sent(session: Session, about: str, id_: Any, waits: ColumnElement[bool]) -> Iterable[Due]:  # noqa: ANN401 - a column
    newsletters = select(Newsletter.id).where(Newsletter.about == about, Newsletter.about_id == id_)
    fired = select(Broadcast.id).where(
        Broadcast.newsletter_id.in_(newsletters),
        Broadcast.kind == BroadcastKind.NEWSLETTER,
        Broadcast.fired_at.is_not(None),
    )
    return [Due(about, key) for key in session.scalars(select(id_).where(waits, fired.exists()).order_by(id_))]


def _note_call(session: Session, call: Call, fired_at: datetime | None, network: Network, now: datetime) -> None:
    if call.state == CallState.DRAFT and fired_at is not None:
        call.state, call.published_at = CallState.OPEN, fired_at
        remind_until(session, call, network, now)
    if call.state == CallState.OPEN and call.deadline is not None and call.deadline <= now:
        call.state, call.closed_at = CallState.CLOSED, call.deadline
        calls.show_anew(session, call, network, now)


def _note_survey(session: Session, survey: Survey, fired_at: datetime | None, network: Network, now: datetime) -> None:
    if survey.state == SurveyState.DRAFT and fired_at is not None:
        survey.state, survey.published_at = SurveyState.OPEN, fired_at
    if survey.state == SurveyState.OPEN and survey.closes_at is not None and survey.closes_at <= now:
        surveys.end(session, survey, SurveyState.CLOSED, network, survey.closes_at)


def _note_event(session: Session, event: Event, about: str, fired_at: datetime | None, network: Network,
                now: datetime) -> None:  # fmt: skip
    if about == "time" and (event.state, event.starts_at) == (EventState.DRAFT, None) and fired_at is not None:
        event.state = EventState.CHOOSING
    elif about == "event" and event.state in {EventState.DRAFT, EventState.CHOOSING} and fired_at is not None:
        event.state, event.published_at = EventState.OPEN, fired_at
        ahead = reminding.event_reminders(event.starts_at, network.zone) if event.starts_at else {}
        set_reminders(session, "event", event.id, {name: moment for name, moment in ahead.items() if moment > now})
    ends_at = event.ends_at or (event.starts_at and event.starts_at + LASTS)
    if event.state == EventState.OPEN and ends_at is not None and ends_at <= now:
        event.state = EventState.OVER
        texts = {each: eventcards.card(event, each, network) for each in network.languages}
        telling.show_anew(session, "event", event.id, texts, now)
