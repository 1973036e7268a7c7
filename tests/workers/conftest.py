"""What the worker tests share."""

from __future__ import annotations

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from tests.workers.post import Post


@pytest.fixture
def post(database: Database, clock: Clock, network: Network) -> Post:
    return Post(database, clock, network)
