"""What every drill begins with, and the line each leaves at the end of the run."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.audit import audit
from tests.crash.drill import Drill
from tests.crash.tracking import track
from tests.crash.whatsapp import WhatsAppDrill

LINES = pytest.StashKey[list[str]]()


@pytest.fixture
async def drill(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Drill]:
    """A drill whose choices can be had again with DRILL_SEED."""
    async with Drill(database_url, tmp_path, _seed()) as drill:
        yield drill
        _tell(request, (await audit(drill)).line(), drill.seed)


@pytest.fixture
async def whatsapp(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[WhatsAppDrill]:
    """The same on WhatsApp."""
    async with WhatsAppDrill(database_url, tmp_path, _seed()) as drill:
        yield drill
        _tell(request, (await track(drill)).line(), drill.seed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)


def _seed() -> int:
    return int(os.environ.get("DRILL_SEED") or secrets.randbelow(1_000_000))


def _tell(request: pytest.FixtureRequest, line: str, seed: int) -> None:
    request.config.stash.setdefault(LINES, []).append(f"{request.node.name}: {line}; seed {seed}")
