"""The schedules' tick: authors are asked for the next issue, issues and digests leave at their moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from bot.actions import issues, weekly
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.database import Database
from storage.files import Files
from storage.schedules import schedules_due


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
        due = await self._database.read(lambda session: schedules_due(session, now + issues.AHEAD))
        await do_each(self._database, due, self._move_on, self._deliver, "schedule {} could not be moved on")

    def _move_on(self, session: Session, schedule_id: int) -> None:
        now = self._clock.now()
        issues.move_on(session, schedule_id, self._network, self._channels, self._files, now)
