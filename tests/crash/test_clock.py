"""The clock goes forward and back by hours in the middle of a broadcast: it goes on, and nobody gets it twice."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill, sends
from tests.crash.lives import eventually
from tests.crash.moving import MovingClock

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 1_000
RATE = 100
MOVES = [timedelta(hours=hours) for hours in (5, -4, 26, -30, 3)]
"""Far more than any lease, hold or rate looks ahead; once it ends up behind where it began."""

LIVE = timedelta(hours=2)
"""What it goes forward while the bot runs."""

SOON = 10.0
"""Seconds after the first thing that a process asks Telegram within which it must go on."""


async def test_a_broadcast_goes_on_whatever_the_clock_does(drill: Drill) -> None:
    drill.rate = RATE
    clock, owner = MovingClock(drill), Coordinator(drill)
    await recruit(drill, MEMBERS)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await drill.until(sends)
    await clock.advances(LIVE)
    gaps = [await _next_send(drill, time.monotonic())]
    for number, move in enumerate(MOVES):
        await asyncio.sleep(drill.random.uniform(0.2, 0.8))
        if number % 2:
            assert await drill.stop() == 0
        else:
            await drill.kill()
        await clock.moves(move)
        begun = time.monotonic()
        await drill.start()
        first = next(request.time for request in drill.api.requests if request.time > begun)
        gaps.append(await _next_send(drill, first))
    await owner.reads_report()
    assert await drill.stop() == 0

    found, counts = await audit(drill), await drill.database.read(sums)
    fullest = drill.api.limits.max_in_any_second
    drill.told.append(f"{len(gaps)} moves, on again after {max(gaps):.1f} s at most, {fullest} in a second at {RATE}")
    assert max(gaps) < SOON
    assert set(reached(drill, TEXT)) == set(members(MEMBERS))
    assert (counts.state, counts.rows, counts.sent) == ("done", MEMBERS, MEMBERS)
    found.holds()
    assert drill.api.refusals == []


async def _next_send(drill: Drill, after: float) -> float:
    """How many seconds after this moment the next message arrives."""

    def sent() -> list[float]:
        return [request.time - after for request in drill.api.requests if request.message and request.time > after]

    await eventually(sent)
    return sent()[0]
