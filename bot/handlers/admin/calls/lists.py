"""Funding calls, for those who write them: new ones, drafts, proposals, and what is published."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions import calls, rights
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.calls import sheet
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.calls import Call, CallState, newest_calls

router = Router()

LISTED: Final = 8
"""Calls shown at once."""


class _List(NamedTuple):
    """Msgids of its button, and of what is said where nothing is in it."""

    label: str
    states: tuple[CallState, ...]
    empty: str


LISTS: Final = {
    "drafts": _List(N_("Drafts"), (CallState.DRAFT,), N_("There is no draft of a call.")),
    "proposals": _List(N_("Proposals"), (CallState.PROPOSED,), N_("No member’s proposal waits for you.")),
    "published": _List(N_("Published"), calls.PUBLISHED, N_("No call was published yet.")),
}


def options(turn: Turn) -> list[Option]:
    """What staff can do beside reading calls; nothing for others."""
    if not rights.writes(turn):
        return []
    lists = [Option(f"call_list:{name}", _(each.label).unescape()) for name, each in LISTS.items()]
    return [Option("call_new", _("New call").unescape()), *lists]


def changing(turn: Turn, call: Call) -> list[Option]:
    """Leads to the page of a call, for whoever may change it."""
    if not calls.may_edit(turn.session, turn.member, call, turn.network):
        return []
    return [Option(f"call_sheet:{call.id}", _("Change the call").unescape())]


@router.button("call_sheet", allowed=rights.writes)
def open_sheet(turn: Turn, key: str = "", *_rest: str) -> None:
    call = sheet.find(turn, key)
    if call is not None:
        sheet.show(turn, call, edit=True)


@router.button("call_list", allowed=rights.writes)
def show_list(turn: Turn, name: str = "", before: str = "", *_rest: str) -> None:
    """The newest of a list that this person may change, or those older than one."""
    listed = LISTS.get(name, LISTS["drafts"])
    found = newest_calls(turn.session, *listed.states, before=number_of(before) or None)
    mine = (call for call in found if calls.may_edit(turn.session, turn.member, call, turn.network))
    shown = list(islice(mine, LISTED + 1))
    entries = [Option(f"call_sheet:{call.id}", calls.title(call, turn.language)) for call in shown[:LISTED]]
    if len(shown) > LISTED:
        entries.append(Option(f"call_list:{name}:{shown[LISTED - 1].id}", _("Older").unescape()))
    said = Markup("<b>{}</b>").format(_(listed.label)) if shown else _(listed.empty)
    turn.say(said, [*entries, Option("call_new", _("New call").unescape())], edit=True)
