"""Telegram wants nothing for 30 seconds in the middle of a broadcast, and the bot is stopped and killed meanwhile."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE, eventually
from tests.emulators.telegram import Fault
from tests.emulators.telegram.methods import LIMITED

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
MEMBERS = 400
WAIT = 30
HEARD = 1.0
"""Seconds within which everything has arrived that had left before the first 429 was heard."""


async def test_nothing_leaves_while_telegram_wants_none_whoever_is_restarted(drill: Drill) -> None:
    api = drill.api
    await recruit(drill, MEMBERS)
    owner, member = Coordinator(drill), drill.person(MEMBERS)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await eventually(lambda: len(reached(drill, TEXT)) > MEMBERS // 4)
    ends = time.monotonic() + WAIT
    api.faults.always("", Fault.flood(WAIT), when=lambda method, _: method in LIMITED and time.monotonic() < ends)
    first = await drill.until(lambda request: request.status == 429)
    await asyncio.sleep(WAIT / 6)
    assert await drill.stop() == 0
    await drill.start()
    await member.says("/help")
    await asyncio.sleep(WAIT / 6)
    await drill.kill()
    await drill.start()
    await member.sees("/mydata", within=PATIENCE)
    await owner.reads_report()
    assert await drill.stop() == 0

    refused = [request for request in api.requests if request.status == 429]
    left = [request.time for request in api.requests if request.method in LIMITED]
    during = [moment for moment in left if first.answered + HEARD < moment < ends]
    after = min(moment for moment in left if moment > ends)
    drill.told.append(f"{len(refused)} met the 429, {len(during)} left in the {after - first.time:.1f} s after it")
    assert during == []
    assert max(request.time for request in refused) < first.answered + HEARD
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    found = await audit(drill)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)
    assert api.refusals == []
