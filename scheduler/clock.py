"""The ticks. APScheduler is the clock and keeps no jobs: a restart or a tick that fires twice changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

Tick = Callable[[], Awaitable[None]]


class Ticks:
    """Calls each tick every so many seconds, never twice at once."""

    def __init__(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def every(self, seconds: float, tick: Tick) -> None:
        self._scheduler.add_job(tick, IntervalTrigger(seconds=seconds), id=tick.__qualname__)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
