"""Changing a question of a survey that is being written: its words, its choices, its bounds, and whether it must be."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import questions, rights
from bot.actions.question_words import asked, choices
from bot.core.fields import Answers, Lines, Number, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name, number
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys.question import PICKED, Asked, find, go_back, show
from bot.handlers.admin.surveys.questions import list_questions
from bot.handlers.admin.surveys.sheet import is_written
from bot.turn import Turn
from storage.surveys import Question, QuestionKind, Survey, questions_of

router = Router()


def _wanted_lines(turn: Turn, answers: Answers) -> int:
    """In another language there is a line for each choice; in the survey's own, as many as one likes."""
    question = turn.session.get(Question, number_of(answers.get("question")))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    other = question is not None and survey is not None and answers["language"] != survey.source
    return len(question.options) if question is not None and other else 0


def _words_wanted(turn: Turn, answers: Answers) -> Markup:
    asks = _("How is the question asked in {language}?").format(language=language_name(answers["language"]))
    question = turn.session.get(Question, number_of(answers["question"]))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    if question is None or survey is None:
        return asks
    now, parts = question.texts.get(answers["language"]), [asks]
    if answers["language"] != survey.source:
        parts.append(Markup("{}. {}").format(number(question.position), asked(question, survey.source, survey.source)))
    if now:
        parts.append(_("Now: {answer}").format(answer=now))
    return Markup("\n\n").join(parts)


def _choices_wanted(turn: Turn, answers: Answers) -> Markup:
    asks = _("Write the choices in {language}, each on a line of its own.")
    question = turn.session.get(Question, number_of(answers["question"]))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    if question is None or survey is None:
        return asks.format(language=language_name(answers["language"]))
    now = choices(question, answers["language"], survey.source).values()
    return Markup("\n").join([asks.format(language=language_name(answers["language"])), *map("• {}".format, now)])


WORDS: Final = Form(
    "question_words", Text("text", _words_wanted, label=N_("Question"), longest=questions.LONGEST), review=False
)
CHOICES: Final = Form(
    "question_choices",
    Lines(
        "choices",
        _choices_wanted,
        label=N_("Choices"),
        fewest=questions.FEWEST_OPTIONS,
        most=questions.MOST_OPTIONS,
        longest=questions.LONGEST_OPTION,
        exactly=_wanted_lines,
    ),
    review=False,
)
BOUNDS: Final = Form(
    "question_bounds",
    Number("least", N_("What is the smallest number that can be right? Skip it for none."), optional=True),
    Number("most", N_("What is the largest number that can be right? Skip it for none."), optional=True),
    review=False,
)


@router.button("question_words", allowed=rights.writes)
def ask_words(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None and language in turn.network.languages:
        turn.ask(WORDS, question=found.question.id, language=language)
    elif found is not None:
        show(turn, found)


@router.completed(WORDS, allowed=rights.writes)
def keep_words(turn: Turn, answers: dict[str, Any]) -> None:
    found = find(turn, answers["question"])
    if found is not None:
        texts = {**found.question.texts, answers["language"]: " ".join(answers["text"].split())}
        questions.write(turn.session, *found, turn.member, turn.now, texts=texts)
        _go_on(turn, found, answers["language"])


@router.button("question_choices", allowed=rights.writes)
def ask_choices(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None and language in turn.network.languages and found.question.kind in PICKED:
        turn.ask(CHOICES, question=found.question.id, language=language)
    elif found is not None:
        show(turn, found)


@router.completed(CHOICES, allowed=rights.writes)
def keep_choices(turn: Turn, answers: dict[str, Any]) -> None:
    found = find(turn, answers["question"])
    if found is not None:
        survey, question = found
        if answers["language"] == survey.source or len(answers["choices"]) == len(question.options):
            options = questions.relabelled(question, answers["language"], survey.source, answers["choices"])
            questions.write(turn.session, survey, question, turn.member, turn.now, options=options)
        _go_on(turn, found, answers["language"])


def _go_on(turn: Turn, found: Asked, language: str) -> None:
    """Ask for what is not written in another language yet, of this question first; at the end comes the list."""
    survey, question = found
    missing = [each for each in questions_of(turn.session, survey.id) if not is_written(each, language)]
    if language == survey.source:
        show(turn, found)
    elif not missing:
        list_questions(turn, survey)
    else:
        wanted = question if question in missing else missing[0]
        turn.ask(CHOICES if wanted.texts.get(language) else WORDS, question=wanted.id, language=language)


@router.button("question_bounds", allowed=rights.writes)
def ask_bounds(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None and found.question.kind == QuestionKind.NUMBER:
        turn.ask(BOUNDS, question=found.question.id)
    elif found is not None:
        show(turn, found)


@router.completed(BOUNDS, allowed=rights.writes)
def keep_bounds(turn: Turn, answers: dict[str, Any]) -> None:
    found = find(turn, answers["question"])
    if found is None:
        return
    least, most = answers["least"], answers["most"]
    if least is not None and most is not None and least >= most:
        turn.preface(_("The largest number must be larger than the smallest."))
        turn.ask(BOUNDS, question=found.question.id)
    else:
        questions.write(turn.session, *found, turn.member, turn.now, least=least, most=most)
        show(turn, found)


@router.button("question_required", allowed=rights.writes)
def turn_required(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None:
        questions.write(turn.session, *found, turn.member, turn.now, required=not found.question.required)
        show(turn, found, edit=True)


for _form in (WORDS, CHOICES, BOUNDS):
    router.cancelled(_form)(go_back)
