"""One foreman a channel: the lease that makes a process the only one who delivers, renewed whatever else it does."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage import lanes
from storage.database import Database
from storage.recovery import recover

log = logging.getLogger(__name__)

RENEW = 2.0
"""Seconds between renewals; the lease lasts four times as long."""

SETTLED = timedelta(seconds=5)
"""After so long a platform that can be asked knows of whatever a foreman who is gone had still handed over."""

MARGIN = 1.0
"""Seconds before its end from which a lease is not trusted any more: clocks differ, and a process may be held up."""


class Leadership:
    """Whether this foreman may deliver. It may only after what the one before left in flight is back in the queue.

    Args:
        patient: the platform can be asked what it was given.
    """

    def __init__(self, channel: str, token: str, database: Database, clock: Clock, *, patient: bool = False) -> None:
        self._channel = channel
        self._token = token
        self._database = database
        self._clock = clock
        self._patient = patient
        self._leading = False
        self._given_up = False
        self._until = 0.0
        self._taken = asyncio.Event()

    @property
    def holds(self) -> bool:
        return self._leading and time.monotonic() < self._until

    async def held(self) -> None:
        """Return once this foreman may deliver."""
        while not self.holds:
            self._taken.clear()
            await self._taken.wait()

    async def run(self) -> None:
        """Take the lease as soon as it is free, and keep it, until cancelled."""
        self._given_up = False
        while True:
            asked = time.monotonic()
            try:
                self._leading = await self._database.run(self._lease)
            except Exception:
                log.exception("the lease of %s could not be renewed; trying again", self._channel)
            else:
                self._until = asked + lanes.LEASE.total_seconds() - MARGIN
                if self._leading:
                    self._taken.set()
            await asyncio.sleep(RENEW if self.holds else RENEW / 4)

    async def give_up(self) -> None:
        """Let another process take over at once."""
        self._leading, self._given_up = False, True
        await self._database.run(lambda session: lanes.release(session, self._channel, self._token))

    def _lease(self, session: Session) -> bool:
        now = self._clock.now()
        if not lanes.lease(session, self._channel, self._token, now):
            return False
        if self._given_up:  # the task that asked was cancelled, but not its thread
            lanes.release(session, self._channel, self._token)
            return False
        if not self._leading:
            abandoned = recover(session, self._channel, self._token, now + SETTLED if self._patient else None)
            if abandoned:
                log.warning("%s messages of %s had been left in flight", abandoned, self._channel)
        return True
