"""Eighty people register while the bot is killed again and again; every one of them is a member in the end."""

from __future__ import annotations

import asyncio

import pytest

from bot.network import Network
from tests.crash.audit import audit
from tests.crash.drill import Drill, polls
from tests.crash.newcomer import Newcomer, registered

pytestmark = pytest.mark.drill

PEOPLE = 80
KILLS = 20
ARRIVE = PEOPLE // KILLS
"""How many write for the first time in each life, so that there are always some at every question."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_stuck_and_no_answer_is_lost(drill: Drill, network: Network) -> None:
    people = [Newcomer(drill.person(number), network, number, drill.seed) for number in range(1, PEOPLE + 1)]
    await drill.start()
    async with asyncio.TaskGroup() as group:
        for kill in range(KILLS):
            for person in people[kill * ARRIVE :][:ARRIVE]:
                group.create_task(person.register())
            await asyncio.sleep(drill.random.uniform(0, 1.2))
            await drill.kill(lapse=kill > 0)
            await drill.start(None if drill.random.random() < 0.2 else polls)
    assert await drill.stop() == 0

    assert drill.kills == KILLS
    assert await drill.database.read(registered) == {person.number: person.answers for person in people}
    (await audit(drill)).holds()
    assert drill.api.refusals == []
