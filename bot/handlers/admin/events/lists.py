"""Events, for those who hold them: new ones, drafts, those to come and those that are over."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import events, rights
from bot.core.fields import Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.handlers.admin.events import fields, pages
from bot.handlers.admin.shelves import Shelf, Shelves
from bot.handlers.admin.tongues import TONGUE
from bot.turn import Turn
from storage.events import Event, EventState, newest_events

router = Router()

OFFICE: Final = Shelves[Event](
    "event",
    {
        "drafts": Shelf(N_("Drafts"), [EventState.DRAFT], N_("There is no draft of an event.")),
        "times": Shelf(
            N_("A time is being found"), [EventState.CHOOSING], N_("No event waits for its time at the moment.")
        ),
        "coming": Shelf(N_("Published"), [EventState.OPEN], N_("No event is published at the moment.")),
        "over": Shelf(N_("Over"), [EventState.OVER, EventState.CANCELLED], N_("No event is over yet.")),
    },
    page="event_page",
    new=N_("New event"),
    manage=N_("Manage the event"),
    find=pages.find,
    show=pages.show,
    newest=lambda turn, states, before: newest_events(turn.session, *states, before=before),
    may_edit=lambda turn, event: events.may_edit(turn.session, turn.member, event),
    title=pages.title,
)
router.include(OFFICE.router)

NEW: Final = Form(
    "event_new",
    TONGUE,
    Text("title", N_("What is the event called?"), longest=fields.LONGEST_TITLE),
    review=False,
)


@router.button("event_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    event = events.begin(turn.session, turn.member, answers["tongue"], answers["title"], turn.network, turn.now)
    turn.preface(_("Kept as a draft. Now add what is known of it, as much as you like, at any time."))
    pages.show(turn, event)
