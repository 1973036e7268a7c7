"""Brings files from the messenger they were sent on into the file store, from where every other channel can have them.

A kill at any moment leaves a file untaken, taken for two minutes, or stored; nothing is lost, and to fetch one twice
does no harm: the same bytes are one file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from bot.core.channel import Channel, Fetching
from bot.core.clock import Clock
from storage import carried
from storage.database import Database
from storage.files import Files

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Files being fetched, each held in memory: a large one on a slow line keeps no other waiting."""

LOOK = 2
"""Seconds between a worker's looks at the table. One costs less than telling every turn how to wake it."""


class Carrying:
    """Fetches the files of those channels that keep what people send, until cancelled.

    Args:
        others: homes of files beside the channels, such as pictures that are still to be drawn.
    """

    def __init__(self, channels: Mapping[str, Channel], database: Database, clock: Clock, files: Files,
                 others: Mapping[str, Fetching] | None = None) -> None:  # fmt: skip
        self._homes: dict[str, Fetching] = {
            name: channel for name, channel in channels.items() if isinstance(channel, Fetching)
        } | dict(others or {})
        self._most = max((channel.capabilities.file for channel in channels.values()), default=0)
        self._database = database
        self._clock = clock
        self._files = files

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._carry_forever())

    async def carry_next(self) -> bool:
        """Fetch the file that waits longest; False when there is none."""
        now = self._clock.now()
        if not await self._database.read(lambda session: carried.due(session, self._homes, now)):
            return False
        remote = await self._database.run(lambda session: carried.take(session, self._homes, now))
        if remote is not None:
            await self._carry(remote)
        return remote is not None

    async def _carry_forever(self) -> None:
        while True:
            try:
                carried_one = await self.carry_next()
            except Exception:
                log.exception("files could not be looked after; trying again")
                carried_one = False
            if not carried_one:
                await asyncio.sleep(LOOK)

    async def _carry(self, remote: str) -> None:
        channel = carried.home(remote)
        try:
            async with asyncio.timeout(carried.LEASE.total_seconds()):
                data = await self._homes[channel].fetch(remote, self._most)
            stored = "" if data is None else await asyncio.to_thread(self._files.store, data)
        except Exception as error:
            # An OSError is the platform's answer; anything else is our bug, and a file is not lost for it either.
            log.warning("a file on %s cannot be had now (%s)", channel, type(error).__name__, exc_info=_bug(error))
            await self._database.run(lambda session: carried.postpone(session, remote, self._clock.now()))
            return
        if stored:
            await self._database.run(lambda session: carried.keep(session, remote, stored))
        else:
            log.warning("a file on %s is gone, or larger than any channel carries", channel)
            await self._database.run(lambda session: carried.give_up(session, remote, "gone"))


def _bug(error: Exception) -> Exception | None:
    return None if isinstance(error, OSError) else error
