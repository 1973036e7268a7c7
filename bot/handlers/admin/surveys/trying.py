"""Trying a survey as a member would answer it, in each of its languages; nothing of it is stored."""

from __future__ import annotations

from typing import Any

from bot.actions import rights
from bot.actions.questionnaires import TRIAL, form_of
from bot.core.family import Family
from bot.core.fields import Answers
from bot.core.form import Form
from bot.core.i18n import _, speaking
from bot.core.locale import own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys import pages
from bot.turn import Turn
from storage.surveys import Survey, SurveyState, questions_of

router = Router()


def _make(turn: Turn, key: str) -> Form | None:
    """The form as it is now, while the survey is a draft with questions."""
    number, _colon, language = key.partition(":")
    survey = turn.session.get(Survey, number_of(number))
    questions = questions_of(turn.session, survey.id) if survey else []
    if survey is None or survey.state != SurveyState.DRAFT or not questions:
        return None
    with speaking(language):
        return form_of(survey, questions, language, trial=True)


FAMILY = Family(TRIAL, _make)


@router.button("survey_trial", allowed=rights.writes)
def begin(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    """Ask for the language first, where there is a choice."""
    survey = pages.find(turn, key, SurveyState.DRAFT)
    if survey is None:
        return
    if language not in survey.titles and len(survey.titles) == 1:
        language = survey.source
    if language not in survey.titles:
        offered = [Option(f"survey_trial:{survey.id}:{each}", own_name(each)) for each in survey.titles]
        turn.say(_("In which language?"), [*offered, pages.back(survey)], edit=True)
        return
    form = _make(turn, f"{survey.id}:{language}")
    if form is None:
        turn.preface(_("It has no questions yet."))
        pages.show(turn, survey)
    else:
        turn.drop(form.name)
        turn.preface(_("This is how members will be asked. Your answers are not kept."))
        turn.ask(form, it=survey.id)


@router.completed(FAMILY, allowed=rights.writes)
def end(turn: Turn, answers: dict[str, Any]) -> None:
    _back(turn, answers)


@router.cancelled(FAMILY)
def leave(turn: Turn, answers: Answers) -> None:
    _back(turn, answers)


def _back(turn: Turn, answers: Answers) -> None:
    survey = pages.find(turn, answers["it"])
    if survey is not None:
        turn.preface(_("That was all of it. Nothing was kept."))
        pages.show(turn, survey)
