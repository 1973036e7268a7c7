"""Sending a newsletter: the exact number once more, then it goes: now, at its hour, or when somebody agreed."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from bot.actions import approving, cards, planning, rights
from bot.actions.newsletters import Plan
from bot.actions.staff import person_words
from bot.core.i18n import _, ngettext
from bot.core.locale import listing, number, zoned_words
from bot.core.router import Router
from bot.handlers.admin import approval, confirming, drafts
from bot.turn import Turn
from storage.broadcasts import Broadcast, BroadcastState

router = Router()


@router.button("send", allowed=rights.writes)
def ask(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None and confirming.ready(turn, plan):
        confirming.show(turn, plan)


@router.button("send_now", allowed=rights.writes)
def send(turn: Turn, draft: str = "", expected: str = "", moment: str = "", warned: str = "", *_rest: str) -> None:
    """Send it, if it goes to as many as this person was told, and nothing new is to be told."""
    plan = drafts.find(turn, draft)
    leaves_at = _moment(moment)
    if plan is None or not confirming.ready(turn, plan, leaves_at):
        return
    if leaves_at is not None and leaves_at <= turn.now:
        turn.preface(_("That moment is over already."))
        confirming.show(turn, plan)
    elif plan.members != drafts.number_of(expected):
        turn.preface(_("The number has changed meanwhile."))
        confirming.show(turn, plan, leaves_at)
    elif warned != "1" and confirming.twins(turn, plan, leaves_at):
        confirming.show(turn, plan, leaves_at)
    else:
        _send(turn, plan, leaves_at)


def _moment(seconds: str) -> datetime | None:
    """The moment in a button, which comes from outside."""
    since = drafts.number_of(seconds)
    return datetime.fromtimestamp(since, UTC) if 0 < since < datetime.max.replace(tzinfo=UTC).timestamp() else None


def _send(turn: Turn, plan: Plan, leaves_at: datetime | None) -> None:
    plan.newsletter.audience = plan.audience.to_json()
    approval_needed = approving.needed(turn.network, plan.audience)
    broadcast = planning.prepare(turn.session, plan.newsletter, turn.address, turn.network, turn.now, leaves_at,
                                 approval=approval_needed)  # fmt: skip
    names: list[Markup] = []
    if approval_needed:
        asked = approval.ask(turn, broadcast, approval.of_newsletter(plan))
        names = [person_words(turn.session, address.member_id) for address in asked]
    cards.put_card(turn.session, broadcast, turn.capabilities, turn.now, turn.network.zone)
    options = [] if turn.capabilities.buttons or broadcast.fired_at else cards.steering(broadcast)
    turn.say(_said(turn, broadcast, plan.members, names), options, edit=True)


def _said(turn: Turn, broadcast: Broadcast, members: int, names: list[Markup]) -> Markup:
    """What has happened now."""
    match broadcast.state:
        case BroadcastState.WAITING:
            return _("I have asked {names}. It waits until one of them agrees.").format(names=listing(names))
        case BroadcastState.HELD:
            said = ngettext("All right. It goes to {n} member.", "All right. It goes to {n} members.", members)
        case BroadcastState.SCHEDULED:
            said = ngettext(
                "All right. It goes to {n} member on {moment}.",
                "All right. It goes to {n} members on {moment}.",
                members,
            )
        case _:
            said = ngettext("It is on its way to {n} member.", "It is on its way to {n} members.", members)
    leaves_at = broadcast.leaves_at
    return said.format(n=number(members), moment=zoned_words(leaves_at, turn.network.zone) if leaves_at else "")
