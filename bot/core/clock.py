"""The one source of time. Everything that compares, stores or waits for a moment asks it, so the demo can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus an offset that only ever grows."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move forward.

        Raises:
            ValueError: `by` is negative; time that was stored must never lie in the future.
        """
        if by < timedelta():
            raise ValueError("the clock only moves forward")
        self._offset += by
