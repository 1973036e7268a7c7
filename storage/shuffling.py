"""Anonymous answers written anew in one piece, so that the database itself does not tell who wrote which.

PostgreSQL shows which transaction wrote a row, and keeps rows in the order they were written: either leads from a
sheet to the response, or to the message, of the same moment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.responses import Answer, Sheet


def shuffle(session: Session, survey_id: int) -> None:
    """Write the survey's sheets under new keys, in the order of these, and forget the old ones.

    SQLite keeps both tables in the order of the keys, and no transaction's number: there is nothing to do.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    session.flush()
    key, others = func.md5(Sheet.key), [each for each in Sheet.__table__.columns if each.name != "key"]
    mine = Sheet.survey_id == survey_id
    anew = select(key, *others).where(mine).order_by(key)
    session.execute(insert(Sheet).from_select(["key", *(each.name for each in others)], anew))
    given: list[Any] = [func.md5(Answer.sheet_key), Answer.question_id, Answer.value]
    moved = select(*given).join(Sheet, Sheet.key == Answer.sheet_key).where(mine).order_by(*given[:2])
    session.execute(insert(Answer).from_select(["sheet_key", "question_id", "value"], moved))
    new = select(key).where(mine).scalar_subquery()
    session.execute(delete(Sheet).where(mine, Sheet.key.not_in(new)), execution_options=UNHEEDED)
