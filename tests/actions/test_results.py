"""Results of a survey: each number is reckoned once more from the file that leaves the house."""

from __future__ import annotations

import csv
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from sqlalchemy.orm import Session

from bot.actions import results, survey_files
from bot.actions.result_words import question_lines, summary
from bot.actions.results import Slice
from bot.actions.spreadsheets import CSV, XLSX
from bot.core.clock import Clock
from bot.core.i18n import speaking
from bot.core.richtext import plain
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of
from tests.storage.people import add_member
from tests.storage.surveying import add_answers, add_question, add_survey

REGIONS: Final = ("shaki-zagatala", "baku", "")
TOPICS: Final = ((), ("education",), ("education", "health"))


def of_every_kind(session: Session, survey: Survey) -> list[Question]:
    add_question(session, survey, 1, QuestionKind.ONE, "Which one?", "Writing", "Money", "None")
    add_question(session, survey, 2, QuestionKind.SEVERAL, "Which ones?", "Mornings", "Evenings", "Weekends")
    add_question(session, survey, 3, QuestionKind.YES_NO, "Online?")
    add_question(session, survey, 4, QuestionKind.SCALE, "How useful?")
    add_question(session, survey, 5, QuestionKind.NUMBER, "How many of you?")
    add_question(session, survey, 6, QuestionKind.DATE, "When?")
    add_question(session, survey, 7, QuestionKind.TEXT, "What else?")
    add_question(session, survey, 8, QuestionKind.PLACE, "Where?")
    return questions_of(session, survey.id)


def some_answers(chance: Random, questions: Sequence[Question]) -> dict[int, Any]:
    values = [
        chance.choice(["a", "b"]),
        chance.choice([["a"], ["a", "c"], ["a", "b", "c"]]),
        chance.random() < 0.7,
        chance.randint(1, 5),
        chance.choice([1, 2.5, 40]),
        chance.choice(["2026-12-01", "2027-01-15"]),
        chance.choice(["=1+1", "Thank you", "Çox sağ olun"]),
        {"words": chance.choice(["Şəki", "Qax"])},
    ]
    return {question.id: value for question, value in zip(questions, values, strict=True) if chance.random() < 0.8}


@pytest.fixture
def filled(database: Database, clock: Clock) -> int:
    """A survey of every kind of question that sixty people answered, some of them not all of it."""

    def fill(session: Session) -> int:
        survey, chance = add_survey(session), Random(7)  # noqa: S311 - any numbers
        questions = of_every_kind(session, survey)
        for place in range(60):
            member = add_member(session, clock, str(place), name=f"Member {place}")
            about = {"region": chance.choice(REGIONS), "topics": list(chance.choice(TOPICS))}
            answers = some_answers(chance, questions)
            add_answers(session, survey, answers, member_id=member.id, language=chance.choice(["az", "ru"]), **about)
        return survey.id

    return database.transact(fill)


def exported(database: Database, network: Network, files: Files, survey_id: int) -> list[dict[str, Any]]:
    """The rows of the workbook, by column."""

    def write(session: Session) -> Path:
        with speaking("en"):
            [file] = survey_files.write(session, session.get_one(Survey, survey_id), network, files, XLSX)
        return files.path(file)

    path = database.transact(write)
    with path.open("rb") as opened:
        header, *rows = load_workbook(opened)["Answers"].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_number_is_what_the_exported_answers_give(
    database: Database, network: Network, files: Files, filled: int
) -> None:
    rows = exported(database, network, files, filled)

    def look(session: Session) -> None:
        survey = session.get_one(Survey, filled)
        one, several, online, scale, number, day, text, place = results.results(
            session, survey, questions_of(session, filled)
        )

        def column(name: str) -> list[Any]:
            return [row[name] for row in rows if row[name] is not None]

        picked = Counter(column("q1"))
        assert one.counts == {"a": picked["Writing"], "b": picked["Money"], "c": 0}
        assert one.n == len(column("q1"))
        assert several.counts == {code: sum(column(f"q2_{code}")) for code in "abc"}
        assert several.n == len(column("q2_a"))
        assert online.counts == {"yes": column("q3").count("Yes"), "no": column("q3").count("No")}
        for result, name in ((scale, "q4"), (number, "q5")):
            values = column(name)
            assert result.n == len(values)
            assert result.mean == pytest.approx(statistics.mean(values))
            assert result.median == statistics.median(values)
            assert result.deviation == pytest.approx(statistics.pstdev(values))
        assert scale.counts == {str(step): column("q4").count(step) for step in range(1, 6)}
        assert day.counts == Counter(each.date().isoformat() for each in column("q6"))
        assert text.counts == Counter(column("q7"))
        assert place.counts == Counter(column("q8"))

    database.transact(look)


@pytest.mark.parametrize(("by", "title"), [("region", "Region"), ("topics", "Topics"), ("language", "Language")])
def test_a_part_of_it_is_what_the_exported_answers_give(
    database: Database, network: Network, files: Files, filled: int, by: str, title: str
) -> None:
    rows = exported(database, network, files, filled)
    with speaking("en"):
        labels = {"az": "Azerbaijani", "ru": "Russian", "": ""}
        labels |= {region.key: region.labels["en"] for region in network.regions}
        labels |= {topic.key: topic.labels["en"] for topic in network.topics}

    def of(key: str) -> list[dict[str, Any]]:
        if key:
            return [row for row in rows if labels[key] in (row[title] or "")]
        return [row for row in rows if not row[title]]

    def look(session: Session) -> list[Slice]:
        return results.slices(session, session.get_one(Survey, filled), questions_of(session, filled), by)

    found = database.transact(look)
    assert {one.key: one.answerers for one in found} == {one.key: len(of(one.key)) for one in found}
    assert sum(len(of(one.key)) for one in found) >= len(rows)
    for one in found:
        steps = [row["q4"] for row in of(one.key) if row["q4"] is not None]
        assert one.results[3].n == len(steps)
        assert one.results[3].counts == {str(step): steps.count(step) for step in range(1, 6)}


def test_the_same_as_csv_holds_no_formula_and_comes_with_a_codebook(
    database: Database, network: Network, files: Files, filled: int
) -> None:
    def write(session: Session) -> list[Path]:
        with speaking("en"):
            written = survey_files.write(session, session.get_one(Survey, filled), network, files, CSV)
        return [files.path(file) for file in written]

    answers, codebook = (
        list(csv.DictReader(path.read_text("utf-8-sig").splitlines())) for path in database.transact(write)
    )
    assert {row["q7"] for row in answers} == {"", "'=1+1", "Thank you", "Çox sağ olun"}
    assert {row["q2_b"] for row in answers} == {"", "0", "1"}
    meanings = [(row["Column"], row["Value"], row["Meaning"]) for row in codebook[:5]]
    assert meanings == [
        ("q1", "Writing", "choice a"),
        ("q1", "Money", "choice b"),
        ("q1", "None", "choice c"),
        ("q2_a", "1", "Mornings"),
        ("q2_a", "0", "not chosen: Mornings"),
    ]


def anonymous(session: Session, regions: Mapping[str, int], **values: Any) -> Survey:
    """An anonymous survey of one question that so many answered in each region."""
    survey = add_survey(session, anonymous=True, state=SurveyState.CLOSED, **values)
    question = add_question(session, survey, 1, QuestionKind.YES_NO, "Were you paid?")
    for region, people in regions.items():
        for _each in range(people):
            add_answers(session, survey, {question.id: True}, region=region)
    return survey


@pytest.mark.parametrize(
    ("regions", "hidden"),
    [
        ({"baku": 9, "shaki-zagatala": 6}, set()),
        ({"baku": 9, "shaki-zagatala": 6, "lankaran-astara": 4}, {"lankaran-astara", "shaki-zagatala"}),
        ({"baku": 9, "shaki-zagatala": 3, "lankaran-astara": 4}, {"lankaran-astara", "shaki-zagatala"}),
        ({"baku": 4}, {"baku"}),
    ],
)
def test_of_an_anonymous_survey_no_small_part_is_shown_nor_can_be_reckoned(
    database: Database, regions: dict[str, int], hidden: set[str]
) -> None:
    def look(session: Session) -> set[str]:
        survey = anonymous(session, regions)
        parts = results.slices(session, survey, questions_of(session, survey.id), "region")
        return {one.key for one in parts if not one.results}

    assert database.transact(look) == hidden


def test_an_anonymous_survey_that_few_answered_shows_nothing_and_its_file_nobody(
    database: Database, network: Network, files: Files
) -> None:
    def look(session: Session) -> tuple[str, int]:
        survey = anonymous(session, {"baku": 4})
        found = results.results(session, survey, questions_of(session, survey.id))
        with speaking("en"):
            return plain(summary(survey, found, results.answerers(session, survey))), survey.id

    said, survey_id = database.transact(look)
    assert said == "It is anonymous, and fewer than 5 answered: so nothing is shown."
    assert {tuple(row) for row in exported(database, network, files, survey_id)} == {("q1",)}


def test_an_anonymous_survey_tells_nothing_while_it_is_open(database: Database) -> None:
    def look(session: Session) -> list[bool]:
        survey = anonymous(session, {"baku": 9})
        shown = [results.is_shown(survey)]
        survey.state = SurveyState.OPEN
        return [*shown, results.is_shown(survey)]

    assert database.transact(look) == [True, False]


def test_a_few_lines_say_it_where_there_is_little_bandwidth(database: Database) -> None:
    def look(session: Session) -> list[str]:
        survey = add_survey(session)
        questions = [
            add_question(session, survey, 1, QuestionKind.ONE, "Which one?", "Writing", "Money"),
            add_question(session, survey, 2, QuestionKind.SCALE, "How useful?"),
            add_question(session, survey, 3, QuestionKind.TEXT, "What else?"),
        ]
        for which, step, words in (("a", 5, "Thanks"), ("a", 4, "Thanks"), ("b", 5, "More <b>please</b>")):
            add_answers(session, survey, dict(zip([each.id for each in questions], (which, step, words), strict=True)))
        with speaking("en"):
            return [plain(question_lines(survey, each)) for each in results.results(session, survey, questions)]

    means = "n = 3, mean 4.67, median 5, standard deviation 0.47"
    assert database.transact(look) == [
        "1. Which one?\n67% · Writing (2)\n33% · Money (1)\nn = 3",
        "2. How useful?\n0% · 1 (0)\n0% · 2 (0)\n0% · 3 (0)\n33% · 4 (1)\n67% · 5 (2)\n" + means,
        "3. What else?\n67% · Thanks (2)\n33% · More <b>please</b> (1)\nn = 3",
    ]


def test_a_day_in_the_file_is_a_day(database: Database, network: Network, files: Files) -> None:
    def fill(session: Session) -> int:
        survey = add_survey(session)
        question = add_question(session, survey, 1, QuestionKind.DATE, "When?")
        add_answers(session, survey, {question.id: "2026-12-01"})
        return survey.id

    [row] = exported(database, network, files, database.transact(fill))
    assert row["q1"] == datetime(2026, 12, 1)  # noqa: DTZ001 - a spreadsheet knows no zone
