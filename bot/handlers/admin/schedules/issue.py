"""Writing an issue of a newsletter on a schedule: any message is its text, and it leaves by itself at its moment."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import approving, newsletters, recurring, rights, schedules
from bot.core.fields import Answers, Message
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import zoned_words
from bot.core.router import Router
from bot.handlers.admin import confirming, drafts
from bot.handlers.admin.schedules import page
from bot.handlers.admin.tongues import TONGUE
from bot.turn import Turn
from storage.newsletters import Newsletter
from storage.schedules import ScheduleState

router = Router()


def _question(turn: Turn, answers: Answers) -> str:
    moment = zoned_words(page.moment_of(str(answers["at"])), turn.network.zone)
    return _("Send me the text of the issue of {moment}, or forward it.").format(moment=moment)


ISSUE: Final = Form(
    "issue",
    Message("written", _question, hint=N_("Bold, italic and links stay. One photo or document may come with it.")),
    TONGUE,
    review=False,
)


@router.button("issue", allowed=rights.writes)
def ask(turn: Turn, key: str = "", moment: str = "", *_rest: str) -> None:
    """Ask for its text, or open what was written already."""
    schedule, at = page.find(turn, key), page.moment_of(moment)
    if schedule is None:
        return
    written = schedules.issue(turn.session, schedule, at)
    if written is not None:
        _open(turn, written)
    elif at <= turn.now or not recurring.is_moment(schedule, turn.network.zone, at):
        turn.preface(_("That moment is over already."))
        page.show(turn, schedule)
    else:
        turn.ask(ISSUE, schedule=schedule.id, at=int(at.timestamp()))


@router.completed(ISSUE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    """Keep it as a draft in any case: nobody writes it twice."""
    schedule, at = page.find(turn, answers["schedule"]), page.moment_of(str(answers["at"]))
    if schedule is None:
        return
    text, attachment, zone = answers["written"].text, answers["written"].attachment, turn.network.zone
    if schedules.issue(turn.session, schedule, at) is not None:
        other = newsletters.begin(turn.session, turn.member, answers["tongue"], text, attachment, turn.now)
        turn.preface(_("Somebody else has written this issue meanwhile. Yours is kept as a draft."))
        drafts.show(turn, newsletters.plan(turn.session, other, turn.member, turn.network))
        return
    issue = schedules.write(turn.session, schedule, at, turn.member, answers["tongue"], text, attachment, zone,
                            turn.now)  # fmt: skip
    plan = newsletters.plan(turn.session, issue, turn.member, turn.network)
    if at <= turn.now:
        turn.preface(_("Its moment is over already, so it does not leave by itself. It is kept as a draft."))
        drafts.show(turn, plan)
    elif schedule.state == ScheduleState.PAUSED:
        turn.preface(_("The schedule is paused, so it does not leave by itself. It is kept as a draft."))
        drafts.show(turn, plan)
    elif not approving.needed(turn.network, plan.audience):
        turn.preface(_("Thank you. Until it leaves you can change it, or add other languages."))
        drafts.show(turn, plan)
    elif confirming.ready(turn, plan, at):
        confirming.show(turn, plan, at)


@router.cancelled(ISSUE)
def leave(turn: Turn, answers: Answers) -> None:
    schedule = page.find(turn, answers["schedule"])
    if schedule is not None:
        turn.preface(_("All right, nothing was written."))
        page.show(turn, schedule)


def _open(turn: Turn, issue: Newsletter) -> None:
    plan = drafts.find(turn, issue.id)
    if plan is not None:
        drafts.show(turn, plan)
