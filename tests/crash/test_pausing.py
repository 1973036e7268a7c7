"""The coordinator pauses a broadcast and lets it go on fifty times, as fast as one can tap."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.inbox import count_unhandled
from storage.staff import AuditEntry
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 1_200
TIMES = 50
EFFECTIVE = 2.0
"""Seconds after a tap on "Pause" from which on nothing leaves any more."""


async def test_every_tap_counts_and_the_last_one_holds_over_a_restart(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner, person = Coordinator(drill), drill.person(1)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    card = await owner.sees("On its way")
    pause = card.button("Pause")["callback_data"]
    resume = pause.replace("pause", "resume")
    for step in [*[pause, resume] * TIMES, pause]:
        await person.taps_data(step, card)
        await asyncio.sleep(drill.random.uniform(0, 0.03))
    while await drill.database.read(count_unhandled) or drill.api.feed.pending:
        await asyncio.sleep(0.05)
    await person.taps_data(resume, card)
    await drill.until(lambda request: request.text.startswith(TEXT))
    await person.taps_data(pause, card)
    tapped = time.monotonic()
    await asyncio.sleep(EFFECTIVE)
    assert await drill.stop() == 0
    await drill.start()
    await asyncio.sleep(EFFECTIVE)
    stood = await drill.database.read(sums)
    late = max(request.time for request in drill.api.requests if request.text.startswith(TEXT)) - tapped
    drill.told.append(f"{TIMES} pauses, {stood.unfinished} waited, the last left {late:.2f} s after the last tap")
    assert (stood.state, stood.unfinished > 0, late < EFFECTIVE) == ("paused", True, True)

    await person.taps("Go on")
    await owner.reads_report()
    assert await drill.stop() == 0
    steps = {"broadcast.fire": 1, "broadcast.paused": TIMES + 2, "broadcast.sending": TIMES + 2}
    assert await drill.database.read(_steps) == steps
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    assert (await drill.database.read(sums))[:5] == ("done", True, True, MEMBERS, MEMBERS)
    found = await audit(drill)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)
    assert drill.api.refusals == []


def _steps(session: Session) -> Counter[str]:
    """What the audit log has of broadcasts, by action."""
    of_broadcasts = AuditEntry.action.startswith("broadcast.")
    found = session.execute(select(AuditEntry.action, func.count()).where(of_broadcasts).group_by(AuditEntry.action))
    return Counter(dict(found.all()))
