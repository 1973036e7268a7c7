"""Declarations that are open for signature: their link, their hash, and how they end.

What is signed never changes: when it is first sent, a hash over its words is stored, and each signature carries it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from bot.actions import appeals
from bot.network import Network
from storage.declarations import Declaration, DeclarationState

ABOUT: Final = Declaration.about

PUBLISHED: Final = (DeclarationState.OPEN, DeclarationState.CLOSED)

DIGITS: Final = 12
"""Of the code in its link: only digits, so that it is typed on any phone, and more than any id has."""


def new_code() -> str:
    """What its link is told apart by: nobody guesses it."""
    return str(10 ** (DIGITS - 1) + secrets.randbelow(9 * 10 ** (DIGITS - 1)))


def canonical(declaration: Declaration) -> str:
    """All its words in every language as they are stored now, as one text: what is hashed, so that anybody can."""
    words = {"texts": declaration.texts, "titles": declaration.titles}
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(declaration: Declaration) -> str:
    """SHA-256 of that, hexadecimal."""
    return hashlib.sha256(canonical(declaration).encode()).hexdigest()


def note(session: Session, declaration: Declaration, fired_at: datetime | None, network: Network,
         now: datetime) -> None:  # fmt: skip
    """It was sent: its words are frozen, and it can be signed. Its time is over: it is closed."""
    if declaration.state == DeclarationState.DRAFT and fired_at is not None:
        declaration.state, declaration.opened_at = DeclarationState.OPEN, fired_at
        declaration.frozen = fingerprint(declaration)
    closes_at = declaration.closes_at
    if declaration.state == DeclarationState.OPEN and closes_at is not None and closes_at <= now:
        end(session, declaration, network, closes_at)
    session.flush()


def end(session: Session, declaration: Declaration, network: Network, at: datetime) -> None:
    """Let its copies say that it is closed since then."""
    declaration.state, declaration.closed_at = DeclarationState.CLOSED, at
    appeals.show_anew(session, declaration, network, at)
