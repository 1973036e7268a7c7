"""Newsletters on a schedule leave, and their authors are asked for the next, while processes die and freeze.

Whatever happens to the process that ticks, and whichever of two it is, each time of a schedule is one run: one
broadcast, of which everybody gets one copy, or a second one that its row tells of; and its author is asked for a text
once.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import schedules
from bot.actions.issues import AHEAD
from bot.core.clock import Clock
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastState
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow
from storage.schedules import Run, RunState, Schedule
from tests.crash.audit import audit
from tests.crash.coordinator import OWNER, Coordinator, members, recruit
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE
from tests.crash.pair import TelegramPair
from tests.crash.telling import seed, tell
from tests.emulators.telegram import BotApi

pytestmark = pytest.mark.drill

MEMBERS = 40
WRITTEN, ASKED = 8, 4
"""Issues that are written and leave, and such as the author is asked for."""

RATE = 40
KILLS = 8
LIVES = (0.5, 1.8)
"""Seconds: schedules tick a second after the start."""

FROZEN: Final = 10.0
"""Seconds after which a process that stood still has lost its lease, and somebody else has it."""

SOON: Final = timedelta(seconds=3)
FAILED: Final = "the next tick tries again"
"""What the log would say of a tick."""


@pytest.fixture
async def pair(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[TelegramPair]:
    async with TelegramPair(database_url, tmp_path, seed(), RATE) as pair:
        yield pair
        tell(request, pair)


async def test_each_time_comes_once_whenever_the_bot_is_killed(drill: Drill, network: Network) -> None:
    drill.rate = RATE
    await recruit(drill, MEMBERS)
    await drill.start()
    await Coordinator(drill).joins()
    planned = await drill.database.run(lambda session: _plan(session, timedelta(seconds=1), network))
    for _kill in range(KILLS):
        await asyncio.sleep(drill.random.uniform(*LIVES))
        await drill.kill()
        await drill.start()
    await _all_left(drill)
    assert await drill.stop() == 0

    drill.told.append(await _holds(drill, planned))
    (await audit(drill)).holds()
    assert FAILED not in drill.bot.log
    assert drill.api.refusals == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_each_time_comes_once_whichever_process_it_is(pair: TelegramPair, network: Network) -> None:
    await recruit(pair, MEMBERS)
    await Coordinator(pair.one).joins()
    planned = await pair.database.run(lambda session: _plan(session, timedelta(seconds=2.5), network))
    leads, other = await pair.leader()
    await asyncio.sleep(pair.one.random.uniform(3, 5))
    await pair.kill(leads)
    assert (await pair.leader())[0] is other
    await pair.start(leads)
    os.kill(other.bot.pid, signal.SIGSTOP)
    await asyncio.sleep(FROZEN)
    os.kill(other.bot.pid, signal.SIGCONT)
    await _all_left(pair)
    assert await pair.stop() == [0, 0]

    pair.told.append(await _holds(pair, planned))
    assert pair.api.refusals == []


def _plan(session: Session, each: timedelta, network: Network) -> dict[int, datetime]:
    """Schedules whose next times come one after the other, `each` apart; when those are.

    Rules know days and minutes: for a drill of seconds the moments are set, and what the rules say comes days later.
    """
    now = Clock().now()
    [address] = session.scalars(select(MemberAddress).where(MemberAddress.user == str(OWNER)))
    author, day = session.get_one(Member, address.member_id), (now.weekday() + 3) % 7
    planned: dict[int, datetime] = {}
    for number in range(WRITTEN + ASKED):
        at = now + SOON + number * each
        schedule = schedules.begin(session, address, f"Letter {number}", "week", day, "10:00", Audience(), network.zone,
                                   now)  # fmt: skip
        if number % 3 == 2:
            at += AHEAD
        else:
            schedules.write(session, schedule, at, author, "en", Markup(_text(schedule.id)), None, network.zone, now)
        schedule.next_at = planned[schedule.id] = at
    return planned


def _text(schedule_id: int) -> str:
    return f"This is letter number {schedule_id}."


async def _all_left(drill: Drill | TelegramPair) -> None:
    """Every time has come, and everybody has what was sent."""
    async with asyncio.timeout(2 * PATIENCE):
        while not await drill.database.read(_is_over):
            await asyncio.sleep(0.1)


def _is_over(session: Session) -> bool:
    runs = Counter(session.scalars(select(Run.state)))
    sent = session.scalars(select(Broadcast.id).where(Broadcast.state == BroadcastState.DONE)).all()
    return (runs, len(sent)) == ({RunState.SENT: WRITTEN, RunState.ASKED: ASKED}, WRITTEN)


async def _holds(drill: Drill | TelegramPair, planned: dict[int, datetime]) -> str:
    """What the docstring of this file says; tells the counts."""
    runs, issues, doubts, asked = await drill.database.read(_read)
    assert {schedule: at for schedule, at, _state in runs} == planned
    assert len(runs) == len(planned)
    assert issues == Counter(schedule for schedule, _at, state in runs if state == RunState.SENT)
    assert asked == ASKED
    copies = {schedule: _copies(drill.api, schedule) for schedule in issues}
    assert {schedule: set(got) for schedule, got in copies.items()} == {
        schedule: set(members(MEMBERS)) for schedule in issues
    }
    second = {(schedule, user): times - 1 for schedule, got in copies.items() for user, times in got.items()}
    assert [of for of, times in second.items() if times > doubts[of]] == []
    return f"{len(runs)} times, {len(issues)} broadcasts, {sum(second.values())} of {len(second)} copies twice"


def _copies(api: BotApi, schedule_id: int) -> Counter[int]:
    said = _text(schedule_id)
    return Counter(message.chat["id"] for message in api.delivered() if message.original.startswith(said))


def _read(
    session: Session,
) -> tuple[list[tuple[int, datetime, str]], Counter[int], Counter[tuple[int, int]], int]:
    """Runs; broadcasts by schedule; doubts by schedule and person; how often the author was asked for a text."""
    runs = [(run.schedule_id, run.at, run.state) for run in session.scalars(select(Run))]
    titled = select(Schedule.id, Broadcast.id).join(Run, Run.schedule_id == Schedule.id)
    titled = titled.join(Broadcast, Broadcast.newsletter_id == Run.newsletter_id)
    by_broadcast = {broadcast: schedule for schedule, broadcast in session.execute(titled)}
    rows = select(Broadcast.id, MemberAddress.user, OutboxRow.doubts)
    rows = rows.join(OutboxRow, OutboxRow.broadcast_id == Broadcast.id)
    doubts = Counter[tuple[int, int]]()
    for broadcast, user, times in session.execute(rows.join(MemberAddress, MemberAddress.id == OutboxRow.address_id)):
        doubts[by_broadcast[broadcast], int(user)] += times
    asked = session.scalar(select(func.count()).where(OutboxRow.key.startswith("schedule:"))) or 0
    return runs, Counter(by_broadcast.values()), doubts, asked
