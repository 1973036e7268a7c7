"""A newsletter goes to a thousand members while the bot is killed again and again; every one of them gets it."""

from __future__ import annotations

import asyncio

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums, told_twice
from tests.crash.drill import Drill, sends
from tests.crash.lives import PATIENCE

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 1_000
KILLS = 20


async def test_nobody_is_left_out_and_the_report_tells_who_may_have_got_it_twice(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await drill.api.until(sends, within=PATIENCE)
    for _ in range(KILLS):
        await asyncio.sleep(drill.random.uniform(0, 0.2))
        await drill.kill()
        assert (await drill.database.read(sums)).unfinished or not (await drill.database.read(sums)).fanned
        await drill.start(sends)
    report = await owner.reads_report()
    assert await drill.stop() == 0

    assert drill.kills == KILLS
    times = reached(drill, TEXT)
    assert set(times) == set(members(MEMBERS))
    found = await drill.database.read(sums)
    assert (found.state, found.rows, found.sent) == ("done", MEMBERS, MEMBERS)
    assert told_twice(report) == found.twice >= sum(1 for number in times.values() if number > 1)
    (await audit(drill)).holds()
    assert drill.api.refusals == []
