"""What an operator sees from outside: whether it works, and counts, none of them about a person."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.inbox import InboxRow, InboxState, count_unhandled
from storage.lanes import Lane
from storage.members import Member
from storage.outbox import UNFINISHED, OutboxRow


class Monitoring:
    """Reads the tables anew each time it is asked; nothing is counted anywhere else.

    Args:
        leads: by channel, whether this process is the one that delivers there.
    """

    def __init__(self, database: Database, leads: Callable[[], Mapping[str, bool]] = dict) -> None:
        self._database = database
        self._leads = leads

    async def health(self) -> dict[str, Any]:
        """What works. `ok` is false when a channel is stopped; the sentence says why.

        `process` and `leads` are this process's; a channel that no process leads for ten seconds has a problem.
        """
        shared = await self._database.read(_health)
        return shared | {"process": os.getpid(), "leads": [name for name, leads in self._leads().items() if leads]}

    async def metrics(self) -> str:
        """Prometheus' text format."""
        figures = await self._database.read(_figures)
        lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items()]
        lines.append("# TYPE korpu_leads gauge\n")
        lines += [f'korpu_leads{{channel="{name}"}} {int(leads)}\n' for name, leads in self._leads().items()]
        return "".join(lines)


def _health(session: Session) -> dict[str, Any]:
    lanes = session.execute(select(Lane.channel, Lane.stopped).where(Lane.stopped != ""))
    stopped = {channel: sentence for channel, sentence in lanes}  # noqa: C416 - mypy knows no pairs in it
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
