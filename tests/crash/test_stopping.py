"""A stop loses nothing and doubles nothing, and a process that was killed is replaced within ten seconds."""

from __future__ import annotations

import time

import pytest

from bot.crew import GRACE
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill, sends
from tests.crash.lives import PATIENCE

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 300


async def test_a_stop_finishes_what_is_in_flight_and_the_next_start_goes_on(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    for _ in range(3):
        await drill.api.until(sends, within=PATIENCE)
        begun = time.monotonic()
        assert await drill.stop() == 0
        assert time.monotonic() - begun < GRACE
        found = await audit(drill)
        assert set(found.outbox) <= {"sent", "queued"}
        await drill.start()
    await owner.reads_report()
    assert await drill.stop() == 0
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    found = await audit(drill)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_killed_process_is_replaced_within_ten_seconds(drill: Drill) -> None:
    """By nothing but its lease running out."""
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await drill.api.until(sends, within=PATIENCE)
    await drill.kill(lapse=False)
    await drill.start(sends)
    assert time.monotonic() - drill.lives[0].killed < 10
    await owner.reads_report()
    assert await drill.stop() == 0
    assert (await drill.database.read(sums)).sent == MEMBERS
    (await audit(drill)).holds()
