"""The declaration that a button, a link or a typed word means, or a sentence about why there is none."""

from __future__ import annotations

from sqlalchemy import select

from bot.actions import declarations, publishing
from bot.actions.declarations import DIGITS
from bot.actions.menu import main_menu, typed
from bot.actions.signing import may_sign, signature_of
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState


def names_declaration(_turn: Turn, rest: str) -> bool:
    """What may follow the word that leads to one: "SIGN 12", or the code of its link."""
    return number_of(rest) > 0


def published(turn: Turn, key: object) -> Declaration | None:
    """The declaration, open or not any more; when there is none that this person may read, says so and returns None."""
    number = number_of(key)
    declaration = _sent(turn, number)
    mine = declaration and signature_of(turn.session, declaration.id, turn.member.id)
    if declaration is None:
        turn.say(_("I do not find this declaration any more."), [to_list()])
    elif not mine and not may_sign(declaration, turn.member, str(number)):
        first = _("This declaration is for members. Register first, it takes two minutes: {start}")
        menu = main_menu(turn.session, turn.member)
        turn.say(first.format(start=typed("start", turn.capabilities)), menu)
    else:
        return declaration
    return None


def key_of(turn: Turn, declaration: Declaration) -> str:
    """What the buttons of this person call it: whoever is no member found it by its code alone."""
    return str(declaration.id) if turn.member.registered else declaration.code or str(declaration.id)


def to_list() -> Option:
    return Option("declarations", _("Declarations").unescape())


def _sent(turn: Turn, number: int) -> Declaration | None:
    """By its id, or by the code of its link. One that was sent a moment ago is open."""
    if len(str(number)) == DIGITS:
        declaration = turn.session.scalar(select(Declaration).where(Declaration.code == str(number)))
    else:
        declaration = turn.session.get(Declaration, number)
    if declaration is not None and declaration.state == DeclarationState.DRAFT:
        due = publishing.Due(declarations.ABOUT, declaration.id)
        publishing.note(turn.session, due, turn.network, turn.now)
    return None if declaration is None or declaration.state == DeclarationState.DRAFT else declaration
