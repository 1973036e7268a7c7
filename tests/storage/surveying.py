"""Surveys, their questions and answers for tests, made with plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from storage.responses import Answer, Response, Sheet, new_key
from storage.surveys import Question, QuestionKind, Survey, SurveyState

NOON: Final = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""In Baku."""


def add_survey(session: Session, **values: Any) -> Survey:
    """An open survey for everybody."""
    plain: dict[str, Any] = {
        "state": SurveyState.OPEN,
        "source": "en",
        "titles": {"en": "Training", "az": "Təlim", "ru": "Обучение"},
        "texts": {"en": "What shall we teach?", "az": "Nəyi öyrədək?", "ru": "Чему учить?"},
        "audience": {},
        "created_at": NOON,
        "published_at": NOON,
    }
    survey = Survey(**(plain | values))
    session.add(survey)
    session.flush()
    return survey


def add_question(session: Session, survey: Survey, position: int, kind: QuestionKind, text: str, *labels: str,
                 **values: Any) -> Question:  # fmt: skip
    """A question in English; the options' codes are "a", "b" and so on."""
    options = [{"code": code, "labels": {"en": label}} for code, label in zip("abcdefghijkl", labels, strict=False)]
    question = Question(
        survey_id=survey.id, position=position, kind=kind, texts={"en": text}, options=options, **values
    )
    session.add(question)
    session.flush()
    return question


def add_answers(session: Session, survey: Survey, answers: Mapping[int, Any], *, member_id: int | None = None,
                **about: Any) -> Sheet:  # fmt: skip
    """A sheet with these answers by question id; a member's where one is named."""
    sheet = Sheet(key=new_key(), survey_id=survey.id, **({"language": "en", "complete": True} | about))
    session.add(sheet)
    session.flush()
    session.add_all(Answer(sheet_key=sheet.key, question_id=key, value=value) for key, value in answers.items())
    if member_id is not None:
        response = Response(
            survey_id=survey.id,
            holder=f"m{member_id}",
            member_id=member_id,
            sheet_key=None if survey.anonymous else sheet.key,
            begun_at=NOON,
            completed_at=NOON,
        )
        session.add(response)
    session.flush()
    return sheet
