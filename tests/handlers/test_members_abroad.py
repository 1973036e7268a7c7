"""Members who live where clocks change, and hear of everything in their own morning; the words are in told/.

In Baku clocks never change. One member reads Azerbaijani in Berlin, another one Russian in New York: on the day on
which their clocks change, and after it, what waits for their morning comes an hour earlier or later in Baku.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.actions import reminding
from bot.actions.publishing import remind_until
from bot.core.clock import Clock
from bot.network import Network
from storage.calls import Call
from storage.database import Database
from storage.files import Files
from storage.reminders import set_reminders
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.handlers.calls import add_call
from tests.handlers.people import sqlite_alone
from tests.handlers.told import Told, passes
from tests.storage.occasions import add_event
from tests.storage.people import add_broadcast

pytestmark = [sqlite_alone, pytest.mark.parametrize("shape", ["buttons", "numbers"])]

SCHOOLS = {"az": "Yaşıl məktəblər", "ru": "Зелёные школы"}
ONLINE = "https://example.org"
WORKSHOP = {"az": "Büdcə təlimi", "ru": "Тренинг по бюджету"}


@pytest.fixture
async def office(database: Database, mannered: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    """From nine in the evening until eight in the morning it is quiet where the member lives."""
    office = Office(database, mannered, files, clock)
    yield office
    await office.whatsapp.stop()


async def begins(office: Office, *day: int) -> None:
    """It is noon in Baku, and the weekly digest is on the schedule."""
    await passes(office, datetime(*day, 12, tzinfo=office.network.zone))  # type: ignore[misc,arg-type]  # a date's parts


def opens(office: Office, deadline: datetime) -> None:
    """A call that reminds of its deadline."""
    key = add_call(office, titles=SCHOOLS, texts={}, source="az", topics=["education"], deadline=deadline)
    office.database.transact(
        lambda session: remind_until(session, session.get_one(Call, key), office.network, office.clock.now())
    )


def invites(office: Office, starts_at: datetime) -> None:
    """An event that reminds of itself."""

    def write(session: Session) -> None:
        event = add_event(session, office.clock.now(), titles=WORKSHOP, texts={}, source="az", topics=["education"],
                          starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), link=ONLINE)  # fmt: skip
        set_reminders(session, "event", event.id, reminding.event_reminders(starts_at, office.network.zone))

    office.database.transact(write)


def writes(office: Office, text: str) -> None:
    office.database.transact(lambda session: add_broadcast(session, office.clock, text))


def at(office: Office, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=office.network.zone)  # type: ignore[misc,arg-type]  # as above


def told(office: Office, shape: str, language: str, person: Person, name: str) -> Told:
    return Told("abroad", language, shape, office, {name: person})


async def test_spring_comes_to_berlin(office: Office, shape: str) -> None:
    await begins(office, 2027, 3, 9)
    leyla = office.member(shape, "1", "education", language="az", country="DE")
    opens(office, at(office, 2027, 3, 31, 23, 59, 59))
    invites(office, at(office, 2027, 4, 2, 15))
    script = told(office, shape, "az", leyla, "Leyla")
    await script.goes("spring", "the night in which clocks change")
    writes(office, "Gecə yazılmış xəbər")
    await script.goes("the morning after", "summer time")


async def test_winter_comes_to_berlin(office: Office, shape: str) -> None:
    await begins(office, 2027, 10, 15)
    leyla = office.member(shape, "1", "education", language="az", country="DE")
    opens(office, at(office, 2027, 11, 3, 23, 59, 59))
    await told(office, shape, "az", leyla, "Leyla").goes("autumn")


async def test_spring_comes_to_new_york(office: Office, shape: str) -> None:
    await begins(office, 2027, 3, 1)
    anna = office.member(shape, "1", "education", language="ru", country="US")
    opens(office, at(office, 2027, 3, 17, 23, 59, 59))
    invites(office, at(office, 2027, 3, 18, 20))
    script = told(office, shape, "ru", anna, "Анна")
    await script.goes("spring", "the night in which clocks change")
    writes(office, "Новость, написанная ночью")
    await script.goes("the morning after", "summer time")
