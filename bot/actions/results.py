"""What came back of a survey: counts, means and how many answered, of everybody or of a part of them.

The database groups equal answers, so that a hundred thousand of them are some rows of numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import question_words
from bot.actions.concealing import FEWEST, Part, tellable
from bot.core.folding import fold
from storage.responses import Answer, Sheet
from storage.surveys import Question, QuestionKind, Survey, SurveyState

SLICES: Final = ("topics", "region", "language")
"""What the results can be looked at by: columns of `Sheet`."""


class Result(NamedTuple):
    """What was answered to one question.

    Attributes:
        n: how many answered it.
        counts: by code, in the order of the choices and with those nobody picked; where it was answered freely by what
            was written, the most frequent first; places however they are spelled.
        mean, median, deviation: of a number or a scale; deviation is of the whole group, not of a sample. None where
            nobody answered.
    """

    question: Question
    n: int
    counts: Mapping[str, int]
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None


class Slice(NamedTuple):
    """The results of those who have one thing in common, such as a region; "" for those of whom it is not known.

    Attributes:
        results: of an anonymous survey those that tell of nobody, also together with all others that are shown.
    """

    key: str
    answerers: int
    results: Sequence[Result]


def is_shown(survey: Survey) -> bool:
    """Whether results can be seen now: an anonymous survey is closed first, or two looks would tell one answer."""
    return survey.state == SurveyState.CLOSED or (survey.state == SurveyState.OPEN and not survey.anonymous)


def answerers(session: Session, survey: Survey) -> int:
    """How many answered anything."""
    return session.scalar(select(func.count()).select_from(Sheet).where(Sheet.survey_id == survey.id)) or 0


def results(session: Session, survey: Survey, questions: Sequence[Question]) -> list[Result]:
    """Of everybody; of an anonymous survey only where enough answered."""
    values: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    grouped = select(Answer.question_id, Answer.value, func.count()).join(Sheet, Sheet.key == Answer.sheet_key)
    grouped = grouped.where(Sheet.survey_id == survey.id).group_by(Answer.question_id, Answer.value)
    for question_id, value, times in session.execute(grouped):
        values[question_id].append((value, times))
    found = (_result(question, values[question.id]) for question in questions)
    return [each for each in found if not survey.anonymous or each.n >= FEWEST]


def slices(session: Session, survey: Survey, questions: Sequence[Question], by: str) -> list[Slice]:
    """The results by topic, region or language, the largest slice first; who follows three topics is in three."""
    column = getattr(Sheet, by)
    sizes: Counter[str] = Counter()
    for value, people in session.execute(
        select(column, func.count()).where(Sheet.survey_id == survey.id).group_by(column)
    ):
        sizes.update(dict.fromkeys(_keys(value), people))
    values: dict[tuple[str, int], list[tuple[Any, int]]] = defaultdict(list)
    grouped = select(column, Answer.question_id, Answer.value, func.count()).join(Sheet, Sheet.key == Answer.sheet_key)
    grouped = grouped.where(Sheet.survey_id == survey.id).group_by(column, Answer.question_id, Answer.value)
    for value, question_id, answer, times in session.execute(grouped):
        for key in _keys(value):
            values[key, question_id].append((answer, times))
    shown = _tellable(session, survey) if survey.anonymous else {}
    found = []
    for key, people in sorted(sizes.items(), key=lambda one: (-one[1], one[0])):
        asked = [each for each in questions if not survey.anonymous or (by, key) in shown.get(each.id, ())]
        found.append(Slice(key, people, [_result(each, values[key, each.id]) for each in asked]))
    return found


def _tellable(session: Session, survey: Survey) -> dict[int, set[Part]]:
    """By question: of whom its results can be shown beside those of everybody."""
    columns = [getattr(Sheet, by) for by in SLICES]
    crowd = select(func.count(), *columns).where(Sheet.survey_id == survey.id).group_by(*columns)
    everybody = _crowd(session.execute(crowd))
    each = select(Answer.question_id, func.count()).join(Sheet, Sheet.key == Answer.sheet_key)
    each = each.where(Sheet.survey_id == survey.id).group_by(Answer.question_id)
    shown, of_everybody = {}, tellable(everybody)
    for question_id, n in session.execute(each).all():
        if n == sum(everybody.values()):
            shown[question_id] = of_everybody
        else:
            some = crowd.join(Answer, Answer.sheet_key == Sheet.key).where(Answer.question_id == question_id)
            shown[question_id] = tellable(_crowd(session.execute(some)))
    return shown


def _crowd(counted: Iterable[Sequence[Any]]) -> Counter[frozenset[Part]]:
    """How many people belong to just these parts; a row has their number and what `SLICES` says of them."""
    people = Counter[frozenset[Part]]()
    for n, *about in counted:
        parts = ((by, key) for by, value in zip(SLICES, about, strict=True) for key in _keys(value))
        people[frozenset(parts)] += n
    return people


def _keys(value: Any) -> Sequence[str]:  # noqa: ANN401 - a column of `Sheet`
    return [value] if isinstance(value, str) else value or [""]


def _result(question: Question, values: Iterable[tuple[Any, int]]) -> Result:
    values = list(values)
    n = sum(times for _value, times in values)
    counts: Counter[str] = Counter()
    if question.kind in question_words.CLOSED:
        counts.update(dict.fromkeys(question_words.choices(question, "", ""), 0))
        for value, times in values:
            counts.update(dict.fromkeys(question_words.codes(question, value), times))
    else:
        for value, times in values:
            counts[written(question, value)] += times
        if question.kind == QuestionKind.PLACE:
            counts = _gathered(counts)
        counts = Counter(dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))))
    if question.kind not in (QuestionKind.SCALE, QuestionKind.NUMBER) or not n:
        return Result(question, n, counts)
    mean = sum(value * times for value, times in values) / n
    spread = sum((value - mean) ** 2 * times for value, times in values) / n
    return Result(question, n, counts, mean, _median(values, n), sqrt(spread))


def _median(values: Sequence[tuple[float, int]], n: int) -> float:
    """Half of the answers are at most this; between two of them, their mean."""
    ordered = sorted(values)
    places = ((n - 1) // 2, n // 2)
    found, passed = [], 0
    for value, times in ordered:
        found += [value for place in places if passed <= place < passed + times]
        passed += times
    return sum(found) / len(found)


def _gathered(spelled: Mapping[str, int]) -> Counter[str]:
    """How often each place was named, under the spelling used most."""
    spellings: dict[str, dict[str, int]] = defaultdict(dict)
    for words, times in spelled.items():
        spellings[fold(words) or words][words] = times
    return Counter({max(sorted(each), key=each.__getitem__): sum(each.values()) for each in spellings.values()})


def written(question: Question, value: Any) -> str:  # noqa: ANN401 - as `QuestionKind` says
    """What was answered freely, as text; of a place that came without words, where on the map it is."""
    if question.kind != QuestionKind.PLACE:
        return str(value)
    return value["words"] or f"{value['latitude']:.5f}, {value['longitude']:.5f}"
