"""The surveys' tick: those who have not answered are reminded once, when that is due."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.actions import nudging
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.database import Database


class Nudges:
    """Whether a survey has reminded stands in its row, so a restart or a late tick changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def tick(self) -> None:
        now = self._clock.now()
        due = await self._database.read(lambda session: nudging.due(session, self._network, now))
        await do_each(self._database, due, self._nudge, self._deliver, "survey {} could not remind")

    def _nudge(self, session: Session, survey_id: int) -> bool:
        return nudging.nudge_due(session, survey_id, self._network, self._clock.now())
