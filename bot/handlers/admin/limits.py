"""The terms of a draft: until when it is of use, and whether it is urgent. Both can be taken away again."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bot.actions import newsletters, rights, terms
from bot.actions.newsletters import Plan
from bot.core.fields import Answers, Moment, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.turn import Turn

router = Router()

UNTIL = Form(
    "useful_until",
    Moment(
        "until",
        N_("Until when is it of use? Nobody gets it after that."),
        hint=N_("Write a day and an hour, such as {day} 15:00, or Friday 18:00."),
        clock=lambda turn: (turn.now, turn.network.zone),
    ),
    review=False,
)
URGENT = Form(
    "urgent",
    Text(
        "reason",
        N_("Why can it not wait? It will also reach people at night and on holidays. Please write the reason in a few "
           "words: it is kept in the log."),
        longest=200,
    ),
    review=False,
)  # fmt: skip


@router.button("terms", allowed=rights.writes)
def show(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        _show(turn, plan)


@router.button("until", allowed=rights.writes)
def ask_until(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        turn.ask(UNTIL, draft=plan.newsletter.id)


@router.button("urgent", allowed=rights.writes)
def ask_urgent(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        turn.ask(URGENT, draft=plan.newsletter.id)


@router.completed(UNTIL, allowed=rights.writes)
def keep_until(turn: Turn, answers: dict[str, Any]) -> None:
    plan = drafts.find(turn, answers["draft"])
    if plan is not None:
        terms.limit(turn.session, plan.newsletter, answers["until"], turn.member, turn.now)
        drafts.show(turn, plan)


@router.completed(URGENT, allowed=rights.writes)
def keep_urgent(turn: Turn, answers: dict[str, Any]) -> None:
    plan = drafts.find(turn, answers["draft"])
    if plan is not None:
        terms.mark_urgent(turn.session, plan.newsletter, answers["reason"], turn.member, turn.now)
        drafts.show(turn, plan)


@router.button("until_off", allowed=rights.writes)
def without_limit(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        terms.limit(turn.session, plan.newsletter, None, turn.member, turn.now)
        _show(turn, plan)


@router.button("urgent_off", allowed=rights.writes)
def not_urgent(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        terms.mark_urgent(turn.session, plan.newsletter, "", turn.member, turn.now)
        _show(turn, plan)


@router.cancelled(UNTIL)
@router.cancelled(URGENT)
def leave(turn: Turn, answers: Answers) -> None:
    drafts.go_back(turn, answers)


def _show(turn: Turn, plan: Plan) -> None:
    newsletter = plan.newsletter
    heading = Markup("<b>{}</b>").format(_("“{title}”").format(title=newsletters.title(newsletter)))
    lines = terms.words(newsletter, turn.network.zone) or [_("It has no time limit, and is not urgent.")]
    options = [
        Option(f"until:{newsletter.id}", _("Of use until…").unescape()),
        Option(f"urgent:{newsletter.id}", _("Urgent").unescape()),
    ]
    if newsletter.useful_until:
        options[0] = Option(f"until_off:{newsletter.id}", _("No time limit").unescape())
    if newsletter.urgent:
        options[1] = Option(f"urgent_off:{newsletter.id}", _("Not urgent").unescape())
    back = Option(f"draft:{newsletter.id}", _("Back to the draft").unescape())
    turn.say(Markup("\n").join([heading, *lines]), [*options, back], edit=True)
