"""The registration form: who somebody is, where, and what they want to hear about."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import members
from bot.actions.memberships import PENDING
from bot.actions.menu import main_menu, typed
from bot.core.form import Form
from bot.core.i18n import _
from bot.core.router import Router
from bot.handlers.membership.questions import QUESTIONS
from bot.turn import Turn

router = Router()

registration: Final = Form("registration", *QUESTIONS)


@router.completed(registration)
def register(turn: Turn, answers: dict[str, Any]) -> None:
    members.register(turn.session, turn.network, turn.member, answers, turn.now)
    thanks = _("Thank you, {name}. You are registered.").format(name=turn.member.name)
    if turn.member.membership == PENDING:
        joined = members.answers_of(turn.session, turn.network, turn.member)["organisation"]
        thanks += " " + _("We have asked your colleagues at {organisation} to confirm that you work there. Everything "
                          "else works already.").format(organisation=joined.label)  # fmt: skip
    turn.say(thanks, main_menu(turn.session, turn.member))


@router.cancelled(registration)
def leave_off(turn: Turn) -> None:
    turn.say(
        _("All right, we leave it there. To register another time, write {start}.").format(
            start=typed("start", turn.capabilities)
        ),
        main_menu(turn.session, turn.member),
    )
