"""Events, for those who hold them: new ones, drafts, those to come and those that are over."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from bot.actions import events, rights
from bot.core.fields import Choice, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.events import fields, pages
from bot.turn import Turn
from storage.events import Event, EventState, newest_events

router = Router()

LISTED: Final = 8
"""Events shown at once."""


class _List(NamedTuple):
    """Msgids of its button, and of what is said where nothing is in it."""

    label: str
    states: tuple[EventState, ...]
    empty: str


LISTS: Final = {
    "drafts": _List(N_("Drafts"), events.UNPUBLISHED, N_("There is no draft of an event.")),
    "coming": _List(N_("Published"), (EventState.OPEN,), N_("No event is published at the moment.")),
    "over": _List(N_("Over"), (EventState.OVER, EventState.CANCELLED), N_("No event is over yet.")),
}

NEW: Final = Form(
    "event_new",
    Choice(
        "tongue",
        N_("Which language is it in?"),
        lambda turn, _answers: [Option(language, own_name(language)) for language in turn.network.languages],
        suggested=lambda turn, _answers: str(turn.member.language),
    ),
    Text("title", N_("What is the event called?"), longest=fields.LONGEST_TITLE),
    review=False,
)


def options(turn: Turn) -> list[Option]:
    """What staff can do beside seeing events; nothing for others."""
    if not rights.writes(turn):
        return []
    lists = [Option(f"event_list:{name}", _(each.label).unescape()) for name, each in LISTS.items()]
    return [Option("event_new", _("New event").unescape()), *lists]


def changing(turn: Turn, event: Event) -> list[Option]:
    """Leads to the page of an event, for whoever holds it."""
    if not events.may_edit(turn.session, turn.member, event):
        return []
    return [Option(f"event_page:{event.id}", _("Manage the event").unescape())]


@router.button("event_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    event = events.begin(turn.session, turn.member, answers["tongue"], answers["title"], turn.network, turn.now)
    turn.preface(_("Kept as a draft. Now add what is known of it, as much as you like, at any time."))
    pages.show(turn, event)


@router.button("event_page", allowed=rights.writes)
def open_page(turn: Turn, key: str = "", *_rest: str) -> None:
    event = pages.find(turn, key)
    if event is not None:
        pages.show(turn, event, edit=True)


@router.button("event_list", allowed=rights.writes)
def show_list(turn: Turn, name: str = "", before: str = "", *_rest: str) -> None:
    """The newest of a list that this person may change, or those older than one."""
    listed = LISTS.get(name, LISTS["drafts"])
    found = newest_events(turn.session, *listed.states, before=number_of(before) or None)
    mine = (event for event in found if events.may_edit(turn.session, turn.member, event))
    shown = list(islice(mine, LISTED + 1))
    entries = [Option(f"event_page:{event.id}", pages.title(turn, event)) for event in shown[:LISTED]]
    if len(shown) > LISTED:
        entries.append(Option(f"event_list:{name}:{shown[LISTED - 1].id}", _("Older").unescape()))
    said = Markup("<b>{}</b>").format(_(listed.label)) if shown else _(listed.empty)
    turn.say(said, [*entries, Option("event_new", _("New event").unescape())], edit=True)
