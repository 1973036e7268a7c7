"""The foremen of this process, one a channel: what wakes them, what stops them, and which of them lead."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot.actions import broadcasts, owners, reports
from bot.actions.wording import Wording
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.workers.deliver import Foreman
from storage import lanes
from storage.broadcasts import Broadcast
from storage.database import Database

if TYPE_CHECKING:
    from storage.notifications import Notifications

log = logging.getLogger(__name__)

SENDERS = 64
"""Sends in flight on one channel, at least: enough for 30 a second at two seconds' latency."""

LATENCY = 0.2
"""Seconds that a send may take without holding up a higher rate."""

GRACE = 10
"""Seconds that sends in flight get to finish on a stop."""


class Crew:
    """The foremen; there are none until `hire`, since channels ask for them and they for channels.

    Attributes:
        foremen: by channel.
        channels: by name.
        calls: what reaches the foremen of other processes, where there can be any.
    """

    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self.channels = channels
        self.foremen: dict[str, Foreman] = {}
        self.calls: Notifications | None = None
        self._database = database
        self._clock = clock
        self._tasks: set[asyncio.Future[None]] = set()

    def hire(self, wording: Wording) -> None:
        """One for each channel."""
        self.foremen.update(
            (name, Foreman(channel, self._database, self._clock, wording, _senders(channel), self.pause, self.channels))
            for name, channel in self.channels.items()
        )
        self.calls = self._calling()

    @property
    def leads(self) -> bool:
        """Whether this process does what one is enough for: it is the one that leads the first channel."""
        return all(foreman.leadership.holds for foreman in [*self.foremen.values()][:1])

    @property
    def led(self) -> dict[str, bool]:
        """By channel, whether this process is the one that delivers there."""
        return {name: foreman.leadership.holds for name, foreman in self.foremen.items()}

    async def lead(self) -> None:
        """Return once this process does what one is enough for."""
        for foreman in [*self.foremen.values()][:1]:
            await foreman.leadership.held()

    def nudge(self) -> None:
        """Something was queued."""
        self._wake()
        if self.calls is not None and not all(self.led.values()):
            self.calls.call()

    async def pause(self, broadcast_id: int, reason: str) -> None:
        """The circuit breaker: the platform refuses what is sent, not whom it is sent to."""

        def pause(session: Session) -> None:
            now = self._clock.now()
            if broadcasts.pause(session, broadcast_id, None, reason, now):
                reports.tell_paused(session, session.get_one(Broadcast, broadcast_id), self.channels, now)

        await self._database.run(pause)
        self.nudge()

    def stopped(self, channel: str) -> Callable[[str], None]:
        """What to do when a platform refuses our account later on: send nothing more there, and tell the owners."""

        def stop(sentence: str) -> None:
            log.error("%s is stopped: %s", channel, sentence)

            def write(session: Session) -> None:
                lanes.stop(session, channel, sentence)
                owners.tell_stopped(session, channel, sentence, self._clock.now())

            self._tasks.add(task := asyncio.ensure_future(self._database.run(write)))
            task.add_done_callback(self._tasks.discard)

        return stop

    async def finish(self, running: Iterable[asyncio.Task[None]]) -> None:
        """Let what is in flight come to its end, but not for ever."""
        for foreman in self.foremen.values():
            foreman.stop()
        _done, late = await asyncio.wait([*running], timeout=GRACE)
        await cancel(late)

    def _wake(self) -> None:
        for foreman in self.foremen.values():
            foreman.wake.nudge()

    def _calling(self) -> Notifications | None:
        """Where there can be other processes, what reaches them."""
        if self._database.is_sqlite:
            return None
        from storage.notifications import Notifications  # noqa: PLC0415 - psycopg takes 10 MB, for those alone who use it

        return Notifications(self._database, self._wake)


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End them, and wait until they have ended."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _senders(channel: Channel) -> int:
    return max(SENDERS, math.ceil(channel.rate * LATENCY))
