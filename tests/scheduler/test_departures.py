"""The departures' tick: whatever it meets, each broadcast leaves once, and one that fails holds no other up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import planning
from bot.core.clock import Clock
from bot.network import Network
from scheduler.departures import Departures
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.files import Files
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.staff import AuditEntry, Role
from tests.handlers.admin.office import Office


@pytest.fixture
def network(network: Network) -> Network:
    return replace(network, manners=replace(network.manners, undo=timedelta(seconds=90)))


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    office.staff("buttons", "1", Role.OWNER)
    yield office
    await office.whatsapp.stop()


def holds(office: Office, text: str = "News") -> int:
    def hold(session: Session) -> int:
        address = session.scalars(select(MemberAddress)).one()
        newsletter = Newsletter(
            author_id=address.member_id, source="en", texts={"en": text}, audience={}, created_at=office.clock.now()
        )
        session.add(newsletter)
        session.flush()
        return planning.prepare(session, newsletter, address, office.network, office.clock.now()).id

    return office.database.transact(hold)


def fired(office: Office) -> list[int]:
    def look(session: Session) -> list[int]:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "broadcast.fire").order_by(AuditEntry.id)
        )
        return [entry.detail["broadcast"] for entry in entries]

    return office.database.transact(look)


def departures(office: Office) -> Departures:
    return Departures(office.database, office.clock, office.network, office.broadcasts._channels, lambda: None)


async def test_two_ticks_at_once_fire_it_once(office: Office) -> None:
    keys = [holds(office, text) for text in ("One", "Two")]
    office.clock.advance(timedelta(seconds=91))
    for tick in (departures(office), departures(office), departures(office)):
        await tick.tick()
    assert fired(office) == keys


async def test_one_taken_back_meanwhile_is_left_alone(office: Office) -> None:
    first, second = holds(office, "One"), holds(office, "Two")
    office.clock.advance(timedelta(seconds=91))
    now = office.clock.now()

    def take_back(session: Session) -> None:
        assert planning.take_back(session, first, 1, {}, now) is not None
        assert planning.take_back(session, first, 1, {}, now) is None
        planning.depart(session, first, office.network, {}, now)

    office.database.transact(take_back)
    await departures(office).tick()
    assert fired(office) == [second]


async def test_one_that_cannot_leave_holds_no_other_up(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    broken, whole = holds(office, "One"), holds(office, "Two")

    def break_it(session: Session) -> None:
        session.get_one(Broadcast, broken).audience = {"nonsense": ["x"]}

    office.database.transact(break_it)
    office.clock.advance(timedelta(seconds=91))
    await departures(office).tick()
    assert fired(office) == [whole]
    assert [record.getMessage() for record in caplog.records] == [
        f"broadcast {broken} could not leave; the next tick tries again"
    ]


async def test_a_clock_put_far_ahead_makes_nobody_hear_of_it(office: Office) -> None:
    key = holds(office)
    office.clock.advance(timedelta(days=3))
    await departures(office).tick()
    state = office.database.transact(lambda session: session.get_one(Broadcast, key).state)
    assert (fired(office), state) == ([], BroadcastState.LATE)
