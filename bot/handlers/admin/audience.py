"""Choosing who gets a newsletter: five lines, each a list to tick, and after each the count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from bot.actions import newsletters, rights
from bot.actions.newsletters import Plan
from bot.core.fields import Answers, MultiChoice, Prompt
from bot.core.fields.field import Asking
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.turn import Turn
from storage.audiences import Audience
from storage.newsletters import Newsletter

router = Router()

_QUESTIONS: Final = {
    "topics": N_("Members who follow which topics? Whoever follows several gets one copy."),
    "regions": N_("Members from which regions?"),
    "languages": N_("Members who read which languages?"),
    "ecosoc": N_("Members with which consultative status?"),
    "channels": N_("Members on which channels?"),
}
_ALL: Final = N_("Tick none to leave it open to all.")
_OWN: Final = N_("Tick none for all your topics.")


@dataclass(frozen=True)
class Line(MultiChoice):
    """One line of an audience, with the count as it is ticked."""

    def ask(self, asking: Asking) -> Prompt:
        prompt = super().ask(asking)
        plan = _plan(asking.turn, asking.answers)
        if plan is None:
            return prompt
        ticked = tuple(option.id for option in prompt.options if option.chosen)
        plan = _plan(asking.turn, asking.answers, _changed(plan.audience, self.name, ticked))
        return prompt if plan is None else replace(prompt, text=_with_count(asking.turn, prompt.text, plan))


def _changed(audience: Audience, line: str, values: Iterable[str]) -> Audience:
    changes: dict[str, Any] = {line: tuple(values)}
    return replace(audience, **changes)


def _with_count(turn: Turn, text: Markup, plan: Plan) -> Markup:
    return Markup("\n\n").join([text, reach.count_words(turn, plan)])


def _plan(turn: Turn, answers: Answers, audience: Audience | None = None) -> Plan | None:
    newsletter = turn.session.get(Newsletter, drafts.number_of(answers["draft"]))
    if newsletter is None:
        return None
    return newsletters.plan(turn.session, newsletter, turn.member, turn.network, audience)


def _question(line: str, turn: Turn, answers: Answers) -> Markup:  # noqa: ARG001 - as forms call it
    own = line == "topics" and not rights.runs(turn)
    return Markup("\n").join([_(_QUESTIONS[line]), _(_OWN if own else _ALL)])


def _choices(line: str, turn: Turn, answers: Answers) -> list[Option]:  # noqa: ARG001 - as forms call it
    offered = reach.choices(turn, line)
    if line != "topics":
        return offered
    own = {topic.key for topic in rights.topics_for(turn.session, turn.member, turn.network)}
    return [option for option in offered if option.id in own]


def _ticked(line: str, turn: Turn, answers: Answers) -> list[str]:
    plan = _plan(turn, answers)
    return [] if plan is None else list(getattr(plan.audience, line))


FORMS: Final = {
    line: Form(
        f"audience_{line}",
        Line(line, partial(_question, line), partial(_choices, line), suggested=partial(_ticked, line)),
        review=False,
    )
    for line in reach.LINES
}


@router.button("audience", allowed=rights.writes)
def choose(turn: Turn, draft: str = "", line: str = "", *_rest: str) -> None:
    """Show the lines, or open one of them."""
    plan = drafts.find(turn, draft)
    if plan is not None and line in FORMS:
        turn.ask(FORMS[line], draft=plan.newsletter.id)
    elif plan is not None:
        _show(turn, plan, edit=True)


@router.button("audience_all", allowed=rights.writes)
def everybody(turn: Turn, draft: str = "", *_rest: str) -> None:
    """Ask nothing of the members; a focal point still writes to its topics only."""
    plan = drafts.find(turn, draft)
    if plan is not None:
        _change(turn, plan, Audience(), edit=True)


def _chosen(line: str, turn: Turn, answers: dict[str, Any]) -> None:
    plan = drafts.find(turn, answers["draft"])
    if plan is not None:
        _change(turn, plan, _changed(plan.audience, line, answers[line]))


for _line, _form in FORMS.items():
    router.completed(_form, allowed=rights.writes)(partial(_chosen, _line))
    router.cancelled(_form)(drafts.go_back)


def _change(turn: Turn, plan: Plan, audience: Audience, *, edit: bool = False) -> None:
    newsletters.address_to(turn.session, plan.newsletter, audience, turn.member, turn.now)
    _show(turn, newsletters.plan(turn.session, plan.newsletter, turn.member, turn.network), edit=edit)


def _show(turn: Turn, plan: Plan, *, edit: bool = False) -> None:
    key = plan.newsletter.id
    who = Markup("<b>{}</b>\n{}").format(_("Who gets it"), reach.audience_words(turn, plan.audience))
    lines = [Option(f"audience:{key}:{line}", _(called).unescape()) for line, called in reach.LINES.items()]
    turn.say(
        _with_count(turn, who, plan),
        [
            *lines,
            Option(f"audience_all:{key}", _("Everybody").unescape()),
            Option(f"draft:{key}", _("Back to the draft").unescape()),
        ],
        edit=edit,
    )
