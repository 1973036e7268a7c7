"""A broadcast is corrected and taken back while the bot is killed; what people have is what the coordinator wanted."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.outbox import UNFINISHED, OutboxRow
from tests.crash.audit import audit
from tests.crash.coordinator import OWNER, Coordinator, members, reached, recruit
from tests.crash.drill import Drill
from tests.crash.following import opens
from tests.crash.lives import PATIENCE, eventually
from tests.emulators.telegram import Message, Request

pytestmark = pytest.mark.drill

WRONG = "The forum begins on Friday at ten."
RIGHT = "The forum begins on Saturday at eleven."
MEMBERS = 500
KILLS = 9
"""Some while the newsletter is on its way, as many during the correction, the rest during the recall."""


async def test_nobody_keeps_what_was_corrected_nor_what_was_taken_back(drill: Drill) -> None:
    """But for second copies, whose ids no outcome ever told."""
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(WRONG, MEMBERS))
    await eventually(lambda: len(reached(drill, WRONG)) > MEMBERS // 10)
    await _kills(drill, KILLS // 3)
    await _corrects(drill, owner)
    await _kills(drill, KILLS // 3)
    await _until_done(drill, 2)
    named = await _named(drill)
    read = {message.chat["id"]: message.text.startswith(RIGHT) for message in named}
    stale = sum(message.text.startswith(WRONG) for message in _there(drill))
    await _takes_back(drill, owner)
    await _kills(drill, KILLS - drill.kills)
    await _until_done(drill, 3)
    assert await drill.stop() == 0

    found, left = await audit(drill, lambda text: text.replace(WRONG, RIGHT)), _there(drill)
    drill.told.append(
        f"{sum(read.values())} of {MEMBERS} corrected, {stale} second copies not; {len(left)} of all stay"
    )
    assert read == dict.fromkeys(members(MEMBERS), True)
    assert [message for message in left if message in named] == []
    assert stale <= found.copies.total()
    assert len(left) <= found.copies.total()
    found.holds()
    assert drill.kills == KILLS
    assert drill.api.refusals == []


def _there(drill: Drill) -> list[Message]:
    """Whatever members still have of it, right or wrong."""
    sent = (message for message in drill.api.delivered() if message.chat["id"] != OWNER and not message.deleted)
    return [message for message in sent if WRONG in message.text or RIGHT in message.text]


async def _corrects(drill: Drill, owner: Coordinator) -> None:
    await opens(drill, owner, "Correct it")
    await owner.sees("Send me all of it as it should be")
    await owner.person.says(RIGHT)
    await owner.picks("Correct it now?", "Correct it now")


async def _takes_back(drill: Drill, owner: Coordinator) -> None:
    await opens(drill, owner, "Take it back")
    await owner.picks("Take “", "Yes, take it back")


async def _kills(drill: Drill, times: int) -> None:
    await drill.until(_moves)
    for _ in range(times):
        await asyncio.sleep(drill.random.uniform(0, 0.2))
        await drill.kill()
        await drill.start(_moves)


def _moves(request: Request) -> bool:
    """Something of the three is on its way."""
    return request.method == "deleteMessage" or request.text.startswith((WRONG, RIGHT))


async def _until_done(drill: Drill, broadcasts: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await drill.database.read(_over) != (broadcasts, 0):
            await asyncio.sleep(0.1)


def _over(session: Session) -> tuple[int, int]:
    """How many broadcasts are, and how many messages are not."""
    ended = Broadcast.state.in_([BroadcastState.DONE, BroadcastState.CANCELLED])
    unsent = select(func.count()).where(OutboxRow.state.in_(UNFINISHED))
    return session.scalar(select(func.count()).where(ended)) or 0, session.scalar(unsent) or 0


async def _named(drill: Drill) -> list[Message]:
    """The messages that the rows of the newsletter name."""
    rows = select(OutboxRow.external_id).where(OutboxRow.broadcast_id == 1)
    ids = set(await drill.database.read(lambda session: session.scalars(rows).all()))
    return [message for message in drill.api.delivered() if str(message.id) in ids]
