"""Audiences: who matches, and that the count shown before is the number of rows written after."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.audiences import Audience, Part, count
from storage.database import Database
from storage.members import MemberAddress
from storage.outbox import OutboxRow
from tests.storage.people import add_broadcast, add_member


def people(session: Session, clock: Clock) -> None:
    add_member(session, clock, "all three", "education", "health", "environment", region="baki", ecosoc="special")
    add_member(session, clock, "russian", "education", language="ru", region="ganja", ecosoc="none")
    add_member(session, clock, "abroad", "health", language="az", country="GE")
    add_member(session, clock, "whatsapp", "education", channel="whatsapp", region="baki")
    add_member(session, clock, "stopped", "education", stopped_at=clock.now())
    add_member(session, clock, "never agreed", "education", consented_at=None)
    add_member(session, clock, "never registered", "education", registered_at=None)
    blocked = add_member(session, clock, "blocked", "environment", region="ganja")
    address = session.scalars(select(MemberAddress).where(MemberAddress.member_id == blocked.id)).one()
    address.unreachable = "blocked"


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ({}, ["abroad", "all three", "blocked", "russian", "whatsapp"]),
        ({"topics": ("education",)}, ["all three", "russian", "whatsapp"]),
        ({"topics": ("education", "health", "environment")}, ["abroad", "all three", "blocked", "russian", "whatsapp"]),
        ({"topics": ("health",), "languages": ("en",)}, ["all three"]),
        ({"regions": ("baki",)}, ["all three", "whatsapp"]),
        ({"regions": ("abroad",)}, ["abroad"]),
        ({"regions": ("abroad", "ganja")}, ["abroad", "blocked", "russian"]),
        ({"ecosoc": ("special", "none")}, ["all three", "russian"]),
        ({"channels": ("whatsapp",)}, ["whatsapp"]),
        ({"excluded": (1, 2)}, ["abroad", "blocked", "whatsapp"]),
        ({"topics": ("human_rights",)}, []),
    ],
)
def test_the_rows_written_are_the_members_who_match(
    database: Database, clock: Clock, audience: dict[str, Any], expected: list[str]
) -> None:
    database.transact(lambda session: people(session, clock))
    counted = database.transact(lambda session: count(session, Audience(**audience)))
    stored = Audience(**audience).to_json()
    assert Audience.from_json(stored) == Audience(**audience)
    broadcast = database.transact(lambda session: add_broadcast(session, clock, **stored))

    def reached(session: Session) -> list[str]:
        query = select(MemberAddress.user).join(OutboxRow, OutboxRow.address_id == MemberAddress.id)
        return sorted(session.scalars(query.where(OutboxRow.broadcast_id == broadcast)))

    assert database.transact(reached) == expected
    assert sum(part.members for part in counted) == len(expected)


def test_the_count_is_by_channel_and_language_and_tells_who_cannot_be_reached(database: Database, clock: Clock) -> None:
    database.transact(lambda session: people(session, clock))
    assert database.transact(lambda session: count(session, Audience())) == [
        Part("telegram", "en", 2, 1),
        Part("telegram", "az", 1, 0),
        Part("telegram", "ru", 1, 0),
        Part("whatsapp", "en", 1, 0),
    ]


def test_a_fan_out_that_is_repeated_writes_nobody_twice(database: Database, clock: Clock) -> None:
    database.transact(lambda session: people(session, clock))
    broadcast = database.transact(lambda session: add_broadcast(session, clock))

    def rows(session: Session) -> int:
        return session.scalar(select(func.count()).where(OutboxRow.broadcast_id == broadcast)) or 0

    assert database.transact(rows) == 5
