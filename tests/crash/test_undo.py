"""A newsletter is held for a while before it leaves; what was undone meanwhile never does, whoever is killed."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.crash.lives import eventually

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

UNDONE = "The forum begins on Friday at ten."
SENT = "The forum begins on Saturday at ten."
MEMBERS = 60
HELD = 6
"""Seconds; 90 as the networks have it would only be more of the same."""


async def test_it_leaves_after_its_time_and_not_if_it_was_undone(drill: Drill) -> None:
    drill.manners = {"undo_seconds": HELD}
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(UNDONE, MEMBERS))
    await owner.picks("It leaves in", "Undo sending")
    await owner.sees("It is a draft again")
    await drill.kill()
    await drill.start()
    await owner.sends(await owner.drafts(SENT, MEMBERS))
    tapped = time.monotonic()
    await owner.sees("It leaves in")
    await asyncio.sleep(drill.random.uniform(0, HELD / 2))
    await drill.kill()
    await drill.start()
    await owner.reads_report()
    await eventually(lambda: time.monotonic() > tapped + 2 * HELD)
    assert await drill.stop() == 0

    left = min(request.time for request in drill.api.requests if request.text.startswith(SENT)) - tapped
    found = await drill.database.read(sums)
    drill.told.append(f"{len(reached(drill, UNDONE))} got what was undone, the other left after {left:.1f} s of {HELD}")
    assert reached(drill, UNDONE) == {}
    assert reached(drill, SENT) == dict.fromkeys(members(MEMBERS), 1)
    assert (found.state, found.rows, found.sent) == ("done", MEMBERS, MEMBERS)
    assert left >= HELD
    (await audit(drill)).holds()
    assert drill.api.refusals == []
