"""How fast Telegram lets a bot write, and how fast it was written to."""

from __future__ import annotations

import math
from collections import deque


class _Bucket:
    """Tokens that refill at `rate` a second up to `capacity`."""

    def __init__(self, rate: float, capacity: float, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.tokens = capacity
        self.filled = now

    def wait(self, now: float) -> float:
        """Seconds until a token is there; 0 when it is."""
        self.tokens = min(self.capacity, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        return max(0.0, (1 - self.tokens) / self.rate)


class Limits:
    """Counts every message and edit that arrives, and refuses those over the limits; without limits it only counts.

    Attributes:
        over_limit: how many were refused.
        arrived: how many arrived, refused ones too.
        max_in_any_second: the most that arrived within any one second, wherever it began.
    """

    def __init__(
        self, total_per_second: float | None = None, per_chat_per_second: float | None = None, chat_burst: int = 3
    ) -> None:
        self._total_rate = total_per_second
        self._chat_rate = per_chat_per_second
        self._chat_burst = chat_burst
        self._total: _Bucket | None = None
        self._chats: dict[int, _Bucket] = {}
        self._second: deque[float] = deque()
        self.over_limit = 0
        self.arrived = 0
        self.max_in_any_second = 0

    def take(self, chat: int | None, now: float) -> int:
        """Count a message that arrived at `now` (seconds of a monotonic clock); whole seconds to wait, 0 to go on."""
        self.arrived += 1
        self._second.append(now)
        while self._second[0] <= now - 1:
            self._second.popleft()
        self.max_in_any_second = max(self.max_in_any_second, len(self._second))
        buckets = self._buckets(chat, now)
        wait = max((bucket.wait(now) for bucket in buckets), default=0.0)
        if wait:
            self.over_limit += 1
            return math.ceil(wait)
        for bucket in buckets:
            bucket.tokens -= 1
        return 0

    def _buckets(self, chat: int | None, now: float) -> list[_Bucket]:
        buckets = []
        if self._total_rate is not None:
            self._total = self._total or _Bucket(self._total_rate, self._total_rate, now)
            buckets.append(self._total)
        if self._chat_rate is not None and chat is not None:
            if chat not in self._chats:
                self._chats[chat] = _Bucket(self._chat_rate, self._chat_burst, now)
            buckets.append(self._chats[chat])
        return buckets
