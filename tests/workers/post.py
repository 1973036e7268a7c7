"""A post office to test with: members, messages for them, and the foreman who delivers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.actions.wording import Wording
from bot.core.channel import Outcome
from bot.core.clock import Clock
from bot.network import Network
from bot.workers.deliver import Foreman
from storage.database import Database
from storage.members import MemberAddress
from storage.outbox import UNFINISHED, OutboxRow, enqueue
from tests.storage.people import add_broadcast, add_member
from tests.workers.platform import Platform


class Post:
    """A database with members, and the foreman who delivers to them."""

    def __init__(self, database: Database, clock: Clock, network: Network) -> None:
        self.database = database
        self.clock = clock
        self.network = network
        self.paused: list[tuple[int, str]] = []
        self._numbers = 0

    def member(self, user: str, *topics: str) -> int:
        return self.database.transact(lambda session: add_member(session, self.clock, user, *topics).id)

    def broadcast(self, text: str = "News", **audience: list[str]) -> int:
        return self.database.transact(lambda session: add_broadcast(session, self.clock, text, **audience))

    def reply(self, user: str, *texts: str) -> None:
        """Queue replies to someone, in order."""

        def write(session: Session) -> None:
            address = session.scalars(select(MemberAddress).where(MemberAddress.user == user)).one()
            rows = []
            for text in texts:
                self._numbers += 1
                rows.append(
                    {
                        "key": f"reply:{self._numbers}",
                        "channel": "telegram",
                        "address_id": address.id,
                        "member_id": address.member_id,
                        "language": "en",
                        "payload": {"text": text},
                        "created_at": self.clock.now(),
                    }
                )
            enqueue(session, rows)

        self.database.transact(write)

    async def pause(self, broadcast_id: int, reason: str) -> None:
        """What the circuit breaker calls."""
        self.paused.append((broadcast_id, reason))
        await self.database.run(lambda session: broadcasts.pause(session, broadcast_id, None, reason, self.clock.now()))

    @asynccontextmanager
    async def delivering(
        self, platform: Platform, senders: int = 8, elsewhere: Collection[str] = ()
    ) -> AsyncIterator[Foreman]:
        foreman = Foreman(platform, self.database, self.clock, Wording(self.network), senders, self.pause, elsewhere)
        running = asyncio.create_task(foreman.run())
        try:
            yield foreman
        finally:
            foreman.stop()
            async with asyncio.timeout(10):
                await running

    async def quiet(self, within: float = 10) -> None:
        """Until nothing is left to deliver."""
        await self.until(lambda session: not session.scalar(_UNFINISHED), within)

    async def until(self, holds: Callable[[Session], bool], within: float = 10) -> None:
        async with asyncio.timeout(within):
            while not await self.database.read(holds):
                await asyncio.sleep(0.02)

    def states(self) -> list[tuple[str, str, int]]:
        """State, reason and number of doubts of every row, in order."""
        query = select(OutboxRow.state, OutboxRow.reason, OutboxRow.doubts).order_by(OutboxRow.id)
        return self.database.transact(lambda session: [tuple(row) for row in session.execute(query)])  # type: ignore[misc]


_UNFINISHED = select(OutboxRow.id).where(OutboxRow.state.in_(UNFINISHED)).limit(1)


def first_tries(number: int, outcome: Outcome) -> Callable[[str, str, int], Outcome | None]:
    return lambda _user, _text, tries: outcome if tries < number else None
