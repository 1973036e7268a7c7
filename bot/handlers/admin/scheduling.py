"""At another time: asking when a newsletter shall leave, and moving one that is planned already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup

from bot.actions import authors, cards, planning, proposing, rights, sameness
from bot.actions.sameness import Same
from bot.actions.staff import person_words
from bot.core.fields import Answers, Moment
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import broadcasts, confirming, drafts
from bot.turn import Turn
from storage.audiences import Audience
from storage.broadcasts import UNFIRED, Broadcast, BroadcastKind, BroadcastState
from storage.newsletters import Newsletter

router = Router()

_WHEN: Final = Moment(
    "moment",
    N_("When shall it leave?"),
    hint=N_("Write a day and an hour, such as {day} 15:00, tomorrow 9:00, or Friday 14:30."),
    clock=lambda turn: (turn.now, turn.network.zone),
)
LATER = Form("later", _WHEN, review=False)
ANOTHER_TIME = Form("another_time", _WHEN, review=False)


@router.button("later", allowed=rights.writes)
def ask(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        turn.ask(LATER, draft=plan.newsletter.id)


@router.completed(LATER, allowed=rights.writes)
def confirm(turn: Turn, answers: dict[str, Any]) -> None:
    """Say the moment in words, with all that is to be known before."""
    plan = drafts.find(turn, answers["draft"])
    if plan is not None and confirming.ready(turn, plan, answers["moment"]):
        confirming.show(turn, plan, answers["moment"])


@router.cancelled(LATER)
def leave(turn: Turn, answers: Answers) -> None:
    drafts.go_back(turn, answers)


@router.button("planned", allowed=rights.writes)
def change(turn: Turn, key: str = "", step: str = "", moment: str = "", *_rest: str) -> None:
    """Do something with one that has not left: take it back, send it now, or let it leave at another time."""
    broadcast = _find(turn, key)
    if broadcast is None:
        return
    if step == "undo":
        _take_back(turn, broadcast)
    elif broadcast.state not in UNFIRED:
        broadcasts.show(turn, broadcast)
    elif step == "now":
        _leave_now(turn, broadcast, warned=moment == "1")
    elif step == "later":
        turn.ask(ANOTHER_TIME, broadcast=broadcast.id)
    elif step == "at" and drafts.number_of(moment):
        _postpone(turn, broadcast, drafts.number_of(moment))
    else:
        broadcasts.show(turn, broadcast)


@router.completed(ANOTHER_TIME, allowed=rights.writes)
def confirm_move(turn: Turn, answers: dict[str, Any]) -> None:
    broadcast = _find(turn, answers["broadcast"])
    if broadcast is None or _useless(turn, broadcast, answers["moment"]):
        return
    moment = answers["moment"]
    sure = _("Shall it leave on {moment}?").format(moment=zoned_words(moment, turn.network.zone))
    turn.say(
        Markup("\n\n").join([sure, *confirming.same_words(turn, _twins(turn, broadcast, moment))]),
        [
            Option(f"planned:{broadcast.id}:at:{int(moment.timestamp())}", _("Yes, plan it so").unescape()),
            Option(f"planned:{broadcast.id}:later", _("Another time").unescape()),
            Option(f"broadcast:{broadcast.id}", _("Leave it as it was").unescape()),
        ],
    )


@router.cancelled(ANOTHER_TIME)
def keep(turn: Turn, answers: Answers) -> None:
    broadcast = broadcasts.find(turn, answers["broadcast"], planned=True)
    if broadcast is not None:
        turn.preface(_("All right, nothing was changed."))
        broadcasts.show(turn, broadcast)


def _find(turn: Turn, key: object) -> Broadcast | None:
    """The broadcast, if it has not left; else says so."""
    broadcast = broadcasts.find(turn, key, planned=True)
    if broadcast is None or broadcast.fired_at is None:
        return broadcast
    turn.preface(_("It is too late for that: it has left."))
    broadcasts.show(turn, broadcast)
    return None


def _twins(turn: Turn, broadcast: Broadcast, leaves_at: datetime) -> list[Same]:
    newsletter = turn.session.get_one(Newsletter, broadcast.newsletter_id)
    return sameness.same(turn.session, newsletter, Audience.from_json(broadcast.audience), leaves_at)


def _take_back(turn: Turn, broadcast: Broadcast) -> None:
    if broadcast.kind == BroadcastKind.CORRECTION:
        original = proposing.original_of(turn.session, broadcast)
        proposing.withdraw(turn.session, broadcast, turn.member.id, turn.channels, turn.now)
        turn.preface(_("All right, nothing was changed."))
        broadcasts.show(turn, original)
        return
    _tell_author(turn, broadcast)
    newsletter = planning.take_back(turn.session, broadcast.id, turn.member.id, turn.channels, turn.now)
    plan = None if newsletter is None else drafts.find(turn, newsletter.id)
    if plan is not None:
        turn.preface(_("All right, it was not sent to anybody. It is a draft again."))
        drafts.show(turn, plan, edit=True)


def _tell_author(turn: Turn, broadcast: Broadcast) -> None:
    """Whose newsletter a colleague takes back hears of it."""

    def say() -> list[Markup]:
        who = person_words(turn.session, turn.member.id)
        gone = _("{name} took it back before it was sent. It is a draft again.")
        return [authors.heading(turn.session, broadcast), gone.format(name=who)]

    def options() -> list[Option]:
        return [Option(f"draft:{broadcast.newsletter_id}", _("Open the draft").unescape())]

    told = authors.responsible(turn.session, broadcast, turn.channels)
    others = [address for address in told if address.member_id != turn.member.id]
    authors.tell(turn.session, broadcast, others, turn.channels, say, options, turn.now, "newsletter")


def _leave_now(turn: Turn, broadcast: Broadcast, *, warned: bool) -> None:
    """Send it; one that was to leave much later is looked at once more, for what went out meanwhile."""
    planned = broadcast.state in {BroadcastState.SCHEDULED, BroadcastState.LATE}
    if planned and not warned and (same := _twins(turn, broadcast, turn.now)):
        options = [
            Option(f"planned:{broadcast.id}:now:1", _("Send it all the same").unescape()),
            Option(f"broadcast:{broadcast.id}", _("Leave it as it was").unescape()),
        ]
        turn.say(Markup("\n").join(confirming.same_words(turn, same)), options)
        return
    if planning.leave_now(turn.session, broadcast.id, turn.address, turn.now) is None:
        turn.preface(_("A second person must agree first."))
    else:
        turn.preface(_("All right, it leaves now."))
        planning.show_leaving(turn.session, broadcast, turn.network, turn.channels, turn.now)
    broadcasts.show(turn, broadcast)


def _postpone(turn: Turn, broadcast: Broadcast, seconds: int) -> None:
    try:
        leaves_at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        leaves_at = turn.now
    if leaves_at <= turn.now:
        turn.preface(_("That moment is over already."))
        turn.ask(ANOTHER_TIME, broadcast=broadcast.id)
    elif not _useless(turn, broadcast, leaves_at):
        if planning.postpone(turn.session, broadcast.id, leaves_at, turn.address, turn.now) is None:
            turn.preface(_("A second person must agree first."))
        else:
            cards.show_progress(turn.session, broadcast, [], turn.channels, turn.now, turn.network.zone)
        broadcasts.show(turn, broadcast)


def _useless(turn: Turn, broadcast: Broadcast, leaves_at: datetime) -> bool:
    """Whether it would leave when it is of no use any more; says so."""
    if broadcast.expires_at is None or leaves_at < broadcast.expires_at:
        return False
    until = zoned_words(broadcast.expires_at, turn.network.zone)
    turn.preface(_("It is of use until {moment} only, so it would leave too late.").format(moment=until))
    broadcasts.show(turn, broadcast)
    return True
