"""Declarations, for those who write them: new ones, drafts, those that are open and those that are closed."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions import declarations, rights
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.declarations import pages
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState, newest_declarations

router = Router()

LISTED: Final = 8
"""Declarations shown at once."""


class _List(NamedTuple):
    """Msgids of its button, and of what is said where nothing is in it."""

    label: str
    state: DeclarationState
    empty: str


LISTS: Final = {
    "drafts": _List(N_("Drafts"), DeclarationState.DRAFT, N_("There is no draft of a declaration.")),
    "open": _List(
        N_("Open declarations"), DeclarationState.OPEN, N_("No declaration is open for signature at the moment.")
    ),
    "closed": _List(N_("Closed declarations"), DeclarationState.CLOSED, N_("No declaration is closed yet.")),
}


def options(turn: Turn) -> list[Option]:
    """What staff can do beside signing declarations; nothing for others."""
    if not rights.writes(turn):
        return []
    lists = [Option(f"declaration_list:{name}", _(each.label).unescape()) for name, each in LISTS.items()]
    return [Option("declaration_new", _("New declaration").unescape()), *lists]


def changing(turn: Turn, declaration: Declaration) -> list[Option]:
    """Leads to the page of a declaration, for whoever made it."""
    if not declarations.may_edit(turn.session, turn.member, declaration):
        return []
    return [Option(f"declaration_page:{declaration.id}", _("Manage the declaration").unescape())]


@router.button("declaration_page", allowed=rights.writes)
def open_page(turn: Turn, key: str = "", *_rest: str) -> None:
    declaration = pages.find(turn, key)
    if declaration is not None:
        pages.show(turn, declaration, edit=True)


@router.button("declaration_list", allowed=rights.writes)
def show_list(turn: Turn, name: str = "", before: str = "", *_rest: str) -> None:
    """The newest of a list that this person may change, or those older than one."""
    listed = LISTS.get(name, LISTS["drafts"])
    found = newest_declarations(turn.session, listed.state, before=number_of(before) or None)
    mine = (each for each in found if declarations.may_edit(turn.session, turn.member, each))
    shown = list(islice(mine, LISTED + 1))
    entries = [Option(f"declaration_page:{each.id}", declarations.title(each, turn.language)) for each in
               shown[:LISTED]]  # fmt: skip
    if len(shown) > LISTED:
        entries.append(Option(f"declaration_list:{name}:{shown[LISTED - 1].id}", _("Older").unescape()))
    said = Markup("<b>{}</b>").format(_(listed.label)) if shown else _(listed.empty)
    turn.say(said, [*entries, Option("declaration_new", _("New declaration").unescape())], edit=True)
