"""The questions of a survey that is being written: added, moved and taken out."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import questions, rights
from bot.actions.question_words import asked
from bot.actions.survey_files import KINDS
from bot.core.fields import Answers, Choice, Confirm, Lines, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.surveys import pages, sheet
from bot.handlers.admin.surveys.question import PICKED, Asked, find, show
from bot.turn import Turn
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of

router = Router()


def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(kind, _(label).unescape()) for kind, label in KINDS.items()]


NEW: Final = Form(
    "new_question",
    Choice("kind", N_("How shall it be answered?"), _kinds, label=N_("Kind")),
    Text("text", N_("What do you want to ask?"), label=N_("Question"), longest=questions.LONGEST),
    Lines(
        "choices",
        N_("Write the choices, each on a line of its own."),
        label=N_("Choices"),
        fewest=questions.FEWEST_OPTIONS,
        most=questions.MOST_OPTIONS,
        longest=questions.LONGEST_OPTION,
        when=lambda answers: answers.get("kind") in PICKED,
    ),
    Confirm("required", N_("Must it be answered?"), label=N_("Must be answered")),
    review=False,
)
router.cancelled(NEW)(pages.go_back)


@router.button("survey_questions", allowed=rights.writes)
def show_list(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.DRAFT)
    if survey is not None:
        list_questions(turn, survey)


def list_questions(turn: Turn, survey: Survey) -> None:
    """All of them, each a way to its page."""
    found = questions_of(turn.session, survey.id)
    lines = [sheet.question_line(each, survey) for each in found] or [_("It has no questions yet.")]
    options = [Option(f"question:{each.id}", _called(survey, each)) for each in found]
    options.append(Option(f"question_new:{survey.id}", _("New question").unescape()))
    turn.say(Markup("\n").join(lines), [*options, pages.back(survey)], edit=True)


@router.button("question_new", allowed=rights.writes)
def begin(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.DRAFT)
    if survey is None:
        return
    if len(questions_of(turn.session, survey.id)) >= questions.MOST:
        many = _("{n} questions are the most: nobody answers more on a phone.")
        turn.say(many.format(n=number(questions.MOST)), [pages.back(survey)])
    else:
        turn.ask(NEW, it=survey.id)


@router.completed(NEW, allowed=rights.writes)
def add(turn: Turn, answers: dict[str, Any]) -> None:
    survey = pages.find(turn, answers["it"], SurveyState.DRAFT)
    if survey is not None:
        kind, labels = QuestionKind(answers["kind"]), answers.get("choices") or []
        question = questions.add(
            turn.session, survey, kind, answers["text"], labels, turn.member, turn.now, required=answers["required"]
        )
        show(turn, Asked(survey, question))


@router.button("question_move", allowed=rights.writes)
def move(turn: Turn, key: str = "", by: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is None:
        return
    if not questions.move(turn.session, *found, -1 if by == "up" else 1, turn.member, turn.now):
        turn.preface(_("It cannot stand there: a question comes after the one it depends on."))
    list_questions(turn, found.survey)


@router.button("question_remove", allowed=rights.writes)
def ask_remove(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None:
        survey, question = found
        asks = _("Delete the question “{question}”? Its words in every language go with it.")
        sure = Option(f"question_remove_now:{question.id}", _("Yes, delete it").unescape())
        no = Option(f"question:{question.id}", _("No, leave it").unescape())
        turn.say(asks.format(question=asked(question, survey.source, survey.source)), [sure, no], edit=True)


@router.button("question_remove_now", allowed=rights.writes)
def remove(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None:
        questions.remove(turn.session, *found, turn.member, turn.now)
        turn.preface(_("The question is deleted."))
        list_questions(turn, found.survey)


def _called(survey: Survey, question: Question) -> str:
    return f"{question.position}. {asked(question, survey.source, survey.source)}"
