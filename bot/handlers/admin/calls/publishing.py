"""Publishing a funding call, and what can be done afterwards: close it early, or withdraw it."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from bot.actions import callmoves, calls, newsletters, rights
from bot.actions.newsletters import Plan
from bot.core.i18n import _
from bot.core.locale import listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview
from bot.handlers.admin.calls import sheet
from bot.turn import Turn
from storage.calls import Call, CallState

router = Router()


@router.button("call_preview", allowed=rights.writes)
def show_preview(turn: Turn, key: str = "", *_rest: str) -> None:
    plan = _plan(turn, key)
    if plan is not None:
        preview.preview(turn, str(plan.newsletter.id))


@router.button("call_try", allowed=rights.writes)
def send_test(turn: Turn, key: str = "", *_rest: str) -> None:
    plan = _plan(turn, key)
    if plan is not None:
        preview.try_out(turn, str(plan.newsletter.id))


@router.button("call_publish", allowed=rights.writes)
def publish(turn: Turn, key: str = "", *_rest: str) -> None:
    """From here on it goes the way of every newsletter."""
    call = _find(turn, key, CallState.DRAFT, CallState.OPEN)
    if call is None:
        return
    if call.state == CallState.OPEN and not calls.unheard(turn.session, call):
        turn.preface(_("This call was published already."))
        sheet.show(turn, call, edit=True)
        return
    if not rights.may_send(turn.session, turn.member, calls.audience_of(call)):
        own = rights.topics_for(turn.session, turn.member, turn.network)
        yours = _("You publish calls on: {topics}. Please choose the topics of this one among them.")
        turn.preface(yours.format(topics=listing([topic.labels[turn.language] for topic in own])))
        sheet.show(turn, call, edit=True)
        return
    plan = _publication(turn, call)
    if confirming.ready(turn, plan):
        if missing := sheet.missing(call):
            turn.preface(missing)
        confirming.show(turn, plan)


@router.button("call_close", allowed=rights.writes)
def ask_close(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key, CallState.OPEN)
    if call is not None:
        sure = _("Close “{title}” now, before its deadline? Those who saved it are told.")
        _sure(turn, call, sure, Option(f"call_close_now:{call.id}", _("Yes, close it").unescape()))


@router.button("call_close_now", allowed=rights.writes)
def close(turn: Turn, key: str = "", *_rest: str) -> None:
    _end(turn, _find(turn, key, CallState.OPEN), callmoves.close)


@router.button("call_withdraw", allowed=rights.writes)
def ask_withdraw(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key, *calls.PUBLISHED)
    if call is not None:
        sure = _(
            "Withdraw “{title}”? Every copy says so from then on, those who saved it are told, and it cannot be undone."
        )
        _sure(turn, call, sure, Option(f"call_withdraw_now:{call.id}", _("Yes, withdraw it").unescape()))


@router.button("call_withdraw_now", allowed=rights.writes)
def withdraw(turn: Turn, key: str = "", *_rest: str) -> None:
    _end(turn, _find(turn, key, *calls.PUBLISHED), callmoves.withdraw)


@router.button("call_delete", allowed=rights.writes)
def ask_delete(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key, CallState.DRAFT)
    if call is not None:
        sure = _("Delete the call “{title}”? It was not sent to anybody.")
        _sure(turn, call, sure, Option(f"call_delete_now:{call.id}", _("Yes, delete it").unescape()))


@router.button("call_delete_now", allowed=rights.writes)
def delete(turn: Turn, key: str = "", *_rest: str) -> None:
    call = _find(turn, key, CallState.DRAFT)
    if call is not None:
        calls.discard(turn.session, call, turn.member, turn.now)
        turn.say(_("The draft is deleted."), [Option("call_new", _("New call").unescape())], edit=True)


def _find(turn: Turn, key: object, *states: CallState) -> Call | None:
    """The call, if it is in one of these states; else shows it as it is now."""
    call = sheet.find(turn, key)
    if call is not None and call.state not in states:
        sheet.show(turn, call)
        return None
    return call


def _plan(turn: Turn, key: object) -> Plan | None:
    call = _find(turn, key, CallState.DRAFT)
    return None if call is None else _publication(turn, call)


def _publication(turn: Turn, call: Call) -> Plan:
    newsletter = calls.publication(turn.session, call, turn.member, turn.network, turn.now)
    return newsletters.plan(turn.session, newsletter, turn.member, turn.network)


def _sure(turn: Turn, call: Call, question: Markup, yes: Option) -> None:
    no = Option(f"call_sheet:{call.id}", _("No, leave it").unescape())
    turn.say(question.format(title=calls.title(call, turn.language)), [yes, no], edit=True)


def _end(turn: Turn, call: Call | None, act: Callable[..., None]) -> None:
    if call is None:
        return
    act(turn.session, call, turn.member, turn.network, turn.now)
    done = _("Done. Its copies say so where they can be changed.")
    if call.state == CallState.CLOSED:
        turn.preface(done)
        sheet.show(turn, call, edit=True)
    else:
        turn.say(done, edit=True)
