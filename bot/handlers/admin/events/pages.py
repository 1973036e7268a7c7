"""The event that a button of the staff's speaks of, and which page it has at the moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.actions import approving, events, publishing
from bot.actions.localized import read
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin import drafts
from bot.turn import Turn
from storage.events import Event, EventState
from storage.rsvps import locked

Page = Callable[..., None]
"""Called with (turn, event), and `edit` by name."""

PAGES: Final[dict[str, Page]] = {}
"""By state; the room of each event fills it in."""


def find(turn: Turn, key: object, *states: EventState) -> Event | None:
    """The event, if this person may change it now and it is in one of these states, or in any; else says why not.

    Its row stays locked until the end of the turn.
    """
    number = drafts.number_of(key)
    event = locked(turn.session, number)
    if event is not None and event.state in events.UNPUBLISHED:
        for about in (events.TIME, events.EVENT):
            publishing.note(turn.session, publishing.Due(about, number), turn.network, turn.now)
    if event is None or not events.may_edit(turn.session, turn.member, event):
        turn.say(_("I do not find this event among yours. Write {command} to see them.").format(
            command=typed("events", turn.capabilities)))  # fmt: skip
    elif leaving := publishing.leaving(turn.session, (events.EVENT, number), (events.TIME, number)):
        follow = Option(f"broadcast:{leaving.id}", _("See where it stands").unescape())
        turn.say(_("This event is on its way out and cannot be changed. Take it back first."), [follow])
    elif states and event.state not in states:
        show(turn, event)
    else:
        return event
    return None


def show(turn: Turn, event: Event, *, edit: bool = False) -> None:
    """Show the page that it has in its state."""
    PAGES[event.state](turn, event, edit=edit)


def agreed(turn: Turn, event: Event) -> bool:
    """Whether a second person agreed to it as it was published: then nobody changes its words alone."""
    return event.state == EventState.OPEN and approving.needed(turn.network, events.audience_of(event))


def title(turn: Turn, event: Event) -> str:
    return read(event, turn.language).title


def back(event: Event) -> Option:
    """Leads to the page of the event."""
    return Option(f"event_page:{event.id}", _("Back to the event").unescape())


def of_publication(turn: Turn, plan: Plan, edit: bool) -> None:
    """Where an invitation leads back to."""
    event = find(turn, plan.newsletter.about_id)
    if event is not None:
        show(turn, event, edit=edit)
