"""The way in: what a channel received becomes inbox rows, and only then may the channel acknowledge it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.messages import Inbound, storable
from bot.workers.wake import Wake
from storage.database import Database
from storage.identities import known_as
from storage.inbox import receive


class Accept:
    """What a channel calls with everything it receives. Returns once it is committed; a redelivery is the same row.

    Raises:
        Exception: it could not be stored; the channel must not acknowledge, and the platform delivers again.
    """

    def __init__(self, database: Database, clock: Clock, converse: Wake) -> None:
        self._database = database
        self._clock = clock
        self._converse = converse

    async def __call__(self, inbounds: Sequence[Inbound]) -> None:
        now = self._clock.now()
        rows = [
            {
                "channel": inbound.address.channel,
                "external_id": inbound.external_id,
                "user": inbound.address.user,
                "payload": _storable(inbound.to_json()),
                "received_at": now,
            }
            for inbound in inbounds
        ]
        await self._database.run(lambda session: _receive(session, rows))
        self._converse.nudge()


def _receive(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store them under the names by which these people are known, whichever of their ids the platform told."""
    receive(
        session,
        [
            row | {"user": known_as(session, row["channel"], row["user"], row["payload"].get("phone", ""))}
            for row in rows
        ],
    )


def _storable(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Every text in it storable: one odd character would be refused for ever, and hold up everything behind it."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {key: _storable(each) for key, each in value.items()}
        case _:
            return value
