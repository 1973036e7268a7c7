"""The ground every table stands on: the declarative base, and the column types both databases share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Integer, MetaData, TypeDecorator, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, `timestamptz` in PostgreSQL, naive UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must know its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


UNHEEDED: Final = {"synchronize_session": False}
"""For statements that change many rows: the session does not hold them, or not for long."""


def moment(value: datetime | None) -> ColumnElement[datetime | None]:
    """A constant among columns of moments."""
    return literal(value, Moment())


Number = BigInteger().with_variant(Integer, "sqlite")
"""Ids and counts: 64 bits on both, and SQLite's own row id where it is a key."""

Json = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """All tables. Constraint names follow one convention, so that one migration history serves both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy
        datetime: Moment,
        dict[str, Any]: Json,
        int: Number,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


def insert_for(session: Session) -> Any:  # noqa: ANN401 - the two constructs share `on_conflict_...` but no base class
    """The session's own dialect's `insert`, which knows what to do about rows that are already there."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
