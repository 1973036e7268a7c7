"""Which event: from a list of those ahead, by its number, or by what one remembers of its title."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import agenda
from bot.actions.localized import marked, read
from bot.core.fields import Search
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import near_date
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.events.lists import OFFICE
from bot.turn import Turn
from storage.events import Event, EventState, Reply
from storage.rsvps import answered_by

router = Router()

PAGE: Final = 5
MINE: Final = "mine"
LONGEST: Final = 18
"""Digits of an event's number at the most."""


def names_event(_turn: Turn, rest: str) -> bool:
    """Whether this can be the number of one, typed behind a word."""
    return rest.isascii() and rest.isdecimal() and len(rest) <= LONGEST


def find(turn: Turn, key: object) -> Event | None:
    """The event of this number, if it was ever published; else says that there is none."""
    event = turn.session.get(Event, int(str(key))) if names_event(turn, str(key)) else None
    if event is None or (event.state == EventState.DRAFT and not agenda.is_published(turn.session, event)):
        turn.say(_("I do not find this event any more."), [back()])
        return None
    return event


def offer(turn: Turn, which: str = "", start: str = "0") -> None:
    """A page of what is ahead for this person, or of what they answered, in place of the one before."""
    look = agenda.of_member if which == MINE else agenda.for_member
    events = look(turn.session, turn.member, turn.now)
    first = int(start) if start.isdecimal() and int(start) < len(events) else 0
    coming = answered_by(turn.session, turn.member.id, Reply.YES)
    options = [
        Option(f"event:{event.id}", label(turn, event), chosen=event.id in coming or None)
        for event in events[first : first + PAGE]
    ]
    if which != MINE and not first:
        options += _to_choose(turn)
    ways = [] if len(events) <= PAGE else [_way(f"events:{which}:{first + PAGE}", N_("More"))]
    ways.append(_way("events:", N_("All for me")) if which == MINE else _way(f"events:{MINE}", N_("My answers")))
    if agenda.ahead(turn.session, turn.now):
        ways.append(_way("find_event", N_("Search")))
    heading = _heading(which, empty=not options)
    turn.say(heading, [*options, *OFFICE.options(turn), *ways], edit=bool(which or first))


def _to_choose(turn: Turn) -> list[Option]:
    """Events whose time is still to be found."""
    asked = _("Choose times: {title}")
    choosing = agenda.choosing_for(turn.session, turn.member)
    return [Option(f"times:{event.id}", asked.format(title=titled(turn, event)).unescape()) for event in choosing]


def _way(key: str, label: str) -> Option:
    return Option(key, _(label).unescape(), navigation=True)


def label(turn: Turn, event: Event) -> str:
    """In a list: on which day it is, and what."""
    if event.starts_at is None:
        return titled(turn, event).unescape()
    zone = turn.network.zone
    day = near_date(event.starts_at.astimezone(zone).date(), turn.now.astimezone(zone).date())
    return f"{day} · {titled(turn, event).unescape()}"


def titled(turn: Turn, event: Event) -> Markup:
    """With a word about its language, where that is not the reader's."""
    title, _text, used = read(event, turn.language)
    return marked(title, used, turn.language)


def back() -> Option:
    return Option("events", _("Events").unescape())


def _heading(which: str, *, empty: bool) -> Markup:
    if which == MINE:
        none = _("You have not said of any event ahead that you come.")
        return none if empty else _("Your events. What has a tick, you come to.")
    if empty:
        return _("There is no event ahead for your topics and your region. We write to you as soon as there is one.")
    return _("Events ahead for you, the soonest first. What has a tick, you come to.")


def _found(turn: Turn, typed: str) -> list[Option]:
    events = agenda.found(turn.session, typed, turn.now) if typed else agenda.ahead(turn.session, turn.now)
    return [Option(f"event:{event.id}", label(turn, event)) for event in events]


finding: Final = Form(
    "finding_event",
    Search("event", N_("Write a word of its title or place, or pick one."), find=_found),
    review=False,
)


@router.button("find_event")
def ask(turn: Turn) -> None:
    turn.ask(finding)
