"""The broadcasts' tick: write the rows of those that fired, keep their cards up to date, close those that are over."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from bot.actions import broadcasts, cards, report_file, reports
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network import Network
from scheduler.departures import Departures
from storage.broadcasts import Broadcast, BroadcastState, open_broadcasts
from storage.database import Database
from storage.delivery import Tally, tally, unfinished
from storage.files import Files

log = logging.getLogger(__name__)

CARD: Final = timedelta(seconds=3)
"""How often a progress card changes: Telegram shows an edit a second at most, and people read no faster."""


class _Look(NamedTuple):
    """What is to be shown: the counts of one that runs, or that it is over, with the report's file if one is wanted."""

    counted: list[Tally]
    over: bool = False
    file: str = ""


class Broadcasts:
    """Moves broadcasts along; everything it needs to know stands in the tables."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        network: Network,
        channels: Mapping[str, Channel],
        files: Files,
        deliver: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._channels = channels
        self._files = files
        self._deliver = deliver
        self._departures = Departures(database, clock, network, channels, deliver)
        self._rests: dict[int, timedelta] = {}

    async def tick(self) -> None:
        """What is due leaves first, so that its rows are written at once."""
        await self._departures.tick()
        running = await self._database.read(_open)
        for move in (self._move_on, self._close_or_show):
            for broadcast_id in running:
                try:
                    await move(broadcast_id)
                except Exception:
                    log.exception("broadcast %s could not be moved on; the next tick tries again", broadcast_id)

    async def _move_on(self, broadcast_id: int) -> None:
        while await self._database.run(self._advance(broadcast_id)):
            self._deliver()

    def _advance(self, broadcast_id: int) -> Callable[[Session], bool]:
        return lambda session: broadcasts.advance(session, broadcast_id, self._channels, self._clock.now())

    async def _close_or_show(self, broadcast_id: int) -> None:
        """Count and write the file on a reader's thread, so that a large broadcast delays nobody."""
        look = await self._database.read(lambda session: self._look(session, broadcast_id))
        if look is None:
            return

        def show(session: Session) -> None:
            now = self._clock.now()
            broadcast = session.get_one(Broadcast, broadcast_id)
            if not look.over:
                cards.show_progress(session, broadcast, look.counted, self._channels, now, self._network.zone)
            elif broadcasts.finish(session, broadcast_id, now) and look.file:
                reports.announce(session, broadcast, self._channels, look.file, now, self._network.zone)

        await self._database.run(show)
        self._deliver()

    def _look(self, session: Session, broadcast_id: int) -> _Look | None:
        """None while there is nothing new to show. Counting never takes more than a twentieth of the time."""
        broadcast = session.get_one(Broadcast, broadcast_id)
        cancelled = broadcast.state == BroadcastState.CANCELLED
        if broadcasts.settled(session, broadcast) or (cancelled and not unfinished(session, broadcast_id)):
            self._rests.pop(broadcast_id, None)
            if not reports.wanted(broadcast):
                return _Look([], over=True)
            return _Look([], True, report_file.write(session, broadcast, self._network, self._channels, self._files))
        rest = self._rests.get(broadcast_id, CARD)
        if cancelled or (broadcast.carded_at is not None and self._clock.now() - broadcast.carded_at < rest):
            return None
        started = time.monotonic()
        counted = tally(session, broadcast_id)
        self._rests[broadcast_id] = max(CARD, timedelta(seconds=20 * (time.monotonic() - started)))
        return _Look(counted)


def _open(session: Session) -> list[int]:
    return [one.id for one in open_broadcasts(session)]
