"""The whole bot over a real database, for people who talk to it."""

from __future__ import annotations

import pytest

from bot.core.clock import Clock
from bot.handlers import router
from bot.network import Network
from storage.database import Database
from storage.files import Files
from tests.chat import Chat


@pytest.fixture
def chat(database: Database, network: Network, files: Files, clock: Clock) -> Chat:
    return Chat(database, network, router(), files, clock)
