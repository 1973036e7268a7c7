"""What the channel must know again after a restart; the application keeps it wherever it keeps such things."""

from __future__ import annotations

from typing import Any, Protocol


class Memory(Protocol):
    """Small facts under a key of at most 64 characters."""

    async def recall(self, key: str) -> dict[str, Any]:
        """What was last remembered; empty when nothing was."""

    async def remember(self, key: str, value: dict[str, Any]) -> None: ...
