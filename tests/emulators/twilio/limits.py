"""How fast and how many at once Twilio was written to, and where it says 429."""

from __future__ import annotations

from collections import deque


class Limits:
    """Counts every message that arrives to be sent, and refuses those over the limits; without limits it only counts.

    Attributes:
        arrived: how many arrived, refused ones too; `over_limit`: how many were refused.
        max_in_any_second: the most that arrived within any one second, wherever it began.
        most_at_once: the most that were under way at the same time.
        shortest_gap: seconds between the two closest messages to one person; infinite before there are two.
    """

    def __init__(self, per_second: int | None = None, at_once: int | None = None) -> None:
        self.per_second = per_second
        self.at_once = at_once
        self.arrived = 0
        self.over_limit = 0
        self.max_in_any_second = 0
        self.most_at_once = 0
        self.shortest_gap = float("inf")
        self._under_way = 0
        self._second: deque[float] = deque()
        self._last: dict[str, float] = {}

    def enter(self, to: str, now: float) -> bool:
        """Count a message to this address that arrived at `now` (seconds of a monotonic clock); whether it may go on.

        Every call is followed by one of `leave`.
        """
        self.arrived += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        self._second.append(now)
        while self._second[0] <= now - 1:
            self._second.popleft()
        self.max_in_any_second = max(self.max_in_any_second, len(self._second))
        self.shortest_gap = min(self.shortest_gap, now - self._last.get(to, float("-inf")))
        self._last[to] = now
        too_fast = self.per_second is not None and len(self._second) > self.per_second
        too_many = self.at_once is not None and self._under_way > self.at_once
        self.over_limit += too_fast or too_many
        return not (too_fast or too_many)

    def leave(self) -> None:
        self._under_way -= 1
