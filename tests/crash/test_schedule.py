"""The bot is off at the hour of a newsletter: soon after it goes out, later its author is asked, and never too late."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.crash.moving import MovingClock

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
MEMBERS = 120
OFF = timedelta(hours=5)
SHORT = timedelta(hours=1)
NOTHING = 3.0
"""Seconds in which three ticks would have sent it."""

LATE = "I was not running then, and now it may be too late."


async def test_within_grace_it_leaves_by_itself(drill: Drill) -> None:
    owner, clock = await _plan(drill)
    await _off(drill, clock, SHORT)
    await owner.reads_report()
    drill.told.append(f"{len(reached(drill, TEXT))} of {MEMBERS} got it {SHORT} late")
    await _all_have_it_once(drill)


async def test_after_five_hours_its_author_decides_and_is_asked_once(drill: Drill) -> None:
    owner, clock = await _plan(drill)
    await _off(drill, clock, OFF)
    asked = await owner.sees(LATE)
    await asyncio.sleep(NOTHING)
    await drill.kill()
    await drill.start()
    await asyncio.sleep(NOTHING)
    questions = sum(LATE in message.text for message in drill.api.delivered(1))
    drill.told.append(f"asked {questions} times in two lives, {len(reached(drill, TEXT))} got it before the answer")
    assert (questions, reached(drill, TEXT)) == (1, {})
    await owner.person.taps("Send now", asked)
    await owner.reads_report()
    await _all_have_it_once(drill)


async def test_what_is_over_is_never_announced(drill: Drill) -> None:
    owner, clock = await _plan(drill, useful=SHORT)
    await _off(drill, clock, SHORT)
    await owner.sees("It was not sent to anybody")
    await asyncio.sleep(NOTHING)
    assert await drill.stop() == 0
    drill.told.append(f"{len(reached(drill, TEXT))} got it")
    assert reached(drill, TEXT) == {}
    assert (await drill.database.read(sums))[:5] == ("cancelled", False, False, 0, 0)
    (await audit(drill)).holds()


async def _plan(drill: Drill, useful: timedelta | None = None) -> tuple[Coordinator, MovingClock]:
    """A newsletter is planned for tomorrow, of use for so long after that."""
    clock, owner = MovingClock(drill), Coordinator(drill)
    await recruit(drill, MEMBERS)
    await drill.start()
    await owner.joins()
    await owner.plans("tomorrow 10:00", await owner.drafts(TEXT, MEMBERS))
    if useful is not None:
        await drill.database.run(lambda session: _limit(session, useful))
    return owner, clock


def _limit(session: Session, useful: timedelta) -> None:
    broadcast = session.scalars(select(Broadcast)).one()
    assert broadcast.leaves_at is not None
    broadcast.expires_at = broadcast.leaves_at + useful


async def _off(drill: Drill, clock: MovingClock, after: timedelta) -> None:
    """The bot is off from now until so long after the hour."""
    assert await drill.stop() == 0
    leaves_at = await drill.database.read(lambda session: session.scalars(select(Broadcast.leaves_at)).one())
    assert leaves_at is not None
    await clock.moves(leaves_at + after - datetime.now(UTC))
    await drill.start()


async def _all_have_it_once(drill: Drill) -> None:
    assert await drill.stop() == 0
    found = await drill.database.read(sums)
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    assert (found.state, found.rows, found.sent) == ("done", MEMBERS, MEMBERS)
    (await audit(drill)).holds()
    assert drill.api.refusals == []
