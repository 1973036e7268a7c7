"""Kills at the moments that matter most on WhatsApp: whatever Twilio had taken by then comes once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.outbox import UNFINISHED, OutboxRow
from tests.crash.lives import PATIENCE
from tests.crash.reader import Reader, recruit
from tests.crash.tracking import track
from tests.crash.whatsapp import WhatsAppDrill, sends
from tests.emulators.twilio import Fault, Request
from tests.storage.people import add_broadcast

pytestmark = pytest.mark.drill

AFTER = (0, 0.003)
"""Seconds from the moment to the kill."""

JOIN = 12
"""How many become members before each kill; every third of them hears a bell first."""

Point = Callable[[WhatsAppDrill], Awaitable[object]]


async def taken_without_an_answer(drill: WhatsAppDrill) -> None:
    """Twilio has some, and says nothing."""
    drill.twilio.faults.next("messages.create", Fault.hang_after(), times=6)
    for _ in range(6):
        await drill.until(sends)


async def taken_and_broken_off(drill: WhatsAppDrill) -> None:
    """Twilio has some, and the connection breaks: it may be written down already that nobody knows."""
    drill.twilio.faults.next("messages.create", Fault.drop_after(), times=6)
    for _ in range(6):
        await drill.until(sends)


async def bell_answered(drill: WhatsAppDrill) -> None:
    """A bell rings, and perhaps nobody has written down that the message is held."""
    await drill.until(lambda request: request.answered and _is_bell(drill, request))


async def receipts_told(drill: WhatsAppDrill) -> None:
    """Many receipts come at once."""
    drill.twilio.callbacks.held = True
    for _ in range(JOIN):
        await drill.until(lambda request: request.answered and request.operation == "messages.create")
    drill.twilio.callbacks.release()


POINTS = (taken_without_an_answer, taken_and_broken_off, bell_answered, receipts_told)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_everything_comes_once_whatever_the_moment(whatsapp: WhatsAppDrill) -> None:
    drill, twilio = whatsapp, whatsapp.twilio
    readers: list[tuple[Reader, int]] = []
    texts: list[str] = []
    await drill.start()
    async with asyncio.TaskGroup() as group:
        for number, (point, after) in enumerate((point, after) for point in POINTS for after in AFTER):
            new = await recruit(drill, JOIN, after=len(readers))
            moment = asyncio.create_task(_then(point(drill)))
            texts.append(f"News number {number}.")
            await drill.database.run(lambda session: add_broadcast(session, Clock(), texts[-1]))
            for reader in new:
                readers.append((reader, number))
                if reader.closed:
                    group.create_task(reader.answers_bell())
            await moment
            await asyncio.sleep(after)
            await drill.kill()
            twilio.faults.clear()
            await drill.start()
    async with asyncio.timeout(PATIENCE):
        while await drill.database.read(_unfinished):
            await asyncio.sleep(0.1)
    await twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    assert drill.kills == len(POINTS) * len(AFTER)
    assert [reader.bells() for reader, _first in readers] == [int(reader.closed) for reader, _first in readers]
    seen = [[reader.texts(text) for text in texts] for reader, _first in readers]
    assert seen == [[0] * first + [1] * (len(texts) - first) for _reader, first in readers]
    (await track(drill)).holds()
    assert (twilio.refusals, twilio.webhooks.warnings) == ([], [])


def _is_bell(drill: WhatsAppDrill, request: Request) -> bool:
    approved = {content.sid for content in drill.twilio.world.contents.values() if content.approved}
    return request.parameters.get("ContentSid") in approved


def _unfinished(session: Session) -> bool:
    return session.scalar(select(OutboxRow.id).where(OutboxRow.state.in_(UNFINISHED)).limit(1)) is not None


async def _then(moment: Awaitable[object]) -> None:
    await moment
