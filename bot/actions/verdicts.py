"""What those who were there thought of an event: they are asked once it is over, and their answers are counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import fmean
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import telling
from bot.actions.attendance import present
from bot.actions.events import ends
from bot.actions.localized import marked, read
from bot.core.i18n import _, speaking
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind
from storage.events import Event, EventState, answers_to, to_be_asked
from storage.newsletters import Newsletter

ABOUT: Final = "feedback"
"""What `Newsletter.about` says of the question."""

RESTS: Final = timedelta(hours=1)
"""How long after the end they are asked."""

LATE: Final = timedelta(days=3)
"""So long after the end nobody is asked any more: names may have been ticked days later."""

OF_USE: Final = timedelta(days=7)
"""How long the question may wait for somebody who cannot be reached."""

_LONGEST: Final = timedelta(days=31)
"""What is looked at: no event lasts longer."""


class Verdict(NamedTuple):
    """What was answered.

    Attributes:
        asked: how many were there.
        ratings: how many gave each of 1 to 5.
        better: what should be better, in their words.
    """

    asked: int
    ratings: dict[int, int]
    better: list[str]

    @property
    def average(self) -> float | None:
        """None while nobody has answered."""
        given = [rating for rating, times in self.ratings.items() for _time in range(times)]
        return fmean(given) if given else None


def verdict(session: Session, event: Event) -> Verdict:
    there = present(answers_to(session, event.id))
    given = [answer.rsvp.rating for answer in there if answer.rsvp.rating]
    better = [answer.rsvp.better for answer in there if answer.rsvp.better]
    return Verdict(len(there), {rating: given.count(rating) for rating in range(1, 6)}, better)


def due(session: Session, now: datetime) -> list[int]:
    """Ids of the events that are over since an hour, where somebody was who was not asked yet."""
    recent = to_be_asked(session, now - LATE - _LONGEST)
    return [event.id for event in recent if _is_due(event, now)]


def ask(session: Session, event_id: int, network: Network, now: datetime) -> bool:
    """Ask those who were there how it was, each once, however late their names are ticked; whether anybody is asked."""
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None or event.id not in due(session, now):
        return False
    event.asked_at = now
    asked = select(Broadcast.id).join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
    asked = asked.where(Newsletter.about == ABOUT, Newsletter.about_id == event.id)
    audience = Audience(attended=(event.id,), missed=tuple(session.scalars(asked)))
    texts: dict[str, Markup] = {}
    for language in network.languages:
        with speaking(language):
            title, _text, used = read(event, language)
            thanks = _("Thank you for having been there. How useful was it for you?")
            texts[language] = Markup("<b>{}</b>\n{}").format(marked(title, used, language), thanks)
    telling.tell(session, BroadcastKind.NOTICE, ABOUT, event.id, texts, event.source, audience, now,
                 expires_at=now + OF_USE)  # fmt: skip
    return True


def _is_due(event: Event, now: datetime) -> bool:
    over = ends(event)
    passed = event.state in {EventState.OPEN, EventState.OVER}
    return passed and over is not None and over + RESTS <= now < over + LATE
