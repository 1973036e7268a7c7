"""The ticks. APScheduler is the clock and keeps no jobs: a restart or a tick that fires twice changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

FIRST = 60
"""Seconds after the start at which even the rarest tick comes for the first time, and others after a tenth of their
time: a process may not live for long."""

Tick = Callable[[], Awaitable[None]]


class Ticks:
    """Calls each tick every so many seconds, never twice at once.

    Args:
        here: whether this process is the one where things tick; of several on one database, one is enough.
    """

    def __init__(self, here: Callable[[], bool] = lambda: True) -> None:
        self._here = here
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def every(self, seconds: float, tick: Tick) -> None:
        first = datetime.now(UTC) + timedelta(seconds=min(seconds / 10, FIRST))

        async def tick_here() -> None:
            if self._here():
                await tick()

        self._scheduler.add_job(tick_here, IntervalTrigger(seconds=seconds), id=tick.__qualname__, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
