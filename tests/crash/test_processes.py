"""Two processes on one PostgreSQL, killed in turn: nothing is lost, one delivers at a time, and the rate holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.network import Network
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import Newcomer, registered
from tests.crash.pair import SETTLED, Pair
from tests.crash.telling import seed, tell

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
MEMBERS = 450
RATE = 30
KILLS = 2
TWO_POLLERS = "Another program is reading this bot's messages"
UNHEARD = "other processes cannot be heard"


@pytest.fixture
async def pair(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    webhooks = getattr(request, "param", "polling") == "webhooks"
    async with Pair(database_url, tmp_path, seed(), RATE, webhooks=webhooks) as pair:
        yield pair
        tell(request, pair, (await audit(pair)).line())


async def test_the_other_goes_on_within_ten_seconds_and_the_rate_holds_over_both(pair: Pair) -> None:
    await recruit(pair, MEMBERS)
    owner = Coordinator(pair)
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    gaps: list[float] = []
    for _ in range(KILLS):
        await pair.next_send(time.monotonic())
        await asyncio.sleep(1)
        leads, other = await pair.leader()
        killed = await pair.kill(leads)
        gaps.append((await pair.next_send(killed + SETTLED)).time - killed)
        assert (await pair.leader())[0] is other
        await pair.start(leads)
    await owner.reads_report()
    pair.told.append(f"taken over after {', '.join(f'{gap:.1f}' for gap in gaps)} s")
    pair.told.append(f"{pair.most_in_a_second()} in the fullest second at {RATE}")
    assert [await drill.stop() for drill in (pair.one, pair.other)] == [0, 0]

    assert max(gaps) < 10
    assert pair.most_in_a_second() <= RATE + 1
    assert set(reached(pair, TEXT)) == set(members(MEMBERS))
    assert (await pair.database.read(sums)).sent == MEMBERS
    (await audit(pair)).holds()
    assert [line for line in pair.one.bot.log.splitlines() if TWO_POLLERS in line or UNHEARD in line] == []


async def test_a_stop_hands_over_at_once_and_doubles_nothing(pair: Pair) -> None:
    await recruit(pair, MEMBERS)
    owner = Coordinator(pair)
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    gaps: list[float] = []
    for _ in range(KILLS):
        await pair.next_send(time.monotonic())
        leads, other = await pair.leader()
        assert await leads.stop() == 0
        stopped = time.monotonic()
        gaps.append((await pair.next_send(pair.sends()[-1].time)).time - stopped)
        assert (await pair.leader())[0] is other
        await pair.start(leads)
    await owner.reads_report()
    pair.told.append(f"handed over within {max(gaps):.2f} s")
    assert [await drill.stop() for drill in (pair.one, pair.other)] == [0, 0]

    assert max(gaps) < 2
    assert pair.most_in_a_second() <= RATE + 1
    assert reached(pair, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    found = await audit(pair)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)


@pytest.mark.parametrize("pair", ["polling", "webhooks"], indirect=True)
async def test_nobody_who_registers_notices_that_processes_die(pair: Pair, network: Network) -> None:
    newcomers = [Newcomer(pair.person(number), network, number, pair.seed) for number in range(1, 13)]
    registering = asyncio.gather(*(newcomer.register() for newcomer in newcomers))
    for number in range(2 * KILLS):
        leads, other = await pair.leader()
        await asyncio.sleep(pair.one.random.uniform(0, 2))
        if number % 2:
            await other.kill(lapse=False)
            await pair.start(other)
        else:
            await pair.kill(leads)
            await pair.start(leads)
    await registering
    async with asyncio.timeout(PATIENCE):
        while pair.api.feed.pending:
            await asyncio.sleep(0.1)
    assert [await drill.stop() for drill in (pair.one, pair.other)] == [0, 0]

    assert await pair.database.read(registered) == {one.number: one.answers for one in newcomers}
    (await audit(pair)).holds()
