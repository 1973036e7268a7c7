"""The weekly digest goes out while the bot is killed in the middle of writing its rows, and while they leave.

Each member whom something concerns has one row and gets one message with just that, or a second copy that a kill
explains and the row tells of; nobody else gets any. All hear how it was at one moment: what opens later waits for the
next week. In a week with nothing to tell nothing is sent. Each week is one run of the schedule, and at most one
broadcast.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import calls
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastKind
from storage.calls import CallState, Dislike
from storage.members import Member, MemberAddress, Subscription
from storage.outbox import OutboxRow
from storage.schedules import Run, Schedule
from tests.crash.audit import audit
from tests.crash.coordinator import members, recruit, sums
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE
from tests.crash.moving import MovingClock
from tests.storage.occasions import add_event

pytestmark = pytest.mark.drill

MEMBERS = 1_000
"""Five slices of `bot.actions.weekly_rows`."""

KILLS = 4
"""While the messages leave; as many as it takes while their rows are written."""

FOLLOWED: Final = (("education",), ("health",), ("education", "health"), ())
FAILED: Final = "the next tick tries again"
"""What the log would say of a tick."""

LONGEST: Final = 5 * PATIENCE
"""Seconds until something is so: the bot may be killed several times meanwhile."""

LATE: Final = "Libraries"
"""A call that opens once the digest has begun to leave."""


async def test_everybody_gets_what_concerns_them_in_one_message(drill: Drill, network: Network) -> None:
    monday = datetime(2027, 4, 12, 10, tzinfo=network.zone)
    clock = MovingClock(drill)
    await recruit(drill, MEMBERS)
    await drill.database.run(lambda session: _prepare(session, monday - timedelta(days=1)))
    await clock.moves_to(monday - timedelta(days=1))
    await drill.start()
    await _until(drill, lambda session: session.scalars(select(Schedule.id)).first())
    assert await drill.stop() == 0
    await clock.moves_to(monday)
    cut = await _writes_rows(drill)
    for _kill in range(KILLS):
        await asyncio.sleep(drill.random.uniform(0, 0.6))
        await drill.kill()
        await drill.start()
    await _until(drill, lambda session: sums(session).state == "done")
    leaver = drill.person(min(EXPECTED))
    await leaver.says("STOP DIGEST")
    await leaver.sees(within=PATIENCE)
    assert await drill.stop() == 0
    got, known = _reached(drill), await drill.database.read(_rows)

    await clock.moves_to(monday + timedelta(weeks=1))
    await drill.start()
    await _until(drill, lambda session: len(_runs(session)) == 2)
    assert await drill.stop() == 0

    drill.told.append(f"{len(known)} of {MEMBERS} concerned, killed {cut} times between slices")
    assert cut > 0
    assert set(got) == set(EXPECTED.items())
    assert known == dict.fromkeys(EXPECTED, 1)
    assert _reached(drill) == got
    weeks = [(monday, "sent"), (monday + timedelta(weeks=1), "missed")]
    assert await drill.database.read(_runs) == weeks
    assert await drill.database.read(_broadcasts) == [BroadcastKind.DIGEST]
    (await audit(drill)).holds()
    assert FAILED not in drill.bot.log
    assert drill.api.refusals == []


def _concerned(number: int) -> frozenset[str]:
    """What the digest tells somebody of."""
    followed, wanted = FOLLOWED[number % 4], number % 10 != 5
    told = {"Clinics"} if "health" in followed else set()
    if "education" in followed:
        told |= {"Fair"} if number % 11 == 0 else {"Fair", "Schools"}
    return frozenset(told) if wanted else frozenset()


EXPECTED: Final = {number: concerned for number in members(MEMBERS) if (concerned := _concerned(number))}


def _prepare(session: Session, now: datetime) -> None:
    """Three things to tell of, and people who follow what they follow: some want no digest, others no such calls."""
    _open(session, "Schools", "education", now)
    _open(session, "Clinics", "health", now)
    starts_at = now + timedelta(days=5)
    add_event(session, now, titles={"en": "Fair"}, topics=["education"], starts_at=starts_at, ends_at=None)
    for user, member in session.execute(
        select(MemberAddress.user, Member).join(Member, Member.id == MemberAddress.member_id)
    ):
        number = int(user)
        member.digest = number % 10 != 5
        session.add_all(Subscription(member_id=member.id, topic=topic) for topic in FOLLOWED[number % 4])
        if number % 11 == 0:
            session.add(Dislike(member_id=member.id, what="topic:education"))


def _open(session: Session, title: str, topic: str, now: datetime) -> None:
    call = calls.blank("en", now)
    call.state, call.titles, call.topics = CallState.OPEN, {"en": title}, [topic]
    call.deadline = now + timedelta(days=6)
    session.add(call)


async def _writes_rows(drill: Drill) -> int:
    """Kill it each time another slice is written, until all are; how often that was. Afterwards it runs."""
    written = cut = 0
    await drill.start()
    async with asyncio.timeout(LONGEST):
        while not (found := await drill.database.read(_fanned))[1]:
            if found[0] > written:
                await drill.kill()
                written, done = await drill.database.read(_fanned)
                cut += not done
                if cut == 1:
                    await drill.database.run(lambda session: _open(session, LATE, "education", _begun(session)))
                await drill.start()
            await asyncio.sleep(0.001)
    return cut


def _fanned(session: Session) -> tuple[int, bool]:
    """Behind whom the next slice begins, and whether there is none."""
    broadcast = session.scalar(select(Broadcast))
    return (0, False) if broadcast is None else (broadcast.fanned_to, broadcast.fanned_at is not None)


def _begun(session: Session) -> datetime:
    return session.scalars(select(Broadcast.created_at)).one()


async def _until(drill: Drill, true: Callable[[Session], object]) -> None:
    async with asyncio.timeout(LONGEST):
        while not await drill.database.read(true):
            await asyncio.sleep(0.05)


def _reached(drill: Drill) -> Counter[tuple[int, frozenset[str]]]:
    """How often each person was told of what."""
    told = [(message.chat["id"], message.original) for message in drill.api.delivered() if "• " in message.original]
    titles = ("Clinics", "Fair", "Schools", LATE)
    return Counter((number, frozenset(title for title in titles if title in text)) for number, text in told)


def _rows(session: Session) -> dict[int, int]:
    """How many rows of broadcasts each person has."""
    users = select(MemberAddress.user).join(OutboxRow, OutboxRow.address_id == MemberAddress.id)
    return Counter(int(user) for user in session.scalars(users.where(OutboxRow.broadcast_id.is_not(None))))


def _runs(session: Session) -> list[tuple[datetime, str]]:
    return [(run.at, run.state) for run in session.scalars(select(Run).order_by(Run.at))]


def _broadcasts(session: Session) -> list[str]:
    return list(session.scalars(select(Broadcast.kind)))
