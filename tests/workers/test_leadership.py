"""The lease of a channel, at the moment at which it is given up."""

from __future__ import annotations

import asyncio

from bot.core.clock import Clock
from bot.workers.leadership import Leadership
from storage.database import Database


async def test_a_renewal_that_a_stop_cut_off_takes_nothing_back(database: Database, clock: Clock) -> None:
    """Its task is cancelled, and its thread goes on: what it had begun may end behind the release."""
    one, other = (Leadership("telegram", token, database, clock) for token in ("one", "other"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        leading = group.create_task(one.run())
        await one.held()
        leading.cancel()
        await one.give_up()
        await database.run(one._lease)
        waiting = group.create_task(other.run())
        await other.held()
        waiting.cancel()
    assert (one.holds, other.holds) == (False, True)
