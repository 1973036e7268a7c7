"""A survey as a form: its questions made into fields, and its answers from what is stored and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Final

from markupsafe import Markup, escape

from bot.actions.answering import applying
from bot.actions.question_words import asked, choices
from bot.core.fields import Answers, Choice, Confirm, Day, Field, MultiChoice, Number, Place, Spot, Text
from bot.core.fields.field import Turn
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import number
from bot.core.messages import Option, Point
from bot.core.progress import Progress
from bot.core.splitting import shorten
from storage.surveys import Question, QuestionKind, Survey

SURVEY: Final = "survey"
TRIAL: Final = "try_survey"
"""Families of forms: "survey:12" is answered, "try_survey:12:ru" is looked at in Russian and leaves nothing."""

LONGEST: Final = 500
"""Of a text that answers a question, in characters."""

REVIEWED: Final = 3
"""Questions from which on a summary stands at the end."""

_ENDS: Final = {"1": N_("1 (lowest)"), "5": N_("5 (highest)")}
"""What the ends of a scale are called."""

_LABEL: Final = 60
"""Of a question, what the summary shows, in characters."""

_CHANGES: Final = 1_200
"""Characters that all ways to change an answer may take below the summary: it is read on any messenger."""

_AROUND_LABEL: Final = 16
"""Of these, what stands around each question: "12. Change: " and so on."""


def form_of(survey: Survey, questions: Sequence[Question], language: str, *, trial: bool = False) -> Form:
    """The form that asks these questions, in the language or else in the one they were first written in.

    A trial is led in that language, whatever the reader's; make it while speaking that.
    Begin it with `progress_of`, or for a trial with `turn.ask`. The answers it ends with become stored ones by
    `values_of`.
    """
    name = f"{TRIAL}:{survey.id}:{language}" if trial else f"{SURVEY}:{survey.id}"
    fields = [_field(each, questions, language, survey.source) for each in questions]
    review = len(questions) >= REVIEWED and not survey.anonymous
    private = survey.anonymous and not trial
    return Form(name, *fields, review=review, private=private, pauses=not trial, language=language if trial else "")


def name_of(question: Question) -> str:
    """Of its field."""
    return f"q{question.id}"


def values_of(questions: Sequence[Question], answers: Answers) -> dict[int, Any]:
    """Typed answers of the form as they are stored, by question id; without those that were skipped."""
    given = {each: answers.get(name_of(each)) for each in questions}
    return {each.id: _stored(each, value) for each, value in given.items() if value is not None and value != []}


def reached(questions: Sequence[Question], stored: Mapping[int, Any]) -> tuple[int, int]:
    """How many of how many are behind somebody with these stored answers; what may still be asked counts."""
    expected = _expected(questions, stored, set(stored))
    last = max((place for place, each in enumerate(expected, 1) if each.id in stored), default=0)
    return last, len(expected)


def progress_of(
    survey: Survey,
    questions: Sequence[Question],
    form: Form,
    stored: Mapping[int, Any],
    standing: Progress | None = None,
) -> Progress:
    """Where somebody stands with these stored answers: at the first question that is open, or at the summary.

    Args:
        standing: what the conversation remembers; what is stored counts before it. It also knows what was skipped, and
            where to go on if the question is there yet.
    """
    applied = applying(questions, stored)
    answers = {"survey": survey.id, **(standing.answers if standing else {})}
    answers |= {name_of(each): _progress(each, stored[each.id]) for each in questions if each.id in stored}
    if not survey.anonymous:
        answers = _without_taken_back(answers, applied, stored)
    last = max((place for place, each in enumerate(applied) if each.id in stored), default=0)
    answers |= {name_of(each): None for each in applied[:last] if not each.required and name_of(each) not in answers}
    if standing is not None:
        return replace(standing, answers=answers)
    return form.settled(replace(form.begin(survey=survey.id), step="", answers=answers))


def _without_taken_back(
    answers: Mapping[str, Any], applied: Sequence[Question], stored: Mapping[int, Any]
) -> dict[str, Any]:
    """What was given here and is not stored any more was taken back elsewhere: skipped, or to be asked again."""
    gone = {name_of(each): each for each in applied if each.id not in stored}
    kept = {name: value for name, value in answers.items() if name not in gone or value in (None, [])}
    skipped = [name for name, each in gone.items() if name in answers and not each.required]
    return {**dict.fromkeys(skipped), **kept}


def _field(question: Question, questions: Sequence[Question], language: str, source: str) -> Field:
    words = asked(question, language, source)
    longest = min(_LABEL, _CHANGES // len(questions) - _AROUND_LABEL)

    def put(turn: Turn, answers: Answers) -> Markup:
        parts = (_place(question, questions, answers), Markup("<b>{}</b>").format(words), _hint(question, turn))
        return Markup("\n").join(part for part in parts if part)

    kind, particular = _kind(question, _options(question, language, source))
    return kind(
        name_of(question),
        put,
        label=str(escape(shorten(" ".join(words.split()), longest, "utf16"))),
        optional=not question.required,
        when=_condition(question, questions),
        **particular,
    )


def _options(question: Question, language: str, source: str) -> tuple[Option, ...]:
    """What can be picked; nothing where it is written."""
    ends = {code: _(label).unescape() for code, label in _ENDS.items() if question.kind == QuestionKind.SCALE}
    return tuple(Option(code, label) for code, label in (choices(question, language, source) | ends).items())


def _kind(question: Question, options: Sequence[Option]) -> tuple[type[Field], dict[str, Any]]:
    """The kind of field, and what it needs beside what all do."""
    kinds: dict[str, tuple[type[Field], dict[str, Any]]] = {
        QuestionKind.ONE: (Choice, {"choices": options}),
        QuestionKind.SEVERAL: (MultiChoice, {"choices": options, "at_least": int(question.required)}),
        QuestionKind.YES_NO: (Confirm, {}),
        QuestionKind.SCALE: (Choice, {"choices": options}),
        QuestionKind.NUMBER: (Number, {"least": question.least, "most": question.most}),
        QuestionKind.DATE: (Day, {"clock": _clock}),
        QuestionKind.TEXT: (Text, {"longest": LONGEST}),
        QuestionKind.PLACE: (Spot, {}),
    }
    return kinds[question.kind]


def _clock(turn: Turn) -> tuple[datetime, tzinfo]:
    return turn.now, turn.network.zone


def _condition(question: Question, questions: Sequence[Question]) -> Callable[[Answers], bool] | None:
    if not question.only_if:
        return None
    return lambda answers: question in applying(questions, values_of(questions, answers))


def _place(question: Question, questions: Sequence[Question], answers: Answers) -> Markup:
    """As "3 of 7": those that may still turn out to be asked count as if they were."""
    if len(questions) == 1:
        return Markup()
    values = values_of(questions, answers)
    expected = _expected(questions, values, {each.id for each in questions if name_of(each) in answers})
    here = sum(each.position < question.position for each in applying(questions, values)) + 1
    return Markup("<i>{}</i>").format(_("{n} of {all}").format(n=number(here), all=number(len(expected))))


def _expected(questions: Sequence[Question], values: Mapping[int, Any], behind: Collection[int]) -> list[Question]:
    """Those that are asked as far as one knows, with these values and these questions behind one."""
    expected: list[Question] = []
    for question in questions:
        earlier = next((each for each in expected if each.id == question.only_if.get("question")), None)
        open_yet = earlier is not None and earlier.id not in behind
        if not question.only_if or open_yet or question in applying(questions, values):
            expected.append(question)
    return expected


def _hint(question: Question, turn: Turn) -> Markup:
    """What may be said, as far as that is not plain; where choices are numbered, it is said how to name several."""
    if question.kind == QuestionKind.PLACE:
        return _("Write the place, or send your location.")
    if question.kind == QuestionKind.SEVERAL and turn.capabilities.buttons:
        return _("Choose as many as you like.")
    if question.kind != QuestionKind.NUMBER:
        return Markup()
    least, most = (None if bound is None else number(bound) for bound in (question.least, question.most))
    if least is not None and most is not None:
        return _("A number from {least} to {most}").format(least=least, most=most)
    if least is not None:
        return _("A number from {least} on").format(least=least)
    return Markup() if most is None else _("A number up to {most}").format(most=most)


def _stored(question: Question, value: Any) -> Any:  # noqa: ANN401 - each kind its own
    match question.kind:
        case QuestionKind.SCALE:
            return int(value)
        case QuestionKind.DATE:
            return value.isoformat()
        case QuestionKind.PLACE:
            point = {"latitude": value.point.latitude, "longitude": value.point.longitude} if value.point else {}
            return {"words": value.words, **point}
    return value


def _progress(question: Question, stored: Any) -> Any:  # noqa: ANN401 - JSON
    """As the form stores it."""
    match question.kind:
        case QuestionKind.SCALE:
            return str(stored)
        case QuestionKind.PLACE:
            point = Point(stored["latitude"], stored["longitude"]) if "latitude" in stored else None
            return Spot("place", "").dump(Place(stored["words"], point))
    return stored
