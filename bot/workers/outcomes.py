"""Writes down what became of each message: at once when it is quiet, in groups of 25 ms when it is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.core.channel import Outcome as Answer
from bot.core.channel import Refused, Retry, Sent, Unknown
from bot.core.clock import Clock
from bot.core.messages import storable
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

Group = Sequence[tuple[int, Answer]]


class Outcomes:
    """The one writer of a foreman's outcomes; what was not stored yet is kept until it is.

    Attributes:
        open: rows whose outcome is known here and not yet stored.
    """

    def __init__(self, channel: str, token: str, database: Database, clock: Clock) -> None:
        self.open: set[int] = set()
        self._channel = channel
        self._token = token
        self._database = database
        self._clock = clock
        self._wake = Wake()
        self._waiting: list[tuple[int, Answer]] = []
        self._stopping = False

    def add(self, row_id: int, answer: Answer) -> None:
        """Have the platform's answer written."""
        self.open.add(row_id)
        self._waiting.append((row_id, answer))
        self._wake.nudge()

    def release(self, row_id: int) -> None:
        """Give back a row that was claimed and never tried."""
        self.add(row_id, Retry(timedelta(), attempted=False))

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
            self.open.difference_update(row_id for row_id, _answer in group)

    async def _write(self, group: Group) -> None:
        """Try until the database takes it. One that it refuses for what it says takes nobody with it."""
        while True:
            try:
                await self._database.run(lambda session: self._store(session, group), urgent=True)
            except (OperationalError, OSError):
                log.warning("%s outcomes could not be stored; trying again", len(group))
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("%s outcomes were refused by the database", len(group))
                if len(group) == 1:
                    return  # its row stays `sending`, and is in doubt for the next foreman
                for one in group:
                    await self._write([one])
                return
            else:
                return

    def _store(self, session: Session, group: Group) -> None:
        now = self._clock.now()
        settled: list[Outcome] = []
        for row_id, answer in group:
            match answer:
                case Sent(external_id):
                    settled.append(Outcome(row_id, OutboxState.SENT, external_id=storable(external_id)[:128]))
                case Refused(reason, unreachable, _, detail):
                    refused = Outcome(row_id, OutboxState.REFUSED, reason[:32], unreachable=unreachable)
                    settled.append(replace(refused, detail=storable(detail)[:500]))
                case Retry(after, everyone, attempted):
                    hold = now + after if after and not everyone else None
                    settled.append(Outcome(row_id, OutboxState.QUEUED, hold=hold, attempted=attempted))
                    if everyone:
                        lanes.wait(session, self._channel, now + after)
                case Unknown(detail):
                    doubt(session, row_id, self._token, storable(detail)[:500], now + AGAIN, now)
        settle(session, settled, self._token, now)
