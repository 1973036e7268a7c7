"""What an operator sees from outside: whether it works, and counts, none of them about a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.inbox import InboxRow, InboxState, count_unhandled
from storage.lanes import Lane
from storage.members import Member
from storage.outbox import UNFINISHED, OutboxRow


class Monitoring:
    """Reads the tables anew each time it is asked; nothing is counted anywhere else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def health(self) -> dict[str, Any]:
        """What works. `ok` is false when a channel is stopped; the sentence says why."""
        return await self._database.read(_health)

    async def metrics(self) -> str:
        """Prometheus' text format."""
        figures = await self._database.read(_figures)
        return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())


def _health(session: Session) -> dict[str, Any]:
    stopped = dict(session.execute(select(Lane.channel, Lane.stopped).where(Lane.stopped != "")).tuples().all())
    return {"ok": not stopped, "stopped": stopped, "unhandled": count_unhandled(session)}


def _figures(session: Session) -> dict[str, int]:
    def number(column: Any, *conditions: Any) -> int:  # noqa: ANN401 - any column, any conditions
        return session.scalar(select(func.count(column)).where(*conditions)) or 0

    return {
        "korpu_members": number(Member.id, Member.registered_at.is_not(None)),
        "korpu_inbox_unhandled": count_unhandled(session),
        "korpu_inbox_buried": number(InboxRow.id, InboxRow.state == InboxState.BURIED),
        "korpu_outbox_unfinished": number(OutboxRow.id, OutboxRow.state.in_(UNFINISHED)),
    }
