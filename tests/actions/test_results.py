"""Results of a survey: each number is reckoned once more from the file that leaves the house."""

from __future__ import annotations

import csv
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from operator import mul
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # as above
from sqlalchemy.orm import Session

from bot.actions import results, survey_files
from bot.actions.concealing import FEWEST
from bot.actions.result_words import mean_words, question_lines, summary
from bot.actions.results import Slice
from bot.actions.spreadsheets import CSV, XLSX
from bot.core.clock import Clock
from bot.core.fields.number import MOST
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
        ({"baku": 9, "shaki-zagatala": 1, "lankaran-astara": 1}, {"baku", "lankaran-astara", "shaki-zagatala"}),
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


def test_an_anonymous_survey_that_few_answered_shows_nothing_and_the_file_of_another_nobody(
    database: Database, network: Network, files: Files
) -> None:
    def look(session: Session) -> tuple[str, int]:
        survey = anonymous(session, {"baku": 4})
        found = results.results(session, survey, questions_of(session, survey.id))
        with speaking("en"):
            said = plain(summary(survey, found, results.answerers(session, survey)))
        return said, anonymous(session, {"baku": 5}).id

    said, survey_id = database.transact(look)
    assert said == "It is anonymous, and fewer than 5 answered: so nothing is shown."
    assert exported(database, network, files, survey_id) == [{"q1": "Yes"}] * 5


def test_what_few_answered_is_hidden_in_each_part_and_in_the_file(
    database: Database, network: Network, files: Files
) -> None:
    def fill(session: Session) -> tuple[int, list[tuple[str, list[int]]], list[int]]:
        survey = add_survey(session, anonymous=True, state=SurveyState.CLOSED)
        paid = add_question(session, survey, 1, QuestionKind.YES_NO, "Were you paid?")
        late = add_question(session, survey, 2, QuestionKind.NUMBER, "How late?", required=False)
        rare = add_question(session, survey, 3, QuestionKind.TEXT, "By whom?", required=False)
        for place in range(16):
            answers: dict[int, Any] = {paid.id: True, late.id: place, rare.id: "Them"}
            known = [paid.id, *[late.id] * (place not in (9, 10, 11)), *[rare.id] * (place < 4)]
            add_answers(session, survey, {key: answers[key] for key in known}, region="baku" if place < 9 else "")
        questions = questions_of(session, survey.id)
        parts = [
            (one.key, [result.question.position for result in one.results])
            for one in results.slices(session, survey, questions, "region")
        ]
        return survey.id, parts, [each.question.position for each in results.results(session, survey, questions)]

    survey_id, parts, whole = database.transact(fill)
    assert parts == [("baku", [1]), ("", [1])]  # nine of thirteen and four of thirteen said how late
    assert whole == [1, 2]
    assert {tuple(row) for row in exported(database, network, files, survey_id)} == {("q1", "q2")}


@pytest.mark.parametrize(
    ("state", "named", "anonymous"),
    [
        (SurveyState.DRAFT, False, False),
        (SurveyState.OPEN, True, False),
        (SurveyState.CLOSED, True, True),
        (SurveyState.WITHDRAWN, False, False),
    ],
)
def test_results_are_seen_of_what_counts_and_of_an_anonymous_survey_once_it_is_over(
    state: SurveyState, named: bool, anonymous: bool
) -> None:
    assert results.is_shown(Survey(state=state, anonymous=False)) == named
    assert results.is_shown(Survey(state=state, anonymous=True)) == anonymous


def test_a_place_counts_once_however_it_is_written_and_one_from_the_map_is_a_place(
    database: Database, network: Network, files: Files
) -> None:
    def fill(session: Session) -> tuple[int, Mapping[str, int]]:
        survey = add_survey(session)
        question = add_question(session, survey, 1, QuestionKind.PLACE, "Where?")
        spelled = [{"words": words} for words in ("Şəki", "sheki", "Şəki", "ШЕКИ", "Qax", "🙂")]
        for value in (*spelled, {"words": "", "latitude": 41.19194, "longitude": 47.17056}):
            add_answers(session, survey, {question.id: value})
        return survey.id, results.results(session, survey, [question])[0].counts

    survey_id, counts = database.transact(fill)
    assert counts == {"Şəki": 4, "41.19194, 47.17056": 1, "Qax": 1, "🙂": 1}
    rows = [row["q1"] for row in exported(database, network, files, survey_id)]
    assert Counter(rows) == {"Şəki": 2, "sheki": 1, "ШЕКИ": 1, "Qax": 1, "🙂": 1, "41.19194, 47.17056": 1}


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

    means = "n = 3 · mean 4.67 · median 5 · standard deviation 0.47"
    assert database.transact(look) == [
        "1. Which one?\n67% · Writing (2)\n33% · Money (1)\nn = 3",
        "2. How useful?\n0% · 1 (0)\n0% · 2 (0)\n0% · 3 (0)\n33% · 4 (1)\n67% · 5 (2)\n" + means,
        "3. What else?\n67% · Thanks (2)\n33% · More <b>please</b> (1)\nn = 3",
    ]


def test_numbers_days_and_places_are_a_few_lines(database: Database) -> None:
    def look(session: Session) -> list[str]:
        survey = add_survey(session)
        questions = [
            add_question(session, survey, 1, QuestionKind.NUMBER, "How many?"),
            add_question(session, survey, 2, QuestionKind.DATE, "When?"),
            add_question(session, survey, 3, QuestionKind.PLACE, "Where?"),
            add_question(session, survey, 4, QuestionKind.SEVERAL, "Which?", "One", "Other"),
        ]
        for place in range(8):
            several = ["a", "b"] if place else ["a"]
            values = (place - 0.004, f"2026-{place // 4 + 1:02}-{place + 1:02}", {"words": f"Town\n{place}"}, several)
            add_answers(session, survey, dict(zip([each.id for each in questions], values, strict=True)))
        with speaking("en"):
            return [plain(question_lines(survey, each)) for each in results.results(session, survey, questions)]

    means = "n = 8 · mean 3.5 · median 3.5 · standard deviation 2.29"
    assert database.transact(look) == [
        "1. How many?\n12% · -2 – 0 (1)\n25% · 0 – 2 (2)\n25% · 2 – 4 (2)\n25% · 4 – 6 (2)\n12% · 6 – 8 (1)\n" + means,
        "2. When?\n50% · January 2026 (4)\n50% · February 2026 (4)\nn = 8",
        "3. Where?\n" + "\n".join(f"12% · Town {place} (1)" for place in range(5)) + "\n3 more\nn = 8",
        "4. Which?\n100% · One (8)\n88% · Other (7)\nSeveral choices · n = 8",
    ]


def test_a_mean_just_below_nought_is_nought(database: Database) -> None:
    def look(session: Session) -> str:
        survey = add_survey(session)
        question = add_question(session, survey, 1, QuestionKind.NUMBER, "How much?")
        add_answers(session, survey, {question.id: -0.004})
        with speaking("en"):
            return plain(mean_words(results.results(session, survey, [question])[0]))

    assert database.transact(look) == "n = 1 · mean 0 · median 0 · standard deviation 0"


def test_a_day_in_the_file_is_a_day(database: Database, network: Network, files: Files) -> None:
    def fill(session: Session) -> int:
        survey = add_survey(session)
        question = add_question(session, survey, 1, QuestionKind.DATE, "When?")
        add_answers(session, survey, {question.id: "2026-12-01"})
        return survey.id

    [row] = exported(database, network, files, database.transact(fill))
    assert row["q1"] == datetime(2026, 12, 1)  # noqa: DTZ001 - a spreadsheet knows no zone


VALUES: Final[Mapping[QuestionKind, st.SearchStrategy[Any]]] = {
    QuestionKind.ONE: st.sampled_from("abc"),
    QuestionKind.SEVERAL: st.lists(st.sampled_from("abc"), min_size=1, unique=True).map(sorted),
    QuestionKind.YES_NO: st.booleans(),
    QuestionKind.SCALE: st.integers(min_value=1, max_value=5),
    QuestionKind.NUMBER: st.integers(min_value=-MOST, max_value=MOST)
    | st.decimals(min_value=-9999, max_value=9999, places=2).filter(lambda value: value % 1).map(float),
    QuestionKind.DATE: st.dates(min_value=date(1900, 1, 1)).map(date.isoformat),
    QuestionKind.TEXT: st.sampled_from(
        ["=1+1", "+994", "-1", "@x", "\tTab", "two\nlines", "Şəki 🎓", "مرحبا", "_x0041_"]
    ),
    QuestionKind.PLACE: st.sampled_from(["Şəki", "Sheki", "Qax"]).map(lambda words: {"words": words}),
}

KINDS: Final = st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=4)

ABOUT: Final = st.fixed_dictionaries(
    {
        "language": st.sampled_from(["az", "ru"]),
        "region": st.sampled_from(["baku", "karabakh", ""]),
        "topics": st.lists(st.sampled_from(["education", "health", "women"]), unique=True).map(sorted),
    }
)


@st.composite
def filled_in(draw: st.DrawFn, fewest: int = 0) -> tuple[list[QuestionKind], list[tuple[dict[str, Any], list[Any]]]]:
    """Kinds of questions, and of each answerer who they are and what they answered, None for nothing."""
    kinds = draw(KINDS)
    answers = st.tuples(*(st.none() | VALUES[kind] for kind in kinds)).map(list)
    return kinds, draw(st.lists(st.tuples(ABOUT, answers), min_size=fewest, max_size=25))


FEW_EXAMPLES: Final = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def written_down(
    session: Session, kinds: Sequence[QuestionKind], people: Sequence[tuple[dict[str, Any], list[Any]]], **values: Any
) -> tuple[Survey, list[Question]]:
    survey = add_survey(session, state=SurveyState.CLOSED, **values)
    questions = [add_question(session, survey, place, kind, "?", *"ABC") for place, kind in enumerate(kinds, 1)]
    for about, answers in people:
        given = {each.id: value for each, value in zip(questions, answers, strict=True) if value is not None}
        add_answers(session, survey, given, **about)
    return survey, questions


def recount(kind: QuestionKind, name: str, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How often each answer stands in these rows of the file."""
    column = [row[name] for row in rows if row.get(name) is not None]
    towns = Counter(column)
    sheki = "Şəki" if towns["Şəki"] > towns["Sheki"] else "Sheki"
    counts: dict[QuestionKind, Callable[[], dict[str, int]]] = {
        QuestionKind.ONE: lambda: {code: column.count(code.upper()) for code in "abc"},
        QuestionKind.SEVERAL: lambda: {code: sum(row[f"{name}_{code}"] or 0 for row in rows) for code in "abc"},
        QuestionKind.YES_NO: lambda: {"yes": column.count("Yes"), "no": column.count("No")},
        QuestionKind.SCALE: lambda: {str(step): column.count(step) for step in range(1, 6)},
        QuestionKind.NUMBER: lambda: Counter(map(str, column)),
        QuestionKind.DATE: lambda: Counter(day.date().isoformat() for day in column),
        QuestionKind.TEXT: lambda: Counter(map(unescape, column)),
        QuestionKind.PLACE: lambda: +Counter({sheki: towns["Şəki"] + towns["Sheki"], "Qax": towns["Qax"]}),
    }
    return counts[kind]()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@FEW_EXAMPLES
@given(filled_in())
def test_of_any_survey_the_results_are_what_the_file_gives(
    database: Database,
    network: Network,
    files: Files,
    answered: tuple[list[QuestionKind], list[tuple[dict[str, Any], list[Any]]]],
) -> None:
    kinds, people = answered

    def look(session: Session) -> tuple[int, list[results.Result]]:
        survey, questions = written_down(session, kinds, people)
        return survey.id, results.results(session, survey, questions)

    survey_id, found = database.transact(look)
    rows = exported(database, network, files, survey_id)
    assert len(rows) == len(people)
    for place, (kind, result) in enumerate(zip(kinds, found, strict=True), 1):
        name = f"q{place}_a" if kind == QuestionKind.SEVERAL else f"q{place}"
        column = [row[name] for row in rows if row[name] is not None]
        assert result.n == len(column)
        assert result.counts == recount(kind, f"q{place}", rows)
        if kind in (QuestionKind.NUMBER, QuestionKind.SCALE) and column:
            assert result.mean == pytest.approx(statistics.mean(column))
            assert result.median == pytest.approx(statistics.median(column))
            assert result.deviation == pytest.approx(statistics.pstdev(column), rel=1e-6, abs=1e-3)
        else:
            assert (result.mean, result.median, result.deviation) == (None, None, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@FEW_EXAMPLES
@given(filled_in(12))
def test_of_any_anonymous_survey_no_sum_or_difference_is_of_few(
    database: Database, answered: tuple[list[QuestionKind], list[tuple[dict[str, Any], list[Any]]]]
) -> None:
    kinds, people = answered

    def look(session: Session) -> tuple[list[int], dict[tuple[str, str], list[int]]]:
        survey, questions = written_down(session, kinds, people, anonymous=True)
        whole = [each.question.position for each in results.results(session, survey, questions)]
        parts = {
            (by, one.key): [each.question.position for each in one.results]
            for by in results.SLICES
            for one in results.slices(session, survey, questions, by)
        }
        return whole, parts

    whole, parts = database.transact(look)
    for place in range(1, len(kinds) + 1):
        those = [about for about, answers in people if answers[place - 1] is not None]
        shown = [(by, key) for (by, key), positions in parts.items() if place in positions]
        assert (place in whole) == (len(those) >= FEWEST)
        assert not shown or place in whole
        counted = [[1, *(key in (about[by] or [""]) if by == "topics" else key == about[by] for by, key in shown)]
                   for about in those]  # fmt: skip
        told = Counter[int]()
        for signs in product((-1, 0, 1), repeat=len(shown) + 1) if len(shown) < 8 else ():
            told[sum(sum(map(mul, signs, each)) != 0 for each in counted)] += 1
        assert not {1, 2, 3, 4} & told.keys() or place not in whole
