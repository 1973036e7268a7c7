"""Writes down what became of each message: at once when it is quiet, in groups of 25 ms when it is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.core.channel import Outcome as Answer
from bot.core.channel import Refused, Retry, Sent, Unknown
from bot.core.clock import Clock
from bot.workers.wake import Wake
from storage import lanes
from storage.database import Database
from storage.delivery import Outcome, doubt, settle
from storage.outbox import OutboxState

log = logging.getLogger(__name__)

GROUP = 0.025
"""Seconds to gather outcomes while many arrive. With the write itself an outcome is never older than 100 ms."""

AGAIN = timedelta(seconds=3)
"""How long to wait before a message in doubt is sent once more."""


class Outcomes:
    """The one writer of a foreman's outcomes; what was not stored yet is kept until it is."""

    def __init__(self, channel: str, token: str, database: Database, clock: Clock) -> None:
        self._channel = channel
        self._token = token
        self._database = database
        self._clock = clock
        self._wake = Wake()
        self._waiting: list[tuple[int, Answer]] = []
        self._stopping = False

    def add(self, row_id: int, answer: Answer) -> None:
        """Have the platform's answer written."""
        self._waiting.append((row_id, answer))
        self._wake.nudge()

    def release(self, row_id: int, hold: timedelta = timedelta()) -> None:
        """Give back a row that was claimed and never tried."""
        self.add(row_id, Retry(hold, attempted=False))

    def stop(self) -> None:
        """Write what is waiting, then let `run` return."""
        self._stopping = True
        self._wake.nudge()

    async def run(self) -> None:
        busy = False
        while self._waiting or not self._stopping:
            if not self._waiting:
                await self._wake.wait(1)
                continue
            if busy and not self._stopping:
                await asyncio.sleep(GROUP)
            group, self._waiting = self._waiting, []
            busy = len(group) > 1
            await self._write(group)

    async def _write(self, group: Sequence[tuple[int, Answer]]) -> None:
        while True:
            try:
                await self._database.run(lambda session: self._store(session, group))
            except Exception:
                log.exception("%s outcomes could not be stored; trying again", len(group))
                await asyncio.sleep(0.5)
            else:
                return

    def _store(self, session: Session, group: Sequence[tuple[int, Answer]]) -> None:
        now = self._clock.now()
        settled: list[Outcome] = []
        for row_id, answer in group:
            match answer:
                case Sent(external_id):
                    settled.append(Outcome(row_id, OutboxState.SENT, external_id=external_id))
                case Refused(reason, unreachable, _, detail):
                    settled.append(Outcome(row_id, OutboxState.REFUSED, reason, detail[:500], unreachable=unreachable))
                case Retry(after, everyone, attempted):
                    hold = now + after if after and not everyone else None
                    settled.append(Outcome(row_id, OutboxState.QUEUED, hold=hold, attempted=attempted))
                    if everyone:
                        lanes.wait(session, self._channel, now + after)
                case Unknown(detail):
                    doubt(session, row_id, self._token, detail[:500], now + AGAIN, now)
        settle(session, settled, self._token, now)
