"""A survey's answers to take away: one row an answerer, and a codebook that says what each column holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.question_words import asked, choices, codes
from bot.actions.results import results, written
from bot.actions.spreadsheets import XLSX, Cell, Table, as_csv, as_workbook
from bot.core.i18n import N_, _, current
from bot.core.locale import language_name, listing
from bot.network import Network
from storage.files import Files
from storage.members import Member
from storage.organisations import Organisation
from storage.responses import Answer, Response, Sheet
from storage.surveys import Question, QuestionKind, Survey, questions_of

_ROWS: Final = 1000
"""Rows read at a time."""

WHO: Final = (N_("Organisation"), N_("Name"), N_("Language"), N_("Region"), N_("Topics"), N_("Complete"))
"""Of a survey that is not anonymous, before the answers."""

CODEBOOK: Final = (N_("Column"), N_("Question"), N_("Kind"), N_("Value"), N_("Meaning"))

KINDS: Final = {
    QuestionKind.ONE: N_("One choice"),
    QuestionKind.SEVERAL: N_("Several choices"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.SCALE: N_("Scale from 1 to 5"),
    QuestionKind.NUMBER: N_("Number"),
    QuestionKind.DATE: N_("Date"),
    QuestionKind.TEXT: N_("Short text"),
    QuestionKind.PLACE: N_("Place"),
}


class Column(NamedTuple):
    """One column: of a question, or of one choice where several can be picked ("q3_b": 1 or 0)."""

    name: str
    question: Question
    code: str = ""


def write(session: Session, survey: Survey, network: Network, files: Files, kind: str) -> list[str]:
    """Store the answers in the language being spoken; returns the files' names. Only reads from the database.

    Of an anonymous survey it holds the questions whose results are shown.

    Args:
        kind: XLSX for one workbook with both sheets, CSV for the answers and then the codebook.
    """
    questions = [each.question for each in results(session, survey, questions_of(session, survey.id))]
    who = [] if survey.anonymous else [_(title).unescape() for title in WHO]
    columns = columns_of(questions)
    answers = Table(_("Answers").unescape(), [*who, *(column.name for column in columns)],
                    _rows(session, survey, columns, network))  # fmt: skip
    codebook = Table(_("Codebook").unescape(), [_(title).unescape() for title in CODEBOOK],
                     list(_codebook(survey, columns)))  # fmt: skip
    if kind == XLSX:
        return [files.write(as_workbook([answers, codebook]))]
    return [files.write(as_csv(table.header, table.rows, current())) for table in (answers, codebook)]


def columns_of(questions: Sequence[Question]) -> list[Column]:
    """Named by the places of the questions, such as "q1", "q2_a" and "q2_b"."""
    columns = []
    for question in questions:
        name = f"q{question.position}"
        several = question.options if question.kind == QuestionKind.SEVERAL else []
        columns += [Column(f"{name}_{each['code']}", question, each["code"]) for each in several] or [
            Column(name, question)
        ]
    return columns


def _rows(session: Session, survey: Survey, columns: Sequence[Column], network: Network) -> Iterator[list[Cell]]:
    """An anonymous one says nothing of the answerer; its order is that of random keys."""
    query = (
        select(Sheet, Member.name, Organisation.name, Answer.question_id, Answer.value)
        .outerjoin(Answer, Answer.sheet_key == Sheet.key)
        .outerjoin(Response, Response.sheet_key == Sheet.key)
        .outerjoin(Member, Member.id == Response.member_id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .where(Sheet.survey_id == survey.id)
        .order_by(Sheet.key)
    )
    found = session.execute(query.execution_options(yield_per=_ROWS))
    for _key, of_one in groupby(found, key=lambda row: row[0].key):
        rows = list(of_one)
        sheet, name, organisation = rows[0][:3]
        given = {question_id: value for *_who, question_id, value in rows if question_id is not None}
        who: list[Cell] = [] if survey.anonymous else [organisation, name, *_about(sheet, network)]
        yield [*who, *(_cell(survey, column, given.get(column.question.id)) for column in columns)]


def _about(sheet: Sheet, network: Network) -> tuple[Cell, ...]:
    topics = [topic.labels[current()] for topic in map(network.topic, sheet.topics) if topic is not None]
    region = next((each.labels[current()] for each in network.regions if each.key == sheet.region), sheet.region)
    complete = _("Yes") if sheet.complete else _("No")
    return language_name(sheet.language), region, listing(topics).unescape(), complete.unescape()


def _cell(survey: Survey, column: Column, value: Any) -> Cell:  # noqa: ANN401 - as `QuestionKind` says
    question = column.question
    if value is None:
        return None
    if column.code:
        return int(column.code in value)
    if picked := codes(question, value):
        label = choices(question, current(), survey.source).get(picked[0], picked[0])
        return int(value) if question.kind == QuestionKind.SCALE else label
    match question.kind:
        case QuestionKind.NUMBER:
            return float(value)
        case QuestionKind.DATE:
            return date.fromisoformat(value)
        case _:
            return written(question, value)


def _codebook(survey: Survey, columns: Sequence[Column]) -> Iterator[list[Cell]]:
    for name, question, code in columns:
        said: list[Cell] = [name, asked(question, current(), survey.source), _(KINDS[QuestionKind(question.kind)])]
        labels = choices(question, current(), survey.source)
        if code:
            yield [*said, 1, labels[code]]
            yield [*said, 0, _("not chosen: {choice}").format(choice=labels[code]).unescape()]
        elif question.kind == QuestionKind.ONE:
            for each, label in labels.items():
                yield [*said, label, _("choice {code}").format(code=each).unescape()]
        else:
            yield [*said, None, _VALUES[QuestionKind(question.kind)] and _(_VALUES[QuestionKind(question.kind)])]


_VALUES: Final = {
    QuestionKind.ONE: "",
    QuestionKind.SEVERAL: "",
    QuestionKind.YES_NO: "",
    QuestionKind.SCALE: N_("1 is the least, 5 the most"),
    QuestionKind.NUMBER: "",
    QuestionKind.DATE: N_("the day, without an hour"),
    QuestionKind.TEXT: N_("as it was written"),
    QuestionKind.PLACE: N_("as it was written"),
}
