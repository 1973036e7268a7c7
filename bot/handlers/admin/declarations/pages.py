"""The declaration that a button of the staff's speaks of, and which page it has at the moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.actions import declarations, publishing
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.core.fields import Answers
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin import drafts
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState

Page = Callable[..., None]
"""Called with (turn, declaration), and `edit` by name."""

PAGES: Final[dict[str, Page]] = {}
"""By state; the room of each fills it in."""


def find(turn: Turn, key: object, *states: DeclarationState) -> Declaration | None:
    """The declaration, if this person may change it now and it is in one of these states, or in any; else says why not.

    Its row stays locked until the end of the turn.
    """
    number = drafts.number_of(key)
    declaration = turn.session.get(Declaration, number, with_for_update=True, populate_existing=True)
    if declaration is not None and declaration.state == DeclarationState.DRAFT:
        publishing.note(turn.session, publishing.Due(declarations.ABOUT, number), turn.network, turn.now)
    if declaration is None or not declarations.may_edit(turn.session, turn.member, declaration):
        turn.say(_("I do not find this declaration among yours. Write {command} to see them.").format(
            command=typed("declarations", turn.capabilities)))  # fmt: skip
    elif leaving := publishing.leaving(turn.session, (declarations.ABOUT, number)):
        follow = Option(f"broadcast:{leaving.id}", _("See where it stands").unescape())
        turn.say(_("This declaration is on its way out and cannot be changed. Take it back first."), [follow])
    elif states and declaration.state not in states:
        show(turn, declaration)
    else:
        return declaration
    return None


def show(turn: Turn, declaration: Declaration, *, edit: bool = False) -> None:
    """Show the page that it has in its state."""
    PAGES[declaration.state](turn, declaration, edit=edit)


def back(declaration: Declaration) -> Option:
    """Leads to the page of the declaration."""
    return Option(f"declaration_page:{declaration.id}", _("Back to the declaration").unescape())


def go_back(turn: Turn, answers: Answers) -> None:
    """Show the declaration that a cancelled question was about."""
    declaration = find(turn, answers["it"])
    if declaration is not None:
        turn.preface(_("All right, nothing was changed."))
        show(turn, declaration)


def of_publication(turn: Turn, plan: Plan, edit: bool) -> None:
    """Where its publication leads back to."""
    declaration = find(turn, plan.newsletter.about_id)
    if declaration is not None:
        show(turn, declaration, edit=edit)
