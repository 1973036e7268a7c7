"""The rate is changed while a broadcast is paused: that is how fast it goes on, also after a restart."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.crash.following import opens
from tests.crash.lives import PATIENCE, eventually

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
MEMBERS = 700
SLOW = 30
AHEAD = 4
"""How many may be claimed at once: 100 ms of them."""

AT_ONCE = 1.0
"""Seconds within which somebody is answered whom no broadcast concerns."""


async def test_it_goes_on_as_slowly_and_as_fast_as_was_chosen(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner, member = Coordinator(drill), drill.person(MEMBERS)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await eventually(lambda: len(reached(drill, TEXT)) > MEMBERS // 10)
    await _goes_on(drill, owner, f"{SLOW} messages a second")
    slow = time.monotonic()
    await asyncio.sleep(1)
    asked = time.monotonic()
    await member.says("/help")
    await member.sees("/mydata", within=PATIENCE)
    answered = time.monotonic() - asked
    assert await drill.stop() == 0
    await drill.start()
    await asyncio.sleep(2)
    fastest = _most_in_a_second(drill, slow, time.monotonic())
    assert (await drill.database.read(sums)).unfinished > MEMBERS // 4
    fast = time.monotonic()
    await _goes_on(drill, owner, "as fast as it can")
    await owner.reads_report()
    assert await drill.stop() == 0

    drill.told.append(f"{fastest} in the fullest second at {SLOW}, {_most_in_a_second(drill, fast)} afterwards, ")
    drill.told[-1] += f"/help answered in {answered:.2f} s"
    assert fastest <= SLOW + AHEAD
    assert answered < AT_ONCE
    assert _most_in_a_second(drill, fast) > 2 * SLOW
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    found = await audit(drill)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)
    assert drill.api.refusals == []


async def _goes_on(drill: Drill, owner: Coordinator, pace: str) -> None:
    """Pause it, choose how fast it shall go, and let it go on."""
    await opens(drill, owner, "Pause")
    await owner.picks("Paused: “", "Slower or faster")
    await owner.picks("How fast should it go?", pace)
    await owner.picks("All right", "Back to the newsletter")
    await owner.picks("Paused: “", "Go on")


def _most_in_a_second(drill: Drill, since: float, until: float = float("inf")) -> int:
    times = [one.time for one in drill.api.requests if one.text.startswith(TEXT) and since < one.time < until]
    return max(sum(1 for each in times if begun <= each < begun + 1) for begun in times)
