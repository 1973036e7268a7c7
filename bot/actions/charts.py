"""A question's results as a chart, for `bot.drawing`."""

from __future__ import annotations

import zlib
from collections import Counter
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.actions.localized import read
from bot.actions.question_words import asked
from bot.actions.result_words import answers, mean_words
from bot.actions.results import Result, results
from bot.core.i18n import current, speaking
from bot.core.locale import month_words, number, percent, short_date
from storage.surveys import QuestionKind, Survey, questions_of

HOME: Final = "picture"
"""Where the file of an attachment is that is still to be drawn: "picture:<survey>:<question>:<language>:<data>"."""

BINS: Final = 6
"""Bars of a number's histogram."""


def has_picture(result: Result) -> bool:
    """What was written freely is read, not looked at."""
    return result.n > 0 and result.question.kind != QuestionKind.TEXT


def name(survey: Survey, result: Result, language: str) -> str:
    """The attachment's file. Other data give another name: what was drawn once is not drawn again."""
    data = f"{survey.titles}{result.question.texts}{sorted(result.counts.items())}"
    return f"{HOME}:{survey.id}:{result.question.id}:{language}:{zlib.crc32(data.encode()):08x}"


def chart_of(session: Session, file: str, zone: tzinfo, now: datetime) -> dict[str, Any] | None:
    """What is to be drawn in the attachment of this name, as the answers are now; None where there is nothing.

    Raises:
        ValueError: it names no chart.
    """
    _home, survey_id, question_id, language, _data = file.split(":")
    survey = session.get(Survey, int(survey_id))
    found = [] if survey is None else results(session, survey, questions_of(session, survey.id))
    result = next((each for each in found if each.question.id == int(question_id)), None)
    if survey is None or result is None or not has_picture(result):
        return None
    with speaking(language):
        return {
            "heading": read(survey, language).title,
            "title": asked(result.question, language, survey.source),
            "bars": _bars(survey, result),
            "notes": [mean_words(result).unescape(), short_date(now.astimezone(zone).date(), language)],
        }


def _bars(survey: Survey, result: Result) -> list[tuple[str, float, str]]:
    if result.question.kind == QuestionKind.NUMBER:
        return [(label, times / result.n, _value(times, result.n)) for label, times in _histogram(result)]
    if result.question.kind == QuestionKind.DATE:
        months = Counter[str]()
        for day, times in result.counts.items():
            months[day[:7]] += times
        return [(_month(month), times / result.n, _value(times, result.n)) for month, times in sorted(months.items())]
    return [(label, times / result.n, _value(times, result.n)) for label, times in answers(survey, result)]


def _month(month: str) -> str:
    return month_words(date.fromisoformat(f"{month}-01"))


def _histogram(result: Result) -> list[tuple[str, int]]:
    """How many numbers are in each of some equal spans; each number by itself where there are only a few."""
    values = {float(key): times for key, times in result.counts.items()}
    if len(values) <= BINS:
        return [(number(value, current()), values[value]) for value in sorted(values)]
    least, most = min(values), max(values)
    width = (most - least) / BINS
    spans = [0] * BINS
    for value, times in values.items():
        spans[min(BINS - 1, int((value - least) / width))] += times
    edges = [number(round(least + width * place, 1), current()) for place in range(BINS + 1)]
    return [(f"{edges[place]} – {edges[place + 1]}", times) for place, times in enumerate(spans)]


def _value(times: int, n: int) -> str:
    return f"{number(times)} · {percent(times / n)}"
