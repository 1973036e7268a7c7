"""Where each address stands in its conversation: open forms and the menu last shown, as the engine's own JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base


class ConversationState(Base):
    __tablename__ = "conversations"

    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[dict[str, Any]]


def load_conversation(session: Session, address_id: int, *, lock: bool = False) -> dict[str, Any]:
    """Where it stands; locked, nobody else moves it on before this transaction ends."""
    row = session.get(ConversationState, address_id, with_for_update=lock or None, populate_existing=lock)
    return {} if row is None else row.state


def save_conversation(session: Session, address_id: int, state: dict[str, Any]) -> None:
    row = session.get(ConversationState, address_id)
    if row is None:
        session.add(ConversationState(address_id=address_id, state=state))
    elif row.state != state:
        row.state = state
