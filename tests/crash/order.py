"""Whether everybody got their answers in the order in which they were queued, whoever delivered them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.outbox import OutboxRow


async def overtaken(database: Database, arrived: Sequence[str]) -> list[str]:
    """The platform's ids of answers that came behind one that had been queued for the same person later.

    Args:
        arrived: the platform's ids of all messages, in the order in which they came.
    """
    places = {external_id: place for place, external_id in enumerate(arrived)}
    latest: dict[int | None, int] = {}
    late: list[str] = []
    for address_id, external_id in await database.read(_answers):
        place = places[external_id]
        if place < latest.get(address_id, -1):
            late.append(external_id)
        latest[address_id] = max(place, latest.get(address_id, -1))
    return late


def _answers(session: Session) -> list[tuple[int | None, str]]:
    """Of everybody in the order of their rows; an edit is no message of its own."""
    rows = select(OutboxRow.address_id, OutboxRow.external_id).where(
        OutboxRow.broadcast_id.is_(None), OutboxRow.edits.is_(None), OutboxRow.external_id != ""
    )
    return [(address_id, external_id) for address_id, external_id in session.execute(rows.order_by(OutboxRow.id))]
