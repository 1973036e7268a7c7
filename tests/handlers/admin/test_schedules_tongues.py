"""Newsletters on a schedule and the weekly digest, in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.handlers.admin.office import Office
from tests.handlers.calls import add_call, ends, noon
from tests.handlers.people import sqlite_alone
from tests.handlers.told import Told, passes
from tests.storage.occasions import add_event

pytestmark = [
    sqlite_alone,
    pytest.mark.parametrize("shape", ["buttons", "numbers"]),
    pytest.mark.parametrize("language", ["az", "ru"]),
]

NAMES = {"az": ("Orxan", "Leyla"), "ru": ("Орхан", "Лейла")}


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    staff, member = NAMES[language]
    people = {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        member: office.member(shape, "2", "education", language=language, name=member),
    }
    return Told("schedules", language, shape, office, people)


async def test_one_that_comes_every_week(told: Told, office: Office) -> None:
    await told.goes("every week", "its text is asked for")
    await passes(office, datetime(2027, 3, 2, 10, 1, tzinfo=office.network.zone))
    told.staff.news.clear()  # how sending goes is told elsewhere
    await told.goes("it has left", "no text comes", "left out, paused and ended")


async def test_one_that_comes_every_month(told: Told) -> None:
    await told.goes("every month")


async def test_the_weekly_digest(told: Told, office: Office) -> None:
    starts_at = datetime(2027, 3, 12, 15, tzinfo=office.network.zone)
    add_call(office, titles={"az": "Yaşıl məktəblər", "ru": "Зелёные школы"}, texts={}, source="az",
             topics=["education"], amount_to=20000, currency="AZN", deadline=ends(office.network, 3, 20))  # fmt: skip
    add_call(office, "Clean rivers", topics=["education"])
    add_call(office, "Not hers", topics=["health"])

    def write(session: Session) -> None:
        titles = {"az": "Büdcə təlimi", "ru": "Тренинг по бюджету"}
        add_event(session, office.clock.now(), titles=titles, texts={}, source="az", place="Nizami 5, Bakı",
                  starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))  # fmt: skip

    office.database.transact(write)
    await told.goes("the weekly digest", "without the digest")
