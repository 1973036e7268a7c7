"""The monthly list: once a month, to those who run the network, and only if there is anybody on it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.actions import unreachable
from bot.core.clock import Clock
from bot.network import Network
from scheduler.unreachable import MonthlyList
from storage.database import Database
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow
from storage.staff import Role, Staff
from tests.storage.people import add_member


def at(network: Network, *when: int) -> Clock:
    """A clock that shows this local time."""
    clock = Clock()
    clock.advance(datetime(*when, tzinfo=network.zone) - clock.now())  # type: ignore[misc,arg-type]  # a date's parts
    return clock


def populate(database: Database, clock: Clock, *roles: Role) -> None:
    """One member of staff for each role, and one member whom no message reaches."""

    def write(session: object) -> None:
        for role in roles:
            member = add_member(session, clock, role.value)  # type: ignore[arg-type]
            session.add(Staff(member_id=member.id, role=role, topics=[], granted_at=clock.now()))  # type: ignore[attr-defined]
        add_member(session, clock, "gone", name="Boris")  # type: ignore[arg-type]
        blocked = update(MemberAddress).where(MemberAddress.user == "gone").values(unreachable="blocked")
        session.execute(blocked)  # type: ignore[attr-defined]

    database.transact(write)


async def told(database: Database, network: Network, clock: Clock, looks: int = 2) -> list[str]:
    """What was written, and to whom."""
    nudges: list[int] = []
    monthly = MonthlyList(database, clock, network, lambda: nudges.append(1))
    for _ in range(looks):
        await monthly.tell()
        clock.advance(timedelta(minutes=1))
    query = select(MemberAddress.user, OutboxRow.payload).join(MemberAddress, MemberAddress.id == OutboxRow.address_id)
    rows = database.transact(lambda session: session.execute(query.order_by(OutboxRow.id)).all())
    return [f"{user}: {payload['text']}" for user, payload in rows if payload]


async def test_owners_and_coordinators_hear_once(database: Database, network: Network) -> None:
    clock = at(network, 2027, 2, 1, 10, 0)
    populate(database, clock, Role.OWNER, Role.COORDINATOR, Role.FOCAL_POINT)
    said = (
        "<b>1 member cannot be reached.</b>\nblocked the bot: 1\n"
        "They get no messages until they write to us again. Maybe you can reach them some other way."
    )
    assert await told(database, network, clock) == [f"owner: {said}", f"coordinator: {said}"]
    clock.advance(timedelta(days=28))
    assert len(await told(database, network, clock)) == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("when", "lists"),
    [
        ((2027, 2, 1, 9, 59), 1),
        ((2027, 2, 1, 9, 50), 0),
        ((2027, 2, 7, 23, 0), 1),
        ((2027, 2, 8, 0, 0), 0),
        ((2027, 1, 31, 23, 0), 0),
    ],
)
async def test_a_missed_hour_is_made_up_for_in_the_first_week(
    database: Database, network: Network, when: tuple[int, ...], lists: int
) -> None:
    clock = at(network, *when)
    populate(database, clock, Role.OWNER)
    assert len(await told(database, network, clock)) == lists


async def test_with_nobody_on_it_there_is_none_that_month(database: Database, network: Network) -> None:
    clock = at(network, 2027, 2, 1, 10, 0)
    populate(database, clock, Role.OWNER)
    back = update(MemberAddress).values(unreachable="")
    database.transact(lambda session: session.execute(back))
    assert await told(database, network, clock) == []
    lost = update(MemberAddress).where(MemberAddress.user == "gone").values(unreachable="blocked")
    database.transact(lambda session: session.execute(lost))
    assert await told(database, network, clock) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_said_stop_is_on_no_list(database: Database, network: Network) -> None:
    clock = at(network, 2027, 2, 1, 10, 0)
    populate(database, clock, Role.OWNER)
    stopped = update(Member).where(Member.name == "Boris").values(stopped_at=clock.now())
    database.transact(lambda session: session.execute(stopped))
    assert await told(database, network, clock) == []


async def test_two_processes_tell_it_once(database: Database, network: Network) -> None:
    clock = at(network, 2027, 2, 1, 10, 0)
    populate(database, clock, Role.OWNER)
    now = clock.now()
    for _ in range(2):
        database.transact(lambda session: unreachable.tell_monthly(session, network, now))
    assert len(await told(database, network, clock)) == 1
