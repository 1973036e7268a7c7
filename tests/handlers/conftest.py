"""The whole bot over a real database, for people who talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.handlers import router
from bot.network import Network
from storage.database import Database
from storage.files import Files
from tests.chat import Chat
from tests.handlers.admin.office import Office
from tests.handlers.calls import noon

ONCE = {"whatsapp", "numbers"}
"""Shapes whose conversations are held on one database."""


@pytest.fixture
async def chat(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Chat]:
    chat = Chat(database, network, router(), files, clock)
    yield chat
    await chat.whatsapp.stop()


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def monday_noon(clock: Clock, network: Network) -> None:
    """It is Monday, 1 March 2027, 12:00 in the network's zone."""
    noon(clock, network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every shape on SQLite, one of them on PostgreSQL too: what is said depends on the phone, never on both."""
    items[:] = [item for item in items if "postgresql" not in (chosen := _chosen(item)) or not ONCE & set(chosen)]


def _chosen(item: pytest.Item) -> list[object]:
    called = getattr(item, "callspec", None)
    return [] if called is None else [value for value in called.params.values() if isinstance(value, str)]
