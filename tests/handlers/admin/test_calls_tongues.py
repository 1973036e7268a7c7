"""Funding calls, as those who publish them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.handlers.admin.office import Office
from tests.handlers.calls import noon
from tests.handlers.people import sqlite_alone
from tests.handlers.told import Told, publishes

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
    return Told("calls_office", language, shape, office, people)


async def test_a_call_is_written_published_moved_and_closed(told: Told) -> None:
    await told.goes("written", "details", "in the other language")
    await publishes(told, "call_publish:1")
    await told.goes("published", "moved", "closed")


async def test_bad_input_gets_a_sentence_and_the_field_again(told: Told) -> None:
    await told.goes(
        "written", "a deadline that cannot be", "an amount that cannot be", "a link that is none", "too long"
    )


async def test_a_draft_is_deleted(told: Told) -> None:
    await told.goes("written", "deleted")


async def test_a_call_is_withdrawn(told: Told) -> None:
    await told.goes("written")
    await publishes(told, "call_publish:1")
    await told.goes("published to everybody", "withdrawn")
