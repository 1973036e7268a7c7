"""Two processes on one PostgreSQL, killed and stopped in turn: nothing is lost, one delivers at a time, at one rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.network import Network
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.lives import eventually
from tests.crash.newcomer import Newcomer, registered
from tests.crash.order import overtaken
from tests.crash.pair import SETTLED, OneDrill, Pair, TelegramPair, WhatsAppPair
from tests.crash.reader import recruit as recruit_readers
from tests.crash.telling import seed, tell
from tests.crash.tracking import track

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
MEMBERS = 450
READERS = 120
RATE, SLOW = 30, 10
AHEAD = 0.1
"""Seconds of messages that are claimed at once, and may leave at once when a process was not let run."""

KILLS = 2
ALONE = ("Another program is reading this bot's messages", "other processes cannot be heard")
"""What a process would complain of if two asked Telegram, or neither heard the other."""


@pytest.fixture
async def pair(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[TelegramPair]:
    webhooks = getattr(request, "param", "polling") == "webhooks"
    async with TelegramPair(database_url, tmp_path, seed(), RATE, webhooks=webhooks) as pair:
        yield pair
        tell(request, pair, (await audit(pair)).line())


@pytest.fixture
async def twilios(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[WhatsAppPair]:
    async with WhatsAppPair(database_url, tmp_path, seed(), SLOW) as pair:
        yield pair
        tell(request, pair, (await track(pair.one)).line())


async def test_the_other_goes_on_within_ten_seconds_and_the_rate_holds_over_both(pair: TelegramPair) -> None:
    await recruit(pair, MEMBERS)
    owner = Coordinator(pair.one)
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    gaps: list[float] = []
    for _ in range(KILLS):
        await pair.next_send(time.monotonic())
        await asyncio.sleep(1)
        gaps.append(await _kills(pair))
    await owner.reads_report()
    assert await pair.stop() == [0, 0]

    pair.told.append(f"taken over after {', '.join(f'{gap:.1f}' for gap in gaps)} s")
    _holds_the_rate(pair)
    assert max(gaps) < 10
    assert set(reached(pair.one, TEXT)) == set(members(MEMBERS))
    assert (await pair.database.read(sums)).sent == MEMBERS
    (await audit(pair)).holds()
    assert (pair.logged(*ALONE), pair.api.refusals) == ([], [])


async def test_a_stop_hands_over_at_once_and_doubles_nothing(pair: TelegramPair) -> None:
    await recruit(pair, MEMBERS)
    owner = Coordinator(pair.one)
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    gaps: list[float] = []
    for _ in range(KILLS):
        await pair.next_send(time.monotonic())
        gaps.append(await _stops(pair))
    await owner.reads_report()
    assert await pair.stop() == [0, 0]

    pair.told.append(f"handed over within {max(gaps):.2f} s")
    _holds_the_rate(pair)
    assert max(gaps) < 2
    assert reached(pair.one, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    found = await audit(pair)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)
    assert (pair.logged(*ALONE), pair.api.refusals) == ([], [])


@pytest.mark.parametrize("pair", ["polling", "webhooks"], indirect=True)
async def test_nobody_who_registers_notices_that_processes_die(pair: TelegramPair, network: Network) -> None:
    newcomers = [Newcomer(pair.one.person(number), network, number, pair.seed) for number in range(1, 13)]
    registering = asyncio.gather(*(newcomer.register() for newcomer in newcomers))
    for one_that_leads in (True, False, True):
        leads, other = await pair.leader()
        await asyncio.sleep(pair.one.random.uniform(0, 2))
        if one_that_leads:
            await pair.kill(leads)
            await pair.start(leads)
        else:
            await other.kill(lapse=False)
            await pair.start(other)
    await registering
    await eventually(lambda: not pair.api.feed.pending)
    assert await pair.stop() == [0, 0]

    arrived = [str(message.id) for message in pair.api.delivered()]
    assert await overtaken(pair.database, arrived) == []
    assert await pair.database.read(registered) == {one.number: one.answers for one in newcomers}
    (await audit(pair)).holds()
    assert pair.api.refusals == []


async def test_on_whatsapp_nothing_comes_twice_whichever_of_them_ends(twilios: WhatsAppPair) -> None:
    pair, twilio = twilios, twilios.twilio
    twilio.latency = 0.3
    readers = await recruit_readers(pair.one, READERS)
    owner, quiet = Coordinator(pair.one), asyncio.Event()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, READERS))
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(reader.reads(TEXT, quiet))
        await pair.next_send(time.monotonic())
        await asyncio.sleep(1)
        killed = await _kills(pair)
        await pair.next_send(time.monotonic())
        stopped = await _stops(pair)
        quiet.set()
        await owner.reads_report()
    await twilio.callbacks.settled()
    assert await pair.stop() == [0, 0]

    pair.told.append(f"taken over after {killed:.1f} s, handed over after {stopped:.1f} s")
    _holds_the_rate(pair)
    assert killed < 10
    assert stopped < 2
    assert {(reader.closed, reader.bells(), reader.texts(TEXT)) for reader in readers} == {(True, 1, 1), (False, 0, 1)}
    assert await overtaken(pair.database, [*twilio.world.messages]) == []
    (await track(pair.one)).holds()
    assert (pair.logged(*ALONE), twilio.refusals, twilio.webhooks.warnings) == ([], [], [])


async def _kills(pair: Pair[OneDrill]) -> float:
    """Kill whoever leads and start it again; how many seconds nothing left."""
    leads, other = await pair.leader()
    killed = await pair.kill(leads)
    gap = await pair.next_send(killed + SETTLED) - killed
    assert (await pair.leader())[0] is other
    await pair.start(leads)
    return gap


async def _stops(pair: Pair[OneDrill]) -> float:
    """Stop whoever leads and start it again; how many seconds after its end the next message left."""
    leads, other = await pair.leader()
    assert await leads.stop() == 0
    stopped = time.monotonic()
    gap = await pair.next_send(pair.sends()[-1]) - stopped
    assert (await pair.leader())[0] is other
    await pair.start(leads)
    return gap


def _holds_the_rate(pair: Pair[OneDrill]) -> None:
    fullest = pair.fullest_second()
    pair.told.append(f"{fullest} in the fullest second at {pair.rate:.0f}")
    assert fullest <= pair.rate * (1 + AHEAD) + 1
