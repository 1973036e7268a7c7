"""The reminders' tick: whoever saved a call, comes to an event, or named a day of their own, is reminded in time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot.actions import reminding
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database

log = logging.getLogger(__name__)


class Reminders:
    """When somebody is reminded, and that they were, stands in the tables: a restart or a late tick changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def tick(self) -> None:
        """Each in a transaction of its own, so that one that fails stops no other."""
        now = self._clock.now()
        for remind in await self._database.read(self._due):
            try:
                if await self._database.run(partial(remind, network=self._network, now=now)):
                    self._deliver()
            except Exception:
                log.exception("a reminder failed; the next tick tries again")

    def _due(self, session: Session) -> list[Callable[..., bool]]:
        now = self._clock.now()
        reminders = [partial(reminding.remind, key=key) for key in reminding.due(session, now)]
        return [*reminders, *(partial(reminding.remind_one, key=key) for key in reminding.due_marks(session, now))]
