"""/declarations: those that can be signed, and those this person signed."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import signing
from bot.actions.localized import marked, read
from bot.actions.menu import word_of
from bot.core.i18n import _
from bot.core.locale import short_date, span_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.declarations.lists import OFFICE
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.declarations import Declaration

router = Router()

PAGE: Final = 5


@router.command("declarations", words=(word_of("declarations"),))
def show(turn: Turn) -> None:
    _show(turn, 0)


@router.button("declarations")
def page(turn: Turn, begin: str = "") -> None:
    _show(turn, number_of(begin), edit=bool(begin))


def _show(turn: Turn, begin: int, *, edit: bool = False) -> None:
    waiting = signing.to_sign(turn.session, turn.member, turn.now)
    signed = signing.signed(turn.session, turn.member)
    found = [*waiting, *signed]
    begin = begin if begin < len(found) else 0
    shown = found[begin : begin + PAGE]
    lines = [_heading(bool(waiting), bool(signed))]
    if len(found) > PAGE:
        lines.append(span_words(begin + 1, begin + len(shown), len(found)))
    options = [Option(f"sign:{each.id}", _label(turn, each, each in signed)) for each in shown]
    if begin + PAGE < len(found):
        options.append(Option(f"declarations:{begin + PAGE}", _("More").unescape()))
    elif begin:
        options.append(Option("declarations:0", _("From the beginning").unescape()))
    turn.say(Markup("\n").join(lines), [*options, *OFFICE.options(turn)], edit=edit)


def _heading(waiting: bool, signed: bool) -> Markup:
    if waiting:
        return _("Declarations you can sign, the newest first")
    return _("Declarations you signed") if signed else _("No declaration waits for your signature at the moment.")


def _label(turn: Turn, declaration: Declaration, signed: bool) -> str:
    title, _text, used = read(declaration, turn.language)
    return Markup("{} ({})").format(marked(title, used, turn.language), _fact(turn, declaration, signed)).unescape()


def _fact(turn: Turn, declaration: Declaration, signed: bool) -> Markup:
    if signed:
        return _("signed")
    if declaration.closes_at is None:
        return _("open")
    return _("until {day}").format(day=short_date(declaration.closes_at.astimezone(turn.network.zone).date()))
