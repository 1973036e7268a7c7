"""What every drill begins with, and the line each leaves at the end of the run."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.audit import audit
from tests.crash.drill import Drill

LINES = pytest.StashKey[list[str]]()


@pytest.fixture
async def drill(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Drill]:
    """A drill whose choices can be had again with DRILL_SEED."""
    seed = int(os.environ.get("DRILL_SEED") or secrets.randbelow(1_000_000))
    lines = request.config.stash.setdefault(LINES, [])
    async with Drill(database_url, tmp_path, seed) as drill:
        yield drill
        lines.append(f"{request.node.name}: {(await audit(drill)).line()}; seed {seed}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
