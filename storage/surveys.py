"""Surveys: their questions, and whom they ask."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.appeals import Appeal
from storage.base import Base


class SurveyState(StrEnum):
    """draft -> open -> closed; closed -> open again, while it is wanted; open, closed -> withdrawn."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class QuestionKind(StrEnum):
    """What a question asks for, and what its answer is as JSON.

    one: the code of an option. several: codes, in the order of the options. yes_no: a bool. scale: an int from 1 to 5.
    number: an int or a float within its bounds. date: "2026-11-25". text: a string. place: {"words": ..., "latitude":
    ..., "longitude": ...}, without the numbers where it was typed.
    """

    ONE = "one"
    SEVERAL = "several"
    YES_NO = "yes_no"
    SCALE = "scale"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    PLACE = "place"


class Survey(Appeal):
    """An appeal for answers.

    Attributes:
        per: "member" for an answer each, "organisation" for one from each organisation (members without one answer for
            themselves).
        anonymous: nothing links an answer to who gave it.
        nudge: those who have not answered are reminded once by the tick; nudged_at: when they were, by it or by hand.
        published_at: when it was first sent; shared_at: when the results were sent back.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        Index("ix_surveys_closes_at", "closes_at", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    noun = "survey"
    about = "survey"

    per: Mapped[str] = mapped_column(String(12), default="member")
    anonymous: Mapped[bool] = mapped_column(default=False)
    nudge: Mapped[bool] = mapped_column(default=True)
    nudged_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    shared_at: Mapped[datetime | None]


class Question(Base):
    """One question of a survey. From the moment the survey is open nothing of it changes.

    Attributes:
        position: its place, from 1.
        kind: a QuestionKind.
        texts: language -> the question, plain.
        options: of one and several: [{"code": "a", "labels": {language: label}}]; codes are never used again.
        least, most: of number: its bounds; None for none.
        required: it cannot be skipped.
        only_if: {"question": id, "codes": [...]}: asked only of those who gave one of these answers to an earlier
            question of kind one, several, yes_no ("yes", "no") or scale ("1" to "5"); {} for everybody.
    """

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_survey_id_position", "survey_id", "position"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, Any]]
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    least: Mapped[float | None]
    most: Mapped[float | None]
    required: Mapped[bool] = mapped_column(default=True)
    only_if: Mapped[dict[str, Any]] = mapped_column(default=dict)


def questions_of(session: Session, survey_id: int) -> list[Question]:
    """In their order."""
    found = select(Question).where(Question.survey_id == survey_id).order_by(Question.position, Question.id)
    return list(session.scalars(found))


def surveys_in(session: Session, *states: SurveyState) -> list[Survey]:
    """Surveys in these states, oldest first."""
    return list(session.scalars(select(Survey).where(Survey.state.in_(states)).order_by(Survey.id)))
