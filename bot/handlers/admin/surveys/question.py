"""The page of one question of a survey that is being written."""

from __future__ import annotations

from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions import questions, rights
from bot.actions.question_words import asked, choices
from bot.actions.survey_files import KINDS
from bot.core.fields import Answers
from bot.core.i18n import _
from bot.core.locale import language_name, listing, number, own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys import pages, sheet
from bot.turn import Turn
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of

router = Router()

PICKED: Final = (QuestionKind.ONE, QuestionKind.SEVERAL)
"""Kinds with choices of their own."""


class Asked(NamedTuple):
    """A question that can be changed now, and its survey."""

    survey: Survey
    question: Question


@router.button("question", allowed=rights.writes)
def open_page(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None:
        show(turn, found, edit=True)


def find(turn: Turn, key: object) -> Asked | None:
    """The question, if its survey is a draft that this person may change; else says so."""
    question = turn.session.get(Question, number_of(key), populate_existing=True)
    if question is None:
        turn.say(_("This question is not there any more."), [Option("surveys", _("Surveys").unescape())])
        return None
    survey = pages.find(turn, question.survey_id, SurveyState.DRAFT)
    return None if survey is None else Asked(survey, question)


def show(turn: Turn, found: Asked, *, edit: bool = False) -> None:
    """Its page: how it is asked, and all that can be changed of it."""
    turn.say(Markup("\n\n").join(_paragraphs(turn, found)), _options(turn, found), edit=edit)


def go_back(turn: Turn, answers: Answers) -> None:
    """Show the question that a cancelled one was about."""
    found = find(turn, answers["question"])
    if found is not None:
        turn.preface(_("All right, nothing was changed."))
        show(turn, found)


def _paragraphs(turn: Turn, found: Asked) -> list[Markup]:
    survey, question = found
    facts = [_(KINDS[QuestionKind(question.kind)])]
    facts.append(_("It must be answered.") if question.required else _("It can be skipped."))
    if question.least is not None:
        facts.append(_("At least {n}").format(n=number(question.least)))
    if question.most is not None:
        facts.append(_("At most {n}").format(n=number(question.most)))
    facts += _condition(turn, survey, question)
    labels = choices(question, survey.source, survey.source).values() if question.kind in PICKED else ()
    heading = Markup("<b>{}. {}</b>").format(number(question.position), asked(question, survey.source, survey.source))
    listed = Markup("\n").join(Markup("• {}").format(label) for label in labels)
    missing = [
        language_name(each) for each in survey.titles if each in sheet.unwritten(turn, survey, [question])
    ]  # fmt: skip
    left = _("Not written in: {languages}").format(languages=", ".join(missing)) if missing else Markup()
    return [part for part in (heading, listed, Markup("\n").join(facts), left) if part]


def _condition(turn: Turn, survey: Survey, question: Question) -> list[Markup]:
    """Of whom it is asked, where not of everybody."""
    earlier = turn.session.get(Question, question.only_if["question"]) if question.only_if else None
    if earlier is None:
        return []
    labels = choices(earlier, turn.language, survey.source)
    picked = listing([labels.get(code, code) for code in question.only_if["codes"]])
    only = _("Only for those who answered question {n} with: {answers}")
    return [only.format(n=number(earlier.position), answers=picked)]


def _options(turn: Turn, found: Asked) -> list[Option]:
    survey, question = found
    key, picked = question.id, question.kind in PICKED
    words, lines = _("Question: {language}"), _("Choices: {language}")
    options = []
    for language in turn.network.languages:
        options.append(Option(f"question_words:{key}:{language}", words.format(language=own_name(language)).unescape()))
        if picked:
            label = lines.format(language=own_name(language)).unescape()
            options.append(Option(f"question_choices:{key}:{language}", label))
    if question.kind == QuestionKind.NUMBER:
        options.append(Option(f"question_bounds:{key}", _("Smallest and largest").unescape()))
    skipped = _("Let it be skipped") if question.required else _("It must be answered")
    options.append(Option(f"question_required:{key}", skipped.unescape()))
    if questions.earlier(turn.session, question):
        options.append(Option(f"question_if:{key}", _("Ask it only if …").unescape()))
    if question.position > 1:
        options.append(Option(f"question_move:{key}:up", _("Earlier").unescape()))
    if question.position < len(questions_of(turn.session, survey.id)):
        options.append(Option(f"question_move:{key}:down", _("Later").unescape()))
    return [
        *options,
        Option(f"question_remove:{key}", _("Delete the question").unescape()),
        Option(f"question_new:{survey.id}", _("New question").unescape()),
        Option(f"survey_questions:{survey.id}", _("All questions").unescape()),
        pages.back(survey),
    ]
