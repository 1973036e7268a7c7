"""People register and read newsletters on WhatsApp while the bot is killed; Twilio can tell, so nothing comes twice."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.network import Network
from tests.crash.coordinator import Coordinator, sums, told_twice
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import Newcomer, registered
from tests.crash.reader import recruit
from tests.crash.tracking import track
from tests.crash.whatsapp import WhatsAppDrill, listens, sends
from tests.emulators.twilio.callbacks import Callbacks

pytestmark = pytest.mark.drill

PEOPLE = 60
KILLS = 20
ARRIVE = PEOPLE // KILLS
"""How many write for the first time in each life, so that there are always some at every question."""

TEXT = "The forum begins on Friday at ten."
MEMBERS = 450
CLOSED = MEMBERS // 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_stuck_and_nothing_comes_twice(whatsapp: WhatsAppDrill, network: Network) -> None:
    drill, twilio = whatsapp, whatsapp.twilio
    numbers = range(1, PEOPLE + 1)
    people = [Newcomer(drill.person(number), network, number, drill.seed, ticks=False) for number in numbers]
    await drill.start()
    async with asyncio.TaskGroup() as group:
        for kill in range(KILLS):
            for person in people[kill * ARRIVE :][:ARRIVE]:
                group.create_task(person.register())
            await asyncio.sleep(drill.random.uniform(0, 0.8))
            await drill.kill()
            await drill.start(None if drill.random.random() < 0.2 else listens)
    await twilio.callbacks.settled()
    assert await drill.stop() == 0

    assert drill.kills == KILLS
    assert await drill.database.read(registered) == {person.number: person.answers for person in people}
    (await track(drill)).holds()
    assert (twilio.refusals, twilio.webhooks.warnings) == ([], [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_window_is_heeded_and_the_totals_add_up(whatsapp: WhatsAppDrill) -> None:
    drill, twilio = whatsapp, whatsapp.twilio
    readers = await recruit(drill, MEMBERS)
    owner, quiet = Coordinator(drill), asyncio.Event()
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await drill.until(sends)
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(reader.reads(TEXT, quiet))
        for kill in range(KILLS):
            _tells_differently(twilio.callbacks, kill)
            await asyncio.sleep(drill.random.uniform(0, 0.15))
            await drill.kill()
            found = await drill.database.read(sums)
            assert found.unfinished or not found.fanned
            await drill.start(sends)
        quiet.set()
        report = await owner.reads_report()
    await twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    assert drill.kills == KILLS
    assert {(reader.closed, reader.bells(), reader.texts(TEXT)) for reader in readers} == {(True, 1, 1), (False, 0, 1)}
    found = await drill.database.read(sums)
    assert (found.state, found.rows, found.sent, found.twice) == ("done", MEMBERS, MEMBERS, 0)
    assert (told_twice(report), _said(report)) == (0, (MEMBERS, MEMBERS, CLOSED, CLOSED))
    (await track(drill)).holds()
    assert (twilio.refusals, twilio.webhooks.warnings) == ([], [])


def _tells_differently(callbacks: Callbacks, kill: int) -> None:
    """In each life one way in which Twilio tells: at once, a life late, twice, the last first, before its answer."""
    callbacks.release()
    callbacks.held = kill % 5 == 1
    callbacks.delay = 0.2 if kill % 5 == 3 else 0
    callbacks.copies = 2 if kill % 5 == 2 else 1
    callbacks.reordered = kill % 5 == 3
    callbacks.before_answer = kill % 5 == 4


def _said(report: str) -> tuple[int, ...]:
    """What the author reads: sent of how many, and how many bells rang and were answered."""
    sent, total = re.findall(r"Sent: (\d+) of (\d+)", report)[0]
    rung, opened = re.findall(r"A bell rang for (\d+) members.*?: (\d+) opened it", report)[0]
    return int(sent), int(total), int(rung), int(opened)
