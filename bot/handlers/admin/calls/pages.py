"""The page of a funding call, for those who write and publish it; and whether its words can be changed."""

from __future__ import annotations

from typing import Final

from bot.actions import approving, calls
from bot.core.i18n import N_, _
from bot.handlers.admin.pages import Pages
from bot.turn import Turn
from storage.calls import Call, CallState

LIVING: Final = (CallState.DRAFT, CallState.PROPOSED, *calls.PUBLISHED)
"""States in which something can be done with it."""

PAGES: Final = Pages(
    Call,
    "call_sheet",
    abouts=[calls.ABOUT],
    unpublished=[CallState.DRAFT],
    command="calls",
    lost=N_("I do not find this call among yours. Write {command} to see them."),
    leaving=N_("This call is on its way out and cannot be changed. Take it back first."),
    back=N_("Back to the call"),
    may_edit=lambda turn, call: calls.may_edit(turn.session, turn.member, call, turn.network),
)
show, back, go_back = PAGES.show, PAGES.back, PAGES.go_back


def find(turn: Turn, key: object, *states: CallState) -> Call | None:
    """As `Pages.find`, of those with which something can be done."""
    return PAGES.find(turn, key, *(states or LIVING))


def show_withdrawn(turn: Turn, _call: Call, *, edit: bool = False) -> None:
    turn.say(_("This call was withdrawn, and cannot be changed any more."), edit=edit)


def show_declined(turn: Turn, _call: Call, *, edit: bool = False) -> None:
    turn.say(_("This proposal was declined."), edit=edit)


def agreed(turn: Turn, call: Call) -> bool:
    """Whether a second person agreed to it as it stands: then nobody changes its words alone."""
    return call.state in calls.PUBLISHED and approving.needed(turn.network, calls.audience_of(call))


def refused(turn: Turn, call: Call) -> bool:
    """Whether its words cannot be changed; then says so, before the page."""
    if agreed(turn, call):
        turn.preface(_("A second person agreed to this call as it stands, so only its deadline can be changed."))
        return True
    return False


def changeable(turn: Turn, key: object) -> Call | None:
    """As `find`, if its words can be changed; else shows the page, and returns None."""
    call = find(turn, key)
    if call is not None and refused(turn, call):
        show(turn, call)
        return None
    return call
