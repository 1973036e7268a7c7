"""What becomes of an event that was published: it moves, or it is called off. Its copies change in place.

Whoever answered is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import events, publishing, rsvps, telling
from bot.actions.eventcards import place_words, when_words
from bot.actions.localized import marked, read
from bot.actions.reminding import event_reminders
from bot.actions.whereabouts import Whereabouts, settle
from bot.core.i18n import _, speaking
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.events import Event, EventState
from storage.members import Member
from storage.outbox import take_back
from storage.reminders import set_reminders
from storage.staff import record

SOON: Final = timedelta(hours=24)
"""News of an event that begins so soon does not wait for the morning."""


def involved(event: Event) -> Audience:
    """Who hears of what becomes of it: those who answered, or marked a time where there is no invitation yet."""
    return Audience(marked=(event.id,)) if event.state in events.UNPUBLISHED else Audience(answered=(event.id,))


def is_known(session: Session, event: Event) -> bool:
    """Whether members have heard of it, so that it cannot just be deleted."""
    return event.state != EventState.DRAFT or bool(telling.publications(session, events.TIME, event.id))


def move(session: Session, event: Event, to: Whereabouts, actor: Member, network: Network, now: datetime) -> None:
    """Hold it at another time or place: every copy says so, reminders move, and whoever answered is told."""
    starts_at, ends_at = event.starts_at, event.ends_at
    settle(event, to)
    retimed = (starts_at, ends_at) != (event.starts_at, event.ends_at)
    event.sequence += 1
    record(session, now, actor.id, "event.move", event=event.id)
    publishing.keep_until(session, events.EVENT, event.id, event.starts_at)
    if event.starts_at is not None and event.starts_at != starts_at:
        ahead = event_reminders(event.starts_at, network.zone)
        set_reminders(session, events.EVENT, event.id, {name: moment for name, moment in ahead.items() if moment > now})
    events.show_anew(session, event, network, now)

    def say() -> Markup:
        lines = [_("Please note a change. This is how it is now:")]
        if event.starts_at is not None:
            lines.append(_("When: {when}").format(when=when_words(event.starts_at, event.ends_at, network.zone)))
        if retimed and starts_at is not None:
            lines.append(_("Before: {when}").format(when=when_words(starts_at, ends_at, network.zone)))
        return Markup("\n").join([*lines, *place_words(event)])

    tell(session, event, say, involved(event), network, now, starts_at, event.starts_at)


def call_off(session: Session, event: Event, reason: str, actor: Member, network: Network, now: datetime) -> None:
    """It does not take place: every copy says so, nobody is reminded, and whoever answered is told.

    Args:
        reason: in its author's words; "" for none.
    """
    told = involved(event)
    event.state = EventState.CANCELLED
    record(session, now, actor.id, "event.call_off", event=event.id)
    set_reminders(session, events.EVENT, event.id, {})
    take_back(session, f"{rsvps.OFFERS}:{event.id}")
    for about in (events.TIME, events.EVENT):
        publishing.keep_until(session, about, event.id, now)
    events.show_anew(session, event, network, now)

    def say() -> Markup:
        lines = [_("I am sorry: it does not take place.")]
        if event.starts_at is not None:
            when = when_words(event.starts_at, event.ends_at, network.zone)
            lines.append(_("It was to be on {when}.").format(when=when))
        return Markup("\n").join([*lines, Markup("{}").format(reason)] if reason else lines)

    tell(session, event, say, told, network, now, event.starts_at)


def tell(session: Session, event: Event, say: Callable[[], Markup], audience: Audience, network: Network,
         now: datetime, *moments: datetime | None) -> None:  # fmt: skip
    """Send this news of it to each of the audience in their language, until it is over.

    Args:
        moments: where one of these is very soon, the news does not wait for the morning.
    """
    telling.overtake(session, events.EVENT, event.id, now)
    texts: dict[str, Markup] = {}
    for language in network.languages:
        with speaking(language):
            title, _text, used = read(event, language)
            texts[language] = Markup("<b>{}</b>\n{}").format(marked(title, used, language), say())
    soon = any(moment is not None and now < moment <= now + SOON for moment in moments)
    telling.tell(session, BroadcastKind.NOTICE, events.EVENT, event.id, texts, event.source, audience, now,
                 expires_at=events.ends(event), urgent="soon" if soon else "")  # fmt: skip
