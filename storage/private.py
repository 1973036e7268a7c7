"""Words that are not kept: what was said while somebody answered an anonymous survey.

What they sent is blanked in the transaction that handles it. What was said to them may echo it, and is blanked a while
after it was delivered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED
from storage.outbox import UNFINISHED, OutboxRow, goes_on

PRIVATE: Final = "private"
"""How the keys of such messages begin, until they are blanked: "private:812:0" is "turn:812:0" then."""

SLICE: Final = 1_000
"""Rows blanked in one transaction."""


def blank(session: Session, before: datetime) -> int:
    """Forget the words of the next messages that were settled before; returns how many there were."""
    settled = (OutboxRow.state.not_in(UNFINISHED), OutboxRow.settled_at < before)
    rows = session.scalars(select(OutboxRow.id).where(goes_on(PRIVATE), *settled).limit(SLICE)).all()
    forgotten = {"payload": {"text": ""}, "key": func.replace(OutboxRow.key, f"{PRIVATE}:", "turn:")}
    said = update(OutboxRow).where(OutboxRow.id.in_(rows), *settled).values(**forgotten)
    session.execute(said, execution_options=UNHEEDED)
    return len(rows)
