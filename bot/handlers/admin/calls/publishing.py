"""Publishing a funding call, and what can be done afterwards: close it early, or withdraw it."""

from __future__ import annotations

from bot.actions import callmoves, calls, newsletters, rights
from bot.actions.newsletters import Plan
from bot.core.i18n import N_, _
from bot.core.locale import listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview
from bot.handlers.admin.calls import pages, sheet
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
    call = pages.find(turn, key, CallState.DRAFT, CallState.OPEN)
    if call is None:
        return
    if call.state == CallState.OPEN and not calls.unheard(turn.session, call):
        turn.preface(_("This call was published already."))
        pages.show(turn, call, edit=True)
        return
    if not rights.may_send(turn.session, turn.member, calls.audience_of(call)):
        own = rights.topics_for(turn.session, turn.member, turn.network)
        yours = _("You publish calls on: {topics}. Please choose the topics of this one among them.")
        turn.preface(yours.format(topics=listing([topic.labels[turn.language] for topic in own])))
        pages.show(turn, call, edit=True)
        return
    plan = _publication(turn, call)
    if confirming.ready(turn, plan):
        if missing := sheet.missing(call):
            turn.preface(missing)
        confirming.show(turn, plan)


@pages.PAGES.asks_first(
    router,
    "call_close",
    N_("Close “{title}” now, before its deadline? Those who saved it are told."),
    N_("Yes, close it"),
    CallState.OPEN,
)
def close(turn: Turn, call: Call) -> None:
    callmoves.close(turn.session, call, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))
    pages.show(turn, call, edit=True)


@pages.PAGES.asks_first(
    router,
    "call_withdraw",
    N_("Withdraw “{title}”? Every copy says so from then on, those who saved it are told, and it cannot be undone."),
    N_("Yes, withdraw it"),
    *calls.PUBLISHED,
)
def withdraw(turn: Turn, call: Call) -> None:
    callmoves.withdraw(turn.session, call, turn.member, turn.network, turn.now)
    turn.say(_("Done. Its copies say so where they can be changed."), edit=True)


@pages.PAGES.asks_first(
    router,
    "call_delete",
    N_("Delete the call “{title}”? It was not sent to anybody."),
    N_("Yes, delete it"),
    CallState.DRAFT,
)
def delete(turn: Turn, call: Call) -> None:
    calls.discard(turn.session, call, turn.member, turn.now)
    turn.say(_("The draft is deleted."), [Option("call_new", _("New call").unescape())], edit=True)


def _plan(turn: Turn, key: object) -> Plan | None:
    call = pages.find(turn, key, CallState.DRAFT)
    return None if call is None else _publication(turn, call)


def _publication(turn: Turn, call: Call) -> Plan:
    newsletter = calls.publication(turn.session, call, turn.member, turn.network, turn.now)
    return newsletters.plan(turn.session, newsletter, turn.member, turn.network)
