"""The broadcasts' tick: whatever happens between its look and its deed, no broadcast is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.clock import Clock
from bot.network import Network
from scheduler.broadcasts import _Look
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.delivery import tally
from storage.files import Files
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from storage.staff import Role
from tests.handlers.admin.office import Office


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    office.staff("buttons", "1", Role.OWNER)
    yield office
    await office.whatsapp.stop()


def fires(office: Office) -> int:
    def fire(session: Session) -> int:
        owner = session.scalars(select(MemberAddress).order_by(MemberAddress.id).limit(1)).one()
        now = office.clock.now()
        newsletter = Newsletter(source="en", texts={"en": "News"}, audience={}, created_at=now)
        session.add(newsletter)
        session.flush()
        return broadcasts.fire(session, newsletter, owner, now).id

    return office.database.transact(fire)


def reports(office: Office) -> list[str | None]:
    keys = select(OutboxRow.key).where(OutboxRow.key.startswith("report:")).order_by(OutboxRow.id)
    return office.database.transact(lambda session: list(session.scalars(keys)))


async def test_one_that_is_cancelled_while_its_card_is_drawn_is_over_all_the_same(office: Office) -> None:
    office.member("numbers", "2")
    key = fires(office)
    await office.broadcasts.tick()
    office.clock.advance(timedelta(seconds=5))
    read = office.database.read

    async def cancelled_meanwhile(work: Callable[[Session], Any]) -> Any:
        seen = await read(work)
        if isinstance(seen, _Look) and not seen.file:
            assert office.database.transact(lambda session: broadcasts.cancel(session, key, 1, office.clock.now()))
            office.clock.advance(timedelta(seconds=1))
        return seen

    office.database.read = cancelled_meanwhile  # type: ignore[method-assign]
    for _ in range(3):
        await office.broadcasts.tick()
    counted = office.database.transact(lambda session: tally(session, key))
    assert [(one.state, one.reason, one.rows) for one in counted] == [("skipped", "cancelled", 2)]
    assert reports(office) == [f"report:{key}"]
    over = office.database.transact(lambda session: session.get_one(Broadcast, key).finished_at)
    assert over is not None
