"""Small facts that must outlive the process and belong to no table of their own, such as the demo clock's offset."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for


class Fact(Base):
    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


def recall(session: Session, key: str) -> dict[str, Any]:
    """What was last remembered under the key; empty when nothing was."""
    fact = session.get(Fact, key)
    return {} if fact is None else fact.value


def remember(session: Session, key: str, value: dict[str, Any]) -> None:
    """Whoever remembers last is right, of several processes too."""
    row = insert_for(session)(Fact).values(key=key, value=value)
    session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))


def forget(session: Session, key: str) -> None:
    session.execute(delete(Fact).where(Fact.key == key))


def settle_on(session: Session, key: str, value: dict[str, Any]) -> dict[str, Any]:
    """Remember this unless something is remembered already; returns what stands, the same for every process."""
    session.execute(insert_for(session)(Fact).values(key=key, value=value).on_conflict_do_nothing())
    return session.get_one(Fact, key, populate_existing=True).value


def secret(session: Session, key: str) -> str:
    """43 random letters, the same for every process and start: Telegram's proof that it is Telegram, for one."""
    return str(settle_on(session, key, {"secret": secrets.token_urlsafe(32)})["secret"])
