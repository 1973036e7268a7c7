"""Databases with members in them, and a newsletter on its way to all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.newsletter import TEXT
from bot.core.clock import Clock
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.fanout import fan_out
from storage.members import Member, MemberAddress, Subscription
from storage.migrating import migrate
from storage.newsletters import Newsletter

FIRST_USER: Final = 100_000_000
"""Telegram's id of the first member; the others follow."""


def filled(path: Path, members: int, *, sending: bool = True) -> Path:
    """A SQLite file with this many members who follow education, and a newsletter queued for each of them."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.transact(lambda session: _add_members(session, members))
    if sending:
        database.transact(_send)
    database.close()
    return path


def _add_members(session: Session, count: int) -> None:
    now = Clock().now()
    ids = range(1, count + 1)
    written = {"language": "en", "region": "ganja-dashkasan", "created_at": now, "registered_at": now}
    session.execute(
        insert(Member), [{"id": each, "name": f"Member {each}"} | written | {"consented_at": now} for each in ids]
    )
    reached = {"channel": "telegram", "created_at": now}
    session.execute(
        insert(MemberAddress), [{"member_id": each, "user": str(FIRST_USER + each)} | reached for each in ids]
    )
    session.execute(insert(Subscription), [{"member_id": each, "topic": "education"} for each in ids])


def _send(session: Session) -> None:
    now = Clock().now()
    audience = {"topics": ["education"]}
    newsletter = Newsletter(source="en", texts={"en": TEXT}, audience=audience, created_at=now)
    session.add(newsletter)
    session.flush()
    broadcast = Broadcast(
        newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience=audience, created_at=now, fired_at=now
    )
    session.add(broadcast)
    session.flush()
    while fan_out(session, broadcast, now):
        pass
