"""What every drill begins with, and the line each leaves at the end of the run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import collector
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.drill import Drill
from tests.crash.telling import lines, seed, tell
from tests.crash.tracking import track
from tests.crash.whatsapp import WhatsAppDrill


@pytest.fixture(scope="session", autouse=True)
def _no_full_collection() -> None:
    """The emulators live in this process: while it is looked through whole, what arrives seems to arrive at once."""
    collector.settle()


@pytest.fixture
async def drill(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Drill]:
    """A drill whose choices can be had again with DRILL_SEED."""
    async with Drill(database_url, tmp_path, seed()) as drill:
        yield drill
        tell(request, drill, (await audit(drill)).line())


@pytest.fixture
async def whatsapp(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[WhatsAppDrill]:
    """The same on WhatsApp."""
    async with WhatsAppDrill(database_url, tmp_path, seed()) as drill:
        yield drill
        tell(request, drill, (await track(drill)).line())


@pytest.fixture
async def both(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[BothDrill]:
    """The same on both at once."""
    async with BothDrill(database_url, tmp_path, seed()) as drill:
        yield drill
        tell(request, drill, (await audit(drill)).line(), (await track(drill)).line())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in lines(report for reports in terminalreporter.stats.values() for report in reports):
        terminalreporter.write_line(line)
