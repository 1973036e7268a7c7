"""Of several processes, things tick in one, and soon after its start."""

from __future__ import annotations

import asyncio

from scheduler.clock import Ticks


async def test_a_tick_comes_again_and_again_where_this_process_is_the_one() -> None:
    here, ticked = False, 0
    ticks = Ticks(lambda: here)

    async def tick() -> None:
        nonlocal ticked
        ticked += 1

    ticks.every(0.02, tick)
    ticks.start()
    await asyncio.sleep(0.2)
    assert ticked == 0
    here = True
    await asyncio.sleep(0.2)
    assert 2 <= ticked <= 11
    ticks.stop()


async def test_who_does_not_live_for_long_ticks_as_well() -> None:
    ticked = asyncio.Event()
    ticks = Ticks()

    async def tick() -> None:
        ticked.set()

    ticks.every(10, tick)
    ticks.start()
    await asyncio.wait_for(ticked.wait(), 5)
    ticks.stop()
