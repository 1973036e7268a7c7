"""Funding calls that members propose: staff accept, edit or decline them."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import callproposals, rights
from bot.core.fields import Answers, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.handlers.admin.calls import pages
from bot.turn import Turn
from storage.calls import Call, CallState

router = Router()

DECLINE: Final = Form(
    "call_decline",
    Text("reason", N_("Why not? The member who proposed it gets your words."), longest=500),
    review=False,
)


@router.button("call_accept", allowed=rights.writes)
def accept(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key)
    if call is not None:
        callproposals.accept(turn.session, call, turn.member, turn.now)
        turn.preface(_("Thank you, the member is told. It is a draft of yours now: publish it when it is ready."))
        pages.show(turn, call)


@router.button("call_decline", allowed=rights.writes)
def ask_reason(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key)
    if call is not None:
        turn.ask(DECLINE, it=call.id)


@router.completed(DECLINE, allowed=rights.writes)
def decline(turn: Turn, answers: dict[str, Any]) -> None:
    call = _find(turn, answers["it"])
    if call is not None:
        callproposals.decline(turn.session, call, turn.member, answers["reason"], turn.now)
        turn.say(_("Thank you. The member gets your words."))


@router.cancelled(DECLINE)
def undecided(turn: Turn, answers: Answers) -> None:
    call = pages.find(turn, answers["it"])
    if call is not None:
        turn.preface(_("All right, nothing was decided."))
        pages.show(turn, call)


def _find(turn: Turn, key: object) -> Call | None:
    """The proposal, if nobody has decided yet; else says so."""
    call = pages.find(turn, key)
    if call is None or call.state == CallState.PROPOSED:
        return call
    turn.preface(_("Somebody has accepted it already."))
    pages.show(turn, call)
    return None
