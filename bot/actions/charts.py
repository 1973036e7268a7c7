"""A question's results as a chart, for `bot.drawing`."""

from __future__ import annotations

import zlib
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.actions.localized import read
from bot.actions.question_words import asked
from bot.actions.result_words import answers, mean_words, more_words
from bot.actions.results import Result, is_shown, results
from bot.core.i18n import speaking
from bot.core.locale import number, percent, short_date
from storage.surveys import QuestionKind, Survey, questions_of

HOME: Final = "picture"
"""Where the file of an attachment is that is still to be drawn: "picture:<survey>:<question>:<language>:<data>"."""


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
    if survey is None or not is_shown(survey):
        return None
    found = results(session, survey, questions_of(session, survey.id))
    result = next((each for each in found if each.question.id == int(question_id)), None)
    if result is None or not has_picture(result):
        return None
    with speaking(language):
        return {
            "heading": read(survey, language).title,
            "title": asked(result.question, language, survey.source),
            "bars": [
                (label, times / result.n, f"{number(times)} · {percent(times / result.n)}")
                for label, times in answers(survey, result)
            ],
            "notes": [
                *(words.unescape() for words in (*more_words(result), mean_words(result))),
                short_date(now.astimezone(zone).date(), language),
            ],
        }
