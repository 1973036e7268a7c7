"""One turn of a conversation: what was sent is understood, or not, and nobody is left without an answer.

At the end the open question is asked (again).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from markupsafe import Markup

from bot import asking
from bot.core.fields.field import UNREADABLE
from bot.core.i18n import _
from bot.core.messages import Kind
from bot.core.numbered import missing
from bot.core.progress import Progress
from bot.core.router import Router, help_word
from bot.shown import live, repeat
from bot.turn import Turn
from bot.understanding import CONTINUE, WAYS

NEWS: Final = (Kind.BLOCKED, Kind.UNBLOCKED, Kind.VOTE)
"""What stands beside the conversation, and changes nothing of it."""


def respond(turn: Turn, router: Router) -> None:
    """Handle the inbound: afterwards `turn.said` holds the answers and `turn.conversation` where it stands now."""
    with turn.speaking():
        if turn.inbound.kind in NEWS:
            if route := router.find("kind", turn.inbound.kind):
                route(turn)
            return
        before = turn.conversation.stack
        if not any(understood(turn, router) for understood in WAYS) and not turn.released:
            turn.preface(_misunderstood(turn))
            repeat(turn)
        _close(turn, router, before)


def _close(turn: Turn, router: Router, before: tuple[Progress, ...]) -> None:
    """Leave the person with the open question, or at least with an answer."""
    opened = asking.opened(turn, router)
    menu = turn.conversation.menu
    if opened is None:
        if menu is not None and menu.question:
            turn.conversation = replace(turn.conversation, menu=None)
        if not (turn.said or turn.released):
            _fall_back(turn, router)
        return
    form, progress = opened
    if menu is not None and menu.question and turn.said and turn.said[-1].menu == menu.token:
        return  # it was asked already, in place of the one that was tapped
    if progress in before and (shown := live(turn)) and any(outbound.menu == shown.token for outbound in turn.said):
        turn.say(_("Your questions wait: write {word} to go on.").format(word=Markup("<b>{}</b>").format(_(CONTINUE))))
        return
    if turn.said and progress in before:
        turn.preface(_("Let us go on:"))
    asking.move(turn, progress)
    asking.question(turn, form, progress)


def _fall_back(turn: Turn, router: Router) -> None:
    if route := router.find("fallback"):
        route(turn)
    if not turn.said:
        turn.say(_("Write {help} to see what you can do here.").format(help=help_word(turn)))


def _misunderstood(turn: Turn) -> str:
    if turn.inbound.kind in UNREADABLE:
        return _(UNREADABLE[turn.inbound.kind])
    if (menu := live(turn)) and (number := missing(turn.inbound.plain, menu.options)) is not None:
        return _("There is no number {n} here.").format(n=number)
    return _("I did not understand that.")
