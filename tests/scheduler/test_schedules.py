"""The schedules' tick: whatever it meets, each time of a schedule comes once, and one that fails holds no other up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import schedules
from bot.core.clock import Clock
from bot.network import Network
from scheduler.schedules import Schedules
from storage.audiences import Audience
from storage.broadcasts import Broadcast
from storage.calls import Call
from storage.database import Database
from storage.files import Files
from storage.members import MemberAddress
from storage.outbox import OutboxRow
from storage.schedules import Run, Schedule, ScheduleKind
from storage.staff import Role
from tests.handlers.admin.office import Office

SUNDAY = datetime(2026, 11, 29, 5, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
"""10:00 in Baku, the hour of the digest too."""


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    clock.advance(SUNDAY - clock.now())
    office = Office(database, network, files, clock)
    office.staff("buttons", "1", Role.OWNER)
    yield office
    await office.whatsapp.stop()


def comes_on_mondays(office: Office, title: str, hour: str = "10:00") -> int:
    def begin(session: Session) -> int:
        address = session.scalars(select(MemberAddress)).one()
        return schedules.begin(session, address, title, "week", 0, hour, Audience(), office.network.zone, SUNDAY).id

    return office.database.transact(begin)


async def ticks(office: Office, moment: datetime, times: int = 1) -> None:
    """So many processes tick at once."""
    office.clock.advance(max(moment - office.clock.now(), timedelta()))
    ticking = (
        Schedules(office.database, office.clock, office.network, office.channels, office.files, lambda: None)  # type: ignore[arg-type]  # as in tests.chat
        for _ in range(times)
    )
    await asyncio.gather(*(each.tick() for each in ticking))


def texts(office: Office) -> list[str]:
    """What was written to the owner: title and sentence."""
    rows = office.database.transact(lambda session: list(session.scalars(select(OutboxRow).order_by(OutboxRow.id))))
    return ["\n".join(row.payload["text"].split("\n")[:2]) for row in rows if row.payload]


def runs(office: Office) -> list[tuple[str, str]]:
    def look(session: Session) -> list[tuple[str, str]]:
        found = session.execute(select(Schedule.kind, Run.state).join(Run, Run.schedule_id == Schedule.id))
        return sorted((kind, state) for kind, state in found)

    return office.database.transact(look)


async def test_several_ticks_at_once_ask_and_send_once(office: Office) -> None:
    comes_on_mondays(office, "Weekly news")
    call = Call(state="open", source="en", titles={"en": "Schools"}, texts={}, created_at=SUNDAY)
    office.database.transact(lambda session: session.add(call))
    await ticks(office, SUNDAY)
    await ticks(office, MONDAY - timedelta(hours=3), 4)
    assert len(texts(office)) == 1
    await ticks(office, MONDAY, 4)
    assert len(texts(office)) == 2
    assert runs(office) == [("digest", "sent"), ("text", "missed")]
    sent = office.database.transact(lambda session: list(session.scalars(select(Broadcast.kind))))
    assert sent == ["digest"]


async def test_one_that_fails_holds_no_other_up(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    broken, _whole = comes_on_mondays(office, "Broken", "09:00"), comes_on_mondays(office, "Whole")

    def break_it(session: Session) -> None:
        session.get_one(Schedule, broken).hour = "never"

    await ticks(office, SUNDAY)
    await ticks(office, MONDAY - timedelta(hours=3))
    office.database.transact(break_it)
    await ticks(office, MONDAY)
    said = [text.split("\n")[0] for text in texts(office)]
    assert said == ["<b>Broken</b>", "<b>Whole</b>", "<b>Whole</b>"]
    assert [record.getMessage() for record in caplog.records] == [
        f"schedule {broken} could not be moved on; the next tick tries again"
    ]


async def test_there_is_one_digest_whoever_ticks_first(office: Office) -> None:
    await ticks(office, SUNDAY, 8)
    kinds = office.database.transact(lambda session: list(session.scalars(select(Schedule.kind))))
    assert kinds == [ScheduleKind.DIGEST]
