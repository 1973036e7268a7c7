"""The schedules' tick: authors are asked for the next issue, issues and digests leave at their moment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from bot.actions import issues, weekly
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.schedules import schedules_due

log = logging.getLogger(__name__)


class Schedules:
    """What is due stands in the tables, and each time of a schedule is one row: a restart or a late tick is noticed.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, channels: Mapping[str, Channel],
                 files: Files, deliver: Callable[[], None]) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._network = network
        self._channels = channels
        self._files = files
        self._deliver = deliver

    async def tick(self) -> None:
        now = self._clock.now()
        await self._database.run(lambda session: weekly.keep_in_step(session, self._network, now))
        for schedule_id in await self._database.read(lambda session: schedules_due(session, now + issues.AHEAD)):
            try:
                await self._database.run(self._moving_on(schedule_id))
            except Exception:
                log.exception("schedule %s could not be moved on; the next tick tries again", schedule_id)
            self._deliver()

    def _moving_on(self, schedule_id: int) -> Callable[[Session], None]:
        now = self._clock.now()
        return lambda session: issues.move_on(session, schedule_id, self._network, self._channels, self._files, now)
