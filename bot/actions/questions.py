"""The questions of a survey that is being written: added, changed, moved, taken out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.actions.question_words import CLOSED
from storage.members import Member
from storage.staff import record
from storage.surveys import Question, QuestionKind, Survey, questions_of

MOST: Final = 30
"""Questions in one survey: nobody answers more on a phone."""

FEWEST_OPTIONS: Final = 2
MOST_OPTIONS: Final = 12
"""What a poll of Telegram's holds, and what is still read on a phone."""

LONGEST: Final = 250
"""Of a question, in characters: with its place and a hint it still stands above buttons anywhere."""

LONGEST_OPTION: Final = 100
"""Of a choice, in characters, as in a poll of Telegram's."""

_CODES: Final = "abcdefghijklmnopqrstuvwxyz"


def add(session: Session, survey: Survey, kind: QuestionKind, text: str, labels: Sequence[str], actor: Member,
        now: datetime, **columns: Any) -> Question:  # noqa: ANN401 - columns  # fmt: skip
    """A new last question, in the language the survey was first written in."""
    question = Question(
        survey_id=survey.id,
        position=len(questions_of(session, survey.id)) + 1,
        kind=kind,
        texts={survey.source: text},
        options=[{"code": _CODES[place], "labels": {survey.source: label}} for place, label in enumerate(labels)],
        **columns,
    )
    session.add(question)
    _changed(session, survey, actor, now)
    return question


def write(session: Session, survey: Survey, question: Question, actor: Member, now: datetime,
          **columns: Any) -> None:  # noqa: ANN401 - columns  # fmt: skip
    """Change these columns of it. What depended on a choice that is gone does so no more."""
    for column, value in columns.items():
        setattr(question, column, value)
    codes = {each["code"] for each in question.options}
    for each in questions_of(session, survey.id) if "options" in columns else ():
        if _depends_on(each) == question.id:
            left = [code for code in each.only_if["codes"] if code in codes]
            each.only_if = {**each.only_if, "codes": left} if left else {}
    _changed(session, survey, actor, now)


def relabelled(question: Question, language: str, source: str, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Its options with these labels in this language.

    In the survey's own language the lines are the options: one more line is a new option, with a code that was never
    used, and one less takes the last away. In another there is a line for each.
    """
    if language != source:
        return [
            {**each, "labels": {**each["labels"], language: label}}
            for each, label in zip(question.options, labels, strict=True)
        ]
    used = {each["code"] for each in question.options}
    fresh = iter(code for code in _CODES if code not in used)
    options = []
    for place, label in enumerate(labels):
        if place < len(question.options):
            known = question.options[place]
            options.append({**known, "labels": {**known["labels"], source: label}})
        else:
            options.append({"code": next(fresh), "labels": {source: label}})
    return options


def move(session: Session, survey: Survey, question: Question, by: int, actor: Member, now: datetime) -> bool:
    """Let it come earlier (-1) or later (1); False where that would put it before what it depends on, or nowhere."""
    order = questions_of(session, survey.id)
    here = order.index(question)
    there = here + by
    if not 0 <= there < len(order):
        return False
    order.insert(there, order.pop(here))
    if any(_depends_on(each) in {later.id for later in order[place:]} for place, each in enumerate(order)):
        return False
    _number(order)
    _changed(session, survey, actor, now)
    return True


def remove(session: Session, survey: Survey, question: Question, actor: Member, now: datetime) -> None:
    """Take it out; what depended on it is asked of everybody."""
    for each in questions_of(session, survey.id):
        if _depends_on(each) == question.id:
            each.only_if = {}
    session.delete(question)
    session.flush()
    _number(questions_of(session, survey.id))
    _changed(session, survey, actor, now)


def earlier(session: Session, question: Question) -> list[Question]:
    """Those on whose answers it can depend: asked before it, and with answers that are known beforehand."""
    order = questions_of(session, question.survey_id)
    return [each for each in order if each.position < question.position and each.kind in CLOSED]


def depend(session: Session, survey: Survey, question: Question, on: int, codes: Collection[str], actor: Member,
           now: datetime) -> None:  # fmt: skip
    """Ask it only of those who gave one of these answers to the earlier question `on`; no codes for everybody."""
    question.only_if = {"question": on, "codes": sorted(codes)} if codes else {}
    _changed(session, survey, actor, now)


def _depends_on(question: Question) -> int:
    return int(question.only_if.get("question", 0))


def _number(order: Sequence[Question]) -> None:
    for position, each in enumerate(order, 1):
        each.position = position


def _changed(session: Session, survey: Survey, actor: Member, now: datetime) -> None:
    record(session, now, actor.id, "survey.questions", survey=survey.id)
    session.flush()
