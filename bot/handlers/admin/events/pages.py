"""The pages of an event, for those who hold it."""

from __future__ import annotations

from typing import Final

from bot.actions import approving, events, localized
from bot.core.i18n import N_
from bot.handlers.admin.pages import Pages
from bot.turn import Turn
from storage.events import Event, EventState

PAGES: Final = Pages(
    Event,
    "event_page",
    abouts=[events.TIME, events.EVENT],
    unpublished=events.UNPUBLISHED,
    command="events",
    lost=N_("I do not find this event among yours. Write {command} to see them."),
    leaving=N_("This event is on its way out and cannot be changed. Take it back first."),
    back=N_("Back to the event"),
    may_edit=lambda turn, event: events.may_edit(turn.session, turn.member, event),
)
find, show, back, go_back = PAGES.find, PAGES.show, PAGES.back, PAGES.go_back


def agreed(turn: Turn, event: Event) -> bool:
    """Whether a second person agreed to it as it was published: then nobody changes its words alone."""
    return event.state == EventState.OPEN and approving.needed(turn.network, events.audience_of(event))


def title(turn: Turn, event: Event) -> str:
    return localized.title(event, turn.language)
