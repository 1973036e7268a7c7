"""The line that each drill leaves at the end of the run, whichever worker ran it, and the seed to have it again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from typing import Final, Protocol

import pytest

PROPERTY: Final = "drill"


class Told(Protocol):
    """What there is to tell of a drill beside its counts."""

    told: list[str]
    seed: int


def seed() -> int:
    """DRILL_SEED, or any."""
    return int(os.environ.get("DRILL_SEED") or secrets.randbelow(1_000_000))


def tell(request: pytest.FixtureRequest, drill: Told, *counts: str) -> None:
    """Leave a line behind."""
    line = "; ".join([*drill.told, *counts, f"seed {drill.seed}"])
    request.node.user_properties.append((PROPERTY, f"{request.node.name}: {line}"))


def lines(reports: Iterable[object]) -> list[str]:
    """What was told by the tests of these reports."""
    ended = (report for report in reports if getattr(report, "when", "") == "teardown")
    return [line for report in ended for name, line in getattr(report, "user_properties", ()) if name == PROPERTY]
