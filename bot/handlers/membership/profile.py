"""/profile: what the network knows about a member, and a way to change each of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.actions import members
from bot.actions.memberships import PENDING
from bot.actions.menu import main_menu, word_of
from bot.core.fields.field import Asking, Field
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers import reaching
from bot.handlers.leaving import remind
from bot.handlers.membership.questions import QUESTIONS
from bot.turn import Turn

router = Router()

UNKNOWN: Final = Markup("–")

change: Final = Form("change", *QUESTIONS, review=False)
"""Begun with every answer, at the one question whose answer changes."""


@router.command("profile", words=(word_of("profile"), N_("My profile")))
@router.button("profile")
def show(turn: Turn) -> None:
    if not turn.member.registered:
        if turn.conversation.stack:
            turn.preface(_("Let us go on:"))
        else:
            turn.say(
                _("You have not registered yet. It takes about two minutes."), main_menu(turn.session, turn.member)
            )
        return
    remind(turn)
    known = {f"change:{name}": each for name, each in known_of(turn).items()} | reaching.line(turn)
    asked = _("This is what we know about you. What would you like to change?")
    if turn.capabilities.buttons:
        asked = Markup("\n").join([asked, *(Markup("<b>{}</b>: {}").format(*each) for each in known.values())])
        options = [Option(key, called.unescape()) for key, (called, _value) in known.items()]
    else:
        options = [Option(key, Markup("{}: {}").format(*each).unescape()) for key, each in known.items()]
    turn.say(asked, [*options, *reaching.steps(turn)])


def known_of(turn: Turn) -> dict[str, tuple[Markup, Markup]]:
    """What is known about the member, each with what it is called, by the name of its question."""
    answers = members.answers_of(turn.session, turn.network, turn.member)
    return {asked.name: (asked.called(), _shown(turn, asked, answers)) for asked in QUESTIONS}


def _shown(turn: Turn, asked: Field, answers: dict[str, Any]) -> Markup:
    value = answers[asked.name]
    if not value:
        return UNKNOWN
    shown = asked.show(Asking(turn, answers), value)
    if asked.name == "organisation" and turn.member.membership == PENDING:
        shown += " " + _("(waiting for a colleague to confirm)")
    return shown


@router.button("change")
def ask(turn: Turn, name: str = "") -> None:
    if not turn.member.registered or all(asked.name != name for asked in QUESTIONS):
        show(turn)
        return
    turn.ask(change, changed=name, **members.answers_of(turn.session, turn.network, turn.member))
    *waiting, begun = turn.conversation.stack
    turn.conversation = replace(turn.conversation, stack=(*waiting, replace(begun, step=name)))


@router.completed(change)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    name = answers["changed"]
    members.keep(turn.session, turn.network, turn.member, {name: answers[name]}, turn.now)
    turn.preface(_("Done, thank you."))
    show(turn)


@router.cancelled(change)
def leave_off(turn: Turn) -> None:
    turn.preface(_("All right, we leave it there. Nothing was changed."))
    show(turn)
