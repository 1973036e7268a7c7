"""The questions of a survey that is being written: added, changed, moved and taken out."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import questions, rights
from bot.actions.question_words import asked, choices
from bot.actions.survey_files import KINDS
from bot.core.fields import Answers, Choice, Confirm, Lines, Number, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name, number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys import pages, sheet
from bot.handlers.admin.surveys.question import PICKED, Asked, are_written, find, show
from bot.turn import Turn
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of

router = Router()


def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(kind, _(label).unescape()) for kind, label in KINDS.items()]


def _has_choices(answers: Answers) -> bool:
    return answers.get("kind") in PICKED


def _wanted_lines(turn: Turn, answers: Answers) -> int:
    """In another language there is a line for each choice; in the survey's own, as many as one likes."""
    question = turn.session.get(Question, number_of(answers.get("question")))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    other = question is not None and survey is not None and answers["language"] != survey.source
    return len(question.options) if question is not None and other else 0


def _words_wanted(turn: Turn, answers: Answers) -> Markup:
    asks = _("How is the question asked in {language}?").format(language=language_name(answers["language"]))
    question = turn.session.get(Question, number_of(answers["question"]))
    now = question.texts.get(answers["language"]) if question else None
    return Markup("\n\n").join([asks, _("Now: {answer}").format(answer=now)]) if now else asks


def _choices_wanted(turn: Turn, answers: Answers) -> Markup:
    asks = _("Write the choices in {language}, each on a line of its own.")
    question = turn.session.get(Question, number_of(answers["question"]))
    survey = turn.session.get(Survey, question.survey_id) if question else None
    if question is None or survey is None:
        return asks.format(language=language_name(answers["language"]))
    now = choices(question, answers["language"], survey.source).values()
    return Markup("\n").join([asks.format(language=language_name(answers["language"])), *map("• {}".format, now)])


_TEXT: Final = Text("text", N_("What do you want to ask?"), label=N_("Question"), longest=questions.LONGEST)
_CHOICES: Final = Lines(
    "choices",
    N_("Write the choices, each on a line of its own."),
    label=N_("Choices"),
    fewest=questions.FEWEST_OPTIONS,
    most=questions.MOST_OPTIONS,
    longest=questions.LONGEST_OPTION,
    when=_has_choices,
)
_REQUIRED: Final = Confirm("required", N_("Must it be answered?"), label=N_("Must be answered"))
_LEAST: Final = Number("least", N_("What is the smallest number that can be right? Skip it for none."), optional=True)
_MOST: Final = Number("most", N_("What is the largest number that can be right? Skip it for none."), optional=True)

NEW: Final = Form(
    "new_question",
    Choice("kind", N_("How shall it be answered?"), _kinds, label=N_("Kind")),
    _TEXT,
    _CHOICES,
    _REQUIRED,
    review=False,
)
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
BOUNDS: Final = Form("question_bounds", _LEAST, _MOST, review=False)


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
        if found.question.kind in PICKED and not are_written(found.question, answers["language"]):
            turn.ask(CHOICES, question=found.question.id, language=answers["language"])
        else:
            show(turn, found)


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
        show(turn, found)


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


@router.button("question_move", allowed=rights.writes)
def move(turn: Turn, key: str = "", by: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is None:
        return
    if not questions.move(turn.session, *found, -1 if by == "up" else 1, turn.member, turn.now):
        turn.preface(_("It cannot stand there: a question comes after the one it depends on."))
    list_questions(turn, found.survey)


@router.button("question_remove", allowed=rights.writes)
def remove(turn: Turn, key: str = "", *_rest: str) -> None:
    found = find(turn, key)
    if found is not None:
        questions.remove(turn.session, *found, turn.member, turn.now)
        turn.preface(_("The question is deleted."))
        list_questions(turn, found.survey)


for _form in (WORDS, CHOICES, BOUNDS):

    @router.cancelled(_form)
    def _leave(turn: Turn, answers: Answers) -> None:
        found = find(turn, answers["question"])
        if found is not None:
            turn.preface(_("All right, nothing was changed."))
            show(turn, found)


@router.cancelled(NEW)
def leave_new(turn: Turn, answers: Answers) -> None:
    pages.go_back(turn, answers)


def _called(survey: Survey, question: Question) -> str:
    return f"{question.position}. {asked(question, survey.source, survey.source)}"
