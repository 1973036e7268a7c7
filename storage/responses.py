"""Who takes part in a survey, and what was answered: two tables, so that an anonymous answer knows nobody.

A response says who answers for whom, and how far they are. A sheet holds the answers. Named surveys link the two;
anonymous ones do not, their sheet is written in one piece when the last question is answered, under a random key, and
SQLite keeps it in the order of that key, so that not even the order of rows tells who wrote which.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Json

SHEET_KEY: Final = 24
"""Characters of a sheet's key: 144 random bits."""


class Sheet(Base):
    """One answerer's answers.

    Attributes:
        language, region, topics: the answerer's when they began, for the slices of the results.
        complete: every question that applies is answered.
    """

    __tablename__ = "sheets"
    __table_args__ = (Index("ix_sheets_survey_id", "survey_id"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    region: Mapped[str] = mapped_column(default="")
    topics: Mapped[list[str]] = mapped_column(default=list)
    complete: Mapped[bool] = mapped_column(default=False)


class Response(Base):
    """That somebody takes part.

    Attributes:
        holder: "m12" for a member, "o7" for an organisation: whose one answer it is.
        member_id: who answers, the one who took over last.
        sheet_key: where the answers are; None in an anonymous survey, and before the first answer.
        completed_at: when the last question was answered first; None for who stopped half way.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("survey_id", "holder"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(24))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    sheet_key: Mapped[str | None] = mapped_column(ForeignKey("sheets.key", ondelete="SET NULL"), index=True)
    begun_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class Answer(Base):
    """What was answered to one question; a question that was skipped has none."""

    __tablename__ = "answers"
    __table_args__ = ({"sqlite_with_rowid": False},)

    sheet_key: Mapped[str] = mapped_column(ForeignKey("sheets.key", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


def new_key() -> str:
    """The key of a new sheet."""
    return secrets.token_urlsafe(SHEET_KEY * 3 // 4)


def response_of(session: Session, survey_id: int, holder: str, *, lock: bool = False) -> Response | None:
    """The one response of this member or organisation."""
    found = select(Response).where(Response.survey_id == survey_id, Response.holder == holder)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalar(found)


def responses_of(session: Session, member_id: int) -> list[Response]:
    """Whatever this member answers or answered, also for their organisation."""
    return list(session.scalars(select(Response).where(Response.member_id == member_id).order_by(Response.id)))


def erase(session: Session, responses: Collection[Response]) -> None:
    """Delete them, with the answers that are linked to them."""
    keys = [response.sheet_key for response in responses if response.sheet_key]
    for response in responses:
        session.delete(response)
    session.flush()
    for column in (Answer.sheet_key, Sheet.key):
        gone = delete(column.class_).where(column.in_(keys))
        session.execute(gone, execution_options={"synchronize_session": "fetch"})


def repoint(session: Session, gone_id: int, kept_id: int) -> None:
    """What the one answered, the other did. Of two answers to one survey the complete one counts, or else the later."""
    for theirs in responses_of(session, gone_id):
        if theirs.holder != f"m{gone_id}":
            continue
        mine = response_of(session, theirs.survey_id, f"m{kept_id}", lock=True)
        if mine is not None:
            lost = min(mine, theirs, key=_counts)
            erase(session, [lost])
            if lost is theirs:
                continue
        theirs.holder = f"m{kept_id}"
    session.flush()
    moved = update(Response).where(Response.member_id == gone_id).values(member_id=kept_id)
    session.execute(moved, execution_options={"synchronize_session": "fetch"})


def _counts(response: Response) -> tuple[bool, datetime]:
    return response.completed_at is not None, response.completed_at or response.begun_at
