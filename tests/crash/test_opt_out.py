"""Members write /stop while a broadcast runs: whoever is heard before their turn gets nothing, and nobody does late."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.members import MemberAddress
from storage.outbox import OutboxRow
from tests.crash.audit import audit
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.crash.lives import eventually
from tests.emulators.telegram import Request

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 1_000
LASTS = 4.0
"""Seconds within which they stop: somewhat less than the broadcast takes."""

LATE = 1.0
"""Seconds after the answer to a /stop from which on its writer gets nothing."""


class Row(NamedTuple):
    """One message, as the outbox has it."""

    state: str
    reason: str
    claimed: datetime | None


async def test_whoever_stopped_before_their_turn_is_left_out_and_counted(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    while not (await drill.database.read(sums)).fanned:
        await asyncio.sleep(0.01)
    stopping = drill.random.sample(members(MEMBERS), MEMBERS // 3)
    async with asyncio.TaskGroup() as group:
        for number in stopping:
            group.create_task(_stops(drill, number))
    report = await owner.reads_report()
    await eventually(lambda: all(_answer(drill, number) for number in stopping))
    assert await drill.stop() == 0

    times, rows, found = reached(drill, TEXT), await drill.database.read(_rows), await drill.database.read(sums)
    left = {number for number, (news, _answer) in rows.items() if news[:2] == ("skipped", "left")}
    late = [_behind_the_answer(drill, number) for number in stopping if number not in left]
    drill.told.append(f"{len(stopping)} stopped, {len(left)} of them in time, the latest copy {max(late):.2f} s behind")
    assert 0 < len(left) < len(stopping)
    assert left <= set(stopping)
    assert times == dict.fromkeys(set(members(MEMBERS)) - left, 1)
    assert (found.rows, found.sent, found.unfinished) == (MEMBERS, MEMBERS - len(left), 0)
    assert f"said stop, or left, before it was sent: {len(left)}" in report
    claimed = [(rows[number][0].claimed, rows[number][1].claimed) for number in stopping if number not in left]
    assert [pair for pair in claimed if not pair[0] or not pair[1] or pair[0] >= pair[1]] == []
    assert max(late) < LATE
    (await audit(drill)).holds("skipped")
    assert drill.api.refusals == []


async def _stops(drill: Drill, number: int) -> None:
    await asyncio.sleep(drill.random.uniform(0, LASTS))
    await drill.person(number).says("/stop")


def _rows(session: Session) -> dict[int, tuple[Row, Row]]:
    """Of everybody the newsletter, and the last answer; who said nothing has none."""
    columns = select(MemberAddress.user, OutboxRow.broadcast_id, OutboxRow.state, OutboxRow.reason, OutboxRow.tried_at)
    of: defaultdict[int, dict[bool, Row]] = defaultdict(dict)
    joined = columns.join(MemberAddress, MemberAddress.id == OutboxRow.address_id).order_by(OutboxRow.id)
    for user, broadcast, state, reason, claimed in session.execute(joined):
        of[int(user)][broadcast is None] = Row(state, reason, claimed)
    nothing = Row("", "", None)
    return {user: (rows.get(False, nothing), rows.get(True, nothing)) for user, rows in of.items()}


def _answer(drill: Drill, number: int) -> Request | None:
    """To their /stop."""
    return next((request for request in drill.api.sent_to(number) if not request.text.startswith(TEXT)), None)


def _behind_the_answer(drill: Drill, number: int) -> float:
    """How many seconds after the answer the newsletter went to them; less than 0 when it went before."""
    answer = _answer(drill, number)
    assert answer is not None
    news = next(request for request in drill.api.sent_to(number) if request.text.startswith(TEXT))
    return news.time - answer.time
