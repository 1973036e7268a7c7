"""Declarations and signatures for tests, made with plain rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.actions.declarations import fingerprint
from storage.declarations import Declaration, DeclarationState, Signature
from tests.storage.surveying import NOON


def add_declaration(session: Session, **values: Any) -> Declaration:
    """Open for every member's signature."""
    plain: dict[str, Any] = {
        "state": DeclarationState.OPEN,
        "source": "en",
        "titles": {"en": "Schools", "az": "Məktəblər", "ru": "Школы"},
        "texts": {"en": "Every child has a school.", "az": "Hər uşağın məktəbi var.", "ru": "Школа для каждого."},
        "audience": {},
        "created_at": NOON,
        "opened_at": NOON,
    }
    declaration = Declaration(**(plain | values))
    declaration.frozen = fingerprint(declaration)
    session.add(declaration)
    session.flush()
    return declaration


def add_signature(session: Session, declaration: Declaration, name: str, country: str, **values: Any) -> Signature:
    """As it came from a list."""
    plain = {"organisation": "", "language": "en", "frozen": declaration.frozen, "signed_at": NOON}
    signature = Signature(declaration_id=declaration.id, name=name, country=country, **(plain | values))
    session.add(signature)
    session.flush()
    return signature
