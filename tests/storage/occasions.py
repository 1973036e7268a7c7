"""Events for tests, made with plain rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage.events import Event, EventState


def add_event(session: Session, now: datetime, **changes: Any) -> Event:
    """An open event a week from now, for everybody, with any number of seats."""
    values: dict[str, Any] = {
        "state": EventState.OPEN,
        "source": "en",
        "titles": {"en": "Advocacy workshop"},
        "texts": {"en": "How to be heard."},
        "starts_at": now + timedelta(days=7),
        "ends_at": now + timedelta(days=7, hours=2),
        "topics": [],
        "regions": [],
        "eligible": [],
        "created_at": now,
        "published_at": now,
    }
    event = Event(**(values | changes))
    session.add(event)
    session.flush()
    return event
