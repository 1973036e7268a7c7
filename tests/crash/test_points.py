"""Kills at the moments that matter most, each at once, 2 ms and 5 ms after it came: nothing is lost at any of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.network import Network
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums, told_twice
from tests.crash.drill import Drill, sends
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import Newcomer, registered
from tests.emulators.telegram import Fault, Request

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

AFTER = (0, 0.002, 0.005)
"""Seconds from the moment to the kill."""

NEWCOMERS = 8
MEMBERS = 60
STRANGERS = 20_000
"""Fan-out looks at 5,000 people in one transaction, so there are several, and a kill can come between them."""

Point = Callable[[Drill], Awaitable[object]]


async def updates_handed_out(drill: Drill) -> None:
    """The bot has updates that it has not confirmed."""
    api = drill.api
    await api.until(
        lambda request: request.method == "getUpdates" and request.status == 200 and api.feed.pending, within=PATIENCE
    )


async def offset_raised(drill: Drill) -> None:
    """The bot confirms updates: they will not come again."""
    newest = max(_offset(request) for request in drill.api.requests)
    await drill.api.until(lambda request: _offset(request) > newest, within=PATIENCE)


async def sent_without_an_answer(drill: Drill) -> None:
    """A message was delivered, and nobody will tell the bot."""
    drill.api.faults.next("sendMessage", Fault.hang_after())
    await drill.api.until(sends, within=PATIENCE)


async def send_answered(drill: Drill) -> None:
    """A message was delivered and the bot was told; perhaps it has not written it down."""
    await drill.api.until(lambda request: request.method == "sendMessage" and request.answered, within=PATIENCE)


async def fanning_out(drill: Drill) -> None:
    """Some of the broadcast's rows are written. The database tells nobody, so it is looked at again and again."""
    async with asyncio.timeout(PATIENCE):
        while (found := await drill.database.read(sums)).state != "sending" or not found.begun:
            await asyncio.sleep(0.001)
    assert not (await drill.database.read(sums)).fanned


def _offset(request: Request) -> int:
    return int(request.parameters.get("offset", 0)) if request.method == "getUpdates" else 0


@pytest.mark.parametrize("point", [updates_handed_out, offset_raised, sent_without_an_answer, send_answered])
async def test_registration_survives_a_kill_at(point: Point, drill: Drill, network: Network) -> None:
    async def kill(after: float) -> None:
        await point(drill)
        await asyncio.sleep(after)
        await drill.kill()

    await _register(drill, network, kill)


async def test_registration_survives_a_stop_that_turns_into_a_kill(drill: Drill, network: Network) -> None:
    async def kill(after: float) -> None:
        await drill.api.until(sends, within=PATIENCE)
        await asyncio.sleep(after)
        await drill.stop_and_kill(after=0.05)

    await _register(drill, network, kill)


@pytest.mark.parametrize("point", [offset_raised, fanning_out], ids=["the_tap_on_send_is_stored", "fanning_out"])
async def test_a_broadcast_survives_a_kill_when(point: Point, drill: Drill) -> None:
    await recruit(drill, MEMBERS, strangers=STRANGERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    for number, after in enumerate(AFTER):
        text = f"News number {number}."
        asked = await owner.drafts(text, MEMBERS)
        moment = asyncio.create_task(_then(point(drill)))
        await asyncio.sleep(0)  # it looks before the tap
        await owner.sends(asked)
        await moment
        await asyncio.sleep(after)
        await drill.kill()
        await drill.start()
        report = await owner.reads_report()
        times, found = reached(drill, text), await drill.database.read(sums)
        assert set(times) == set(members(MEMBERS))
        assert (found.state, found.rows, found.sent) == ("done", MEMBERS, MEMBERS)
        assert told_twice(report) == found.twice >= sum(1 for number in times.values() if number > 1)
    assert await drill.stop() == 0
    assert drill.kills == len(AFTER)
    (await audit(drill)).holds()


async def _register(drill: Drill, network: Network, kill: Callable[[float], Awaitable[None]]) -> None:
    people = [Newcomer(drill.person(number), network, number, drill.seed) for number in range(1, NEWCOMERS + 1)]
    await drill.start()
    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(person.register())
        for after in AFTER:
            await kill(after)
            await drill.start()
    assert await drill.stop() == 0
    assert drill.kills == len(AFTER)
    assert await drill.database.read(registered) == {person.number: person.answers for person in people}
    (await audit(drill)).holds()
    assert drill.api.refusals == []


async def _then(moment: Awaitable[object]) -> None:
    await moment
