"""Writing an event, and what is sent of it: a newsletter about it, with its card for a text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from bot.actions import newsletters, telling
from bot.actions.eligibility import statuses_for
from bot.actions.eventcards import card
from bot.actions.newsletters import Overlong, Plan
from bot.actions.publishing import LASTS
from bot.actions.rights import RUNNING, may_send, may_write, role_of, topics_for
from bot.actions.whereabouts import Whereabouts, settle
from bot.core import codes
from bot.core.channel import Channel
from bot.network import Network
from storage.audiences import Audience
from storage.events import Event, EventState
from storage.members import Member
from storage.newsletters import Newsletter
from storage.rsvps import times_of
from storage.staff import record

UNPUBLISHED: Final = (EventState.DRAFT, EventState.CHOOSING)

EVENT: Final = "event"
TIME: Final = "time"
"""What `Newsletter.about` says of its invitation, and of the question when it should be."""


def begin(session: Session, author: Member, language: str, title: str, network: Network, now: datetime) -> Event:
    """A new draft, with the code that will be said at its door; a focal point's is about its topics."""
    own = () if role_of(session, author) in RUNNING else topics_for(session, author, network)
    event = Event(
        author_id=author.id,
        state=EventState.DRAFT,
        source=language,
        titles={language: title},
        texts={},
        topics=[topic.key for topic in own],
        code=_code(session),
        created_at=now,
    )
    session.add(event)
    session.flush()
    record(session, now, author.id, "event.begin", event=event.id, language=language)
    return event


def may_edit(session: Session, member: Member, event: Event) -> bool:
    """Those who run the network may, and its author while they may write to those it concerns."""
    mine = event.author_id == member.id and may_write(session, member)
    allowed = mine and (event.state in UNPUBLISHED or may_send(session, member, audience_of(event)))
    return allowed or role_of(session, member) in RUNNING


def ends(event: Event) -> datetime | None:
    """When it is over; None while nobody knows when it begins."""
    return event.ends_at or (event.starts_at + LASTS if event.starts_at else None)


def audience_of(event: Event) -> Audience:
    """Whom it concerns."""
    return Audience(
        topics=tuple(event.topics), regions=tuple(event.regions), ecosoc=statuses_for(event.eligible)
    )  # fmt: skip


def cards(session: Session, event: Event, network: Network) -> dict[str, Markup]:
    """Its card, for the readers of each language of the network."""
    times = [time.starts_at for time in times_of(session, event.id)]
    return {language: card(event, language, network, times) for language in network.languages}


def composed(session: Session, event: Event, about: str, network: Network) -> Newsletter:
    """What would be sent of it, as it is now, in no table.

    Args:
        about: EVENT to invite, TIME to ask when it should be.
    """
    newsletter = Newsletter(author_id=event.author_id, about=about, about_id=event.id)
    _compose(session, newsletter, event, network)
    return newsletter


def publication(session: Session, event: Event, about: str, actor: Member, network: Network,
                now: datetime) -> Newsletter:  # fmt: skip
    """As `composed`, to be sent: the one that was not sent yet, brought up to date, or a new one."""
    author_id = actor.id if event.author_id is None else event.author_id
    newsletter = newsletters.to_publish(session, about, event.id, author_id, now)
    _compose(session, newsletter, event, network)
    session.add(newsletter)
    session.flush()
    return newsletter


def write_words(session: Session, event: Event, language: str, title: str, text: Markup | None, actor: Member,
                network: Network, now: datetime) -> None:  # fmt: skip
    """Say it in this language; where it was published, every copy says so from now on.

    Args:
        text: None to leave it as it is.
    """
    event.titles = {**event.titles, language: title}
    if text is not None:
        event.texts = {**event.texts, language: str(text)}
    record(session, now, actor.id, "event.text", event=event.id, language=language)
    _changed(session, event, network, now)


def write(session: Session, event: Event, field: str, value: Any, actor: Member, network: Network,  # noqa: ANN401 - each its own
          now: datetime) -> None:  # fmt: skip
    """Change one thing about it; None takes it away."""
    match field:
        case "starts_at" | "ends_at" | "place" | "link" if value is not None:
            settle(event, Whereabouts(**{field: value}))
        case "place":
            event.place, event.latitude, event.longitude = "", None, None
        case "link":
            event.link = ""
        case "topics" | "regions" | "eligible":
            setattr(event, field, value or [])
        case _:
            setattr(event, field, value)
    record(session, now, actor.id, "event.change", event=event.id, what=field)
    _changed(session, event, network, now)


def discard(session: Session, event: Event, actor: Member, now: datetime) -> None:
    """Delete a draft that was never published, and what was prepared of it."""
    record(session, now, actor.id, "event.delete", event=event.id)
    for newsletter in _unsent(session, event):
        session.delete(newsletter)
    session.delete(event)
    session.flush()


def overlong(session: Session, event: Event, language: str, title: str, text: str, network: Network,
             channels: Iterable[Channel]) -> list[Overlong]:  # fmt: skip
    """Which messages would not fit their channel with these words in this language; wherever its readers are."""
    tried = Event(**{column.key: getattr(event, column.key) for column in inspect(Event).columns})
    tried.titles, tried.texts = {**event.titles, language: title}, {**event.texts, language: text}
    newsletter = composed(session, tried, EVENT, network)
    found = newsletters.overlong(Plan(newsletter, audience_of(event), [], tried.titles), network, channels)
    return [each for each in found if each.text == language]


def _compose(session: Session, newsletter: Newsletter, event: Event, network: Network) -> None:
    times = [time.starts_at for time in times_of(session, event.id)]
    newsletter.texts = {language: str(text) for language, text in cards(session, event, network).items()}
    newsletter.source = event.source
    newsletter.audience = audience_of(event).to_json()
    newsletter.useful_until = event.starts_at if newsletter.about == EVENT else max(times, default=None)


def show_anew(session: Session, event: Event, network: Network, now: datetime) -> None:
    """Let every copy say what is true now; before it was published there is none."""
    session.flush()
    texts = cards(session, event, network)
    for about in (TIME, EVENT):
        telling.show_anew(session, about, event.id, texts, now)


def _changed(session: Session, event: Event, network: Network, now: datetime) -> None:
    """What was published says so from now on, and what somebody is about to send as well."""
    session.flush()
    for newsletter in _unsent(session, event):
        _compose(session, newsletter, event, network)
    if event.state != EventState.DRAFT:
        show_anew(session, event, network, now)


def _unsent(session: Session, event: Event) -> list[Newsletter]:
    return [each for about in (EVENT, TIME) for each in newsletters.unsent(session, about, event.id)]


def _code(session: Session) -> str:
    """One that no other event to come has."""
    taken = select(Event.code).where(Event.state.in_((*UNPUBLISHED, EventState.OPEN)))
    used = set(session.scalars(taken))
    while (code := codes.short()) in used:
        pass
    return code
