"""The organisations people join: found among a hundred thousand by what somebody typed, or added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.folding import fold
from bot.core.search import nearest, without_legal_form
from storage.organisations import Organisation, find_organisations, folded_names

LIMIT = 16
"""Two pages on a phone. Whoever finds nothing there types more letters."""


def find(session: Session, query: str) -> list[Organisation]:
    """Those that may be meant, best first.

    What is only spelled nearly so is looked for when no name holds what was typed, with or without its legal form.
    """
    for sought in (fold(query), without_legal_form(query)):
        found = find_organisations(session, sought, LIMIT) if sought else []
        if found:
            return found
    near = nearest(query, folded_names(session), LIMIT)
    return [session.get_one(Organisation, organisation_id) for organisation_id in near]


def find_or_add(session: Session, name: str, now: datetime) -> Organisation:
    """The organisation of this name in any spelling that folds to the same; a new one where there is none."""
    folded = fold(name)[:400]
    same = select(Organisation).where(Organisation.folded == folded).order_by(Organisation.id)
    found = session.scalars(same.limit(1)).first() if folded else None
    if found is None:
        found = Organisation(name=name, folded=folded, created_at=now)
        session.add(found)
        session.flush()
    return found
