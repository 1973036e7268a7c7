"""The departures' tick: what is due leaves, what is too late is asked about, and countdowns are kept current."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from bot.actions import cards, planning
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.broadcasts import Broadcast, BroadcastState, counting_down, departing
from storage.database import Database

COUNTDOWN: Final = timedelta(seconds=15)
"""How often a countdown changes."""


class Departures:
    """Fires what is held and planned. The hour stands in the row, so a restart or a late tick is noticed."""

    def __init__(self, database: Database, clock: Clock, network: Network, channels: Mapping[str, Channel],
                 deliver: Callable[[], None]) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._network = network
        self._channels = channels
        self._deliver = deliver

    async def tick(self) -> None:
        now = self._clock.now()
        due = await self._database.read(lambda session: departing(session, now))
        counting = await self._database.read(lambda session: counting_down(session, now - COUNTDOWN))
        for step, found in ((self._depart, due), (self._count_down, [each for each in counting if each not in due])):
            await do_each(self._database, found, step, self._deliver, "broadcast {} could not leave")

    def _depart(self, session: Session, broadcast_id: int) -> None:
        planning.depart(session, broadcast_id, self._network, self._channels, self._clock.now())

    def _count_down(self, session: Session, broadcast_id: int) -> None:
        now = self._clock.now()
        broadcast = session.get(Broadcast, broadcast_id, with_for_update=True)
        if broadcast is not None and broadcast.state == BroadcastState.HELD:
            cards.show_progress(session, broadcast, [], self._channels, now, self._network.zone)
