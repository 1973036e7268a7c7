"""What the demo page asks of the app it runs in, so that this channel need not know the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Control(Protocol):
    """The knobs of the control room."""

    @property
    def zone(self) -> ZoneInfo:
        """The network's time zone, in which the page shows every time."""

    def network_name(self, language: str) -> str: ...

    def now(self) -> datetime:
        """The app's clock."""

    def advance(self, seconds: int) -> Awaitable[None]:
        """Move the clock forward, and let what has become due happen."""

    def silent_members(self) -> Awaitable[int]:
        """How many there are."""

    def add_silent(self, count: int, on_progress: Callable[[int], None]) -> Awaitable[None]:
        """Register `count` more silent members, their user ids from `silent()`, their topics random.

        Args:
            count: from 1 to 100,000.
            on_progress: to be called in the event loop's thread with how many are done so far.
        """


class Files(Protocol):
    """Where a person's photos and documents go."""

    def store(self, data: bytes) -> str:
        """Keep these bytes; returns "sha256:<hex>". Blocking."""
