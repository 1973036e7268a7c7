"""The office, with the coordinator's phone of any shape."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def owner(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.OWNER, name="Aysel")
