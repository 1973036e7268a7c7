"""Asking a question only of those who gave some answer to an earlier one."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import questions, rights
from bot.actions.question_words import asked, choices
from bot.core.fields import Answers, Choice, MultiChoice
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys.question import find, go_back, show
from bot.turn import Turn
from storage.surveys import Question, Survey

router = Router()

EVERYBODY: Final = "everybody"


def _earlier(turn: Turn, answers: Answers) -> list[Option]:
    """Those it can depend on, or none."""
    question = turn.session.get(Question, number_of(answers["question"]))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    if question is None or survey is None:
        return []
    found = questions.earlier(turn.session, question)
    offered = [Option(str(each.id), f"{each.position}. {asked(each, turn.language, survey.source)}") for each in found]
    return [*offered, Option(EVERYBODY, _("Ask everybody").unescape())]


def _codes(turn: Turn, answers: Answers) -> list[Option]:
    earlier = turn.session.get(Question, number_of(answers["on"]))
    survey = turn.session.get(Survey, earlier.survey_id) if earlier else None
    if earlier is None or survey is None:
        return []
    return [Option(code, label) for code, label in choices(earlier, turn.language, survey.source).items()]


def _ticked(turn: Turn, answers: Answers) -> list[str]:
    question = turn.session.get(Question, number_of(answers["question"]))
    same = question is not None and str(question.only_if.get("question")) == answers["on"]
    return list(question.only_if["codes"]) if question is not None and same else []


ONLY_IF: Final = Form(
    "question_only_if",
    Choice("on", N_("Which earlier question decides it?"), _earlier, label=N_("Question")),
    MultiChoice(
        "codes",
        N_("It is asked of those who answered that one with:"),
        _codes,
        label=N_("Answers"),
        at_least=1,
        suggested=_ticked,
        when=lambda answers: answers.get("on") not in (None, EVERYBODY),
    ),
    review=False,
)


@router.button("question_if", allowed=rights.writes)
def ask(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None and questions.earlier(turn.session, found.question):
        turn.ask(ONLY_IF, question=found.question.id)
    elif found is not None:
        show(turn, found)


@router.completed(ONLY_IF, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    found = find(turn, answers["question"])
    if found is None:
        return
    earlier = {each.id: each for each in questions.earlier(turn.session, found.question)}
    on = number_of(answers["on"])
    codes = answers.get("codes") or [] if on in earlier else []
    questions.depend(turn.session, *found, on, codes, turn.member, turn.now)
    show(turn, found)


router.cancelled(ONLY_IF)(go_back)
