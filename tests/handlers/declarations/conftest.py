"""The office on a Monday at noon, with a person's phone of any shape."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from tests.handlers.admin.office import Office
from tests.handlers.calls import noon


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()
