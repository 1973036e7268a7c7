"""Databases with members in them, and a newsletter on its way to all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

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

AT_ONCE: Final = 50_000
"""Members written in one transaction."""


def filled(path: Path, members: int, *, sending: bool = True) -> Path:
    """A SQLite file with this many members who follow education, and a newsletter queued for each of them."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    for first in range(1, members + 1, AT_ONCE):
        some = range(first, min(first + AT_ONCE, members + 1))
        database.transact(lambda session, some=some: _add_members(session, some))  # type: ignore[misc]
    if sending:
        database.transact(_send)
    database.close()
    return path


def users(members: int, seconds: float) -> Iterator[int]:
    """Telegram's ids of all of them, until the time is up."""
    ends = time.monotonic() + seconds
    for user in range(FIRST_USER + 1, FIRST_USER + members + 1):
        if time.monotonic() > ends:
            return
        yield user


def _add_members(session: Session, ids: range) -> None:
    now = Clock().now()
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
    broadcast = session.get_one(Broadcast, send(session, {"topics": ["education"]}))
    while fan_out(session, broadcast, broadcast.created_at):
        pass


def send(session: Session, audience: dict[str, Any], author: int | None = None) -> int:
    """A newsletter that has just fired, and no row is written yet; its broadcast's id.

    Args:
        author: the member who follows it, where they have one address, of the same id.
    """
    now = Clock().now()
    newsletter = Newsletter(source="en", texts={"en": TEXT}, audience=audience, created_at=now)
    session.add(newsletter)
    session.flush()
    broadcast = Broadcast(
        newsletter_id=newsletter.id,
        author_id=author,
        author_address_id=author,
        state=BroadcastState.SENDING,
        audience=audience,
        created_at=now,
        fired_at=now,
    )
    session.add(broadcast)
    session.flush()
    return broadcast.id
