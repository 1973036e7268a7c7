"""How long whoever made a survey waits for its results, when a hundred thousand answers came back."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.crowd import REGIONS, TOPICS
from bench.figures import Figure
from bench.postgresql import postgresql
from bot.actions import results
from storage.database import Database
from storage.migrating import migrate
from storage.responses import Answer, Sheet, new_key
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of
from tests.storage.surveying import add_question, add_survey

_KINDS: Final = (
    QuestionKind.ONE,
    QuestionKind.SEVERAL,
    QuestionKind.YES_NO,
    QuestionKind.SCALE,
    QuestionKind.NUMBER,
    QuestionKind.DATE,
    QuestionKind.TEXT,
    QuestionKind.PLACE,
    QuestionKind.ONE,
    QuestionKind.SCALE,
)


def run(*, quick: bool = False) -> list[Figure]:
    """One question with 100,000 answerers, and ten of every kind with 10,000, on both databases (quick: a tenth)."""
    answers = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        figures = _measured("SQLite", f"sqlite:///{Path(folder) / 'korpu.db'}", answers)
    with postgresql() as url:
        return figures + _measured("PostgreSQL", url, answers)


def _measured(name: str, url: str, answers: int) -> list[Figure]:
    database = Database(url)
    migrate(database)
    figures = []
    for kinds, said in ((_KINDS[:1], "one question"), (_KINDS, "ten questions")):
        survey_id = database.transact(partial(_settle, kinds=kinds, people=answers // len(kinds)))
        whole = asyncio.run(_seconds(database, survey_id, ""))
        parts = max(asyncio.run(_seconds(database, survey_id, by)) for by in results.SLICES)
        figures.append(Figure(f"Results of {answers:,} answers to {said} on {name}", whole, "s", 2, most=True))
        figures.append(Figure("… by topic, region or language, the slowest", parts, "s", 2, most=True))
        database.transact(partial(_conceal, survey_id=survey_id))
        hidden = max(asyncio.run(_seconds(database, survey_id, by)) for by in ("", *results.SLICES))
        figures.append(Figure("… of all these where it is anonymous, the slowest", hidden, "s", 2, most=True))
    database.close()
    return figures


def _conceal(session: Session, survey_id: int) -> None:
    """From now on it is an anonymous survey that has closed."""
    survey = session.get_one(Survey, survey_id)
    survey.anonymous, survey.state = True, SurveyState.CLOSED


def _settle(session: Session, kinds: tuple[QuestionKind, ...], people: int) -> int:
    """A survey of these questions that so many people answered, each as they like."""
    chance = Random(1)  # noqa: S311 - any answers
    survey = add_survey(session)
    labels = [f"Choice {place}" for place in range(8)]
    questions = [add_question(session, survey, place, kind, "?", *labels) for place, kind in enumerate(kinds, 1)]
    sheets, answers = [], []
    for _person in range(people):
        key = new_key()
        topics = chance.sample(TOPICS, chance.randint(1, 3))
        about = {"language": chance.choice(["az", "ru", "en"]), "region": chance.choice(REGIONS), "topics": topics}
        sheets.append({"key": key, "survey_id": survey.id, "complete": True, **about})
        answers += [{"sheet_key": key, "question_id": each.id, "value": _value(chance, each)} for each in questions]
    session.execute(insert(Sheet), sheets)
    session.execute(insert(Answer), answers)
    return survey.id


def _value(chance: Random, question: Question) -> Any:  # noqa: ANN401 - as `QuestionKind` says
    day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    values: dict[str, Any] = {
        QuestionKind.ONE: chance.choice("abcdefgh"),
        QuestionKind.SEVERAL: sorted(chance.sample("abcdefgh", 3)),
        QuestionKind.YES_NO: chance.choice([True, False]),
        QuestionKind.SCALE: chance.randint(1, 5),
        QuestionKind.NUMBER: chance.randint(1, 1000),
        QuestionKind.DATE: day,
        QuestionKind.TEXT: f"What I think of it, number {chance.random()}",
        QuestionKind.PLACE: {"words": f"Place {chance.randint(1, 100)}"},
    }
    return values[question.kind]


async def _seconds(database: Database, survey_id: int, by: str) -> float:
    """As the program asks; the median of five, after one that brings the pages in."""
    taken: list[float] = []
    for _ in range(6):
        since = time.perf_counter()
        found = await database.read(lambda session: list(_read(session, survey_id, by)))
        taken.append(time.perf_counter() - since)
        assert found
    return median(taken[1:])


def _read(session: Session, survey_id: int, by: str) -> Iterator[object]:
    survey, questions = session.get_one(Survey, survey_id), questions_of(session, survey_id)
    return iter(results.slices(session, survey, questions, by) if by else results.results(session, survey, questions))
