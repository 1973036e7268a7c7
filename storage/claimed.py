"""What a claim brings: rows in the hands of the foreman that sends them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class Claimed(NamedTuple):
    """A row in the hands of this foreman.

    Attributes:
        doubts: how often it was sent without an answer before; then `tried_at` is when.
        carrier: the row whose message said it too, when it was sent before.
        closes_at: when the reader's window closes; None where the channel has none, or when it has closed.
        bell: only a bell may go, and the message waits until it is heard.
        kept: it goes with what else was kept for this person, as one message.
    """

    id: int
    address_id: int
    user: str
    member_id: int
    broadcast_id: int | None
    language: str
    payload: dict[str, Any] | None
    edits: int | None
    doubts: int = 0
    tried_at: datetime | None = None
    carrier: int | None = None
    closes_at: datetime | None = None
    bell: bool = False
    kept: bool = False


class Claim(NamedTuple):
    """What a claim brought: rows to send, the highest id it looked at, and how many rows it looked at.

    Attributes:
        woke: whether some of them had waited for a moment that has come.
    """

    rows: list[Claimed]
    last: int
    looked_at: int
    woke: bool = False
