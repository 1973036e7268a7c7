"""What was asked of the server, when, and with what result; tests read it and wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.emulators.telegram.bell import Bell


@dataclass(slots=True, eq=False)
class Request:
    """One request that arrived.

    Attributes:
        operation: "messages.create", "contents.list", ...
        parameters: form and query, or the JSON object.
        to: the recipient's address, "" where there is none.
        time: seconds of the monotonic clock.
        status: HTTP status that was answered, 0 while or when nothing was.
        answered: when it was, of the same clock; 0 while or when it was not.
    """

    operation: str
    parameters: dict[str, object]
    to: str
    time: float = field(default_factory=time.monotonic)
    status: int = 0
    answered: float = 0.0


class Record:
    """Keeps every request; with kept=False none."""

    def __init__(self, *, kept: bool) -> None:
        self.requests: list[Request] = []
        self._kept = kept
        self._news = Bell()
        self._events: list[Request] = []

    def arrived(self, request: Request) -> None:
        if self._kept:
            self.requests.append(request)
            self._tell(request)

    def answered(self, request: Request, status: int) -> None:
        request.status, request.answered = status, time.monotonic()
        if self._kept:
            self._tell(request)

    def called(self, operation: str) -> list[Request]:
        return [request for request in self.requests if request.operation == operation]

    async def asked(self, operation: str, times: int, within: float) -> None:
        await self._news.until(lambda: len(self.called(operation)) >= times, within)

    async def until(self, fits: Callable[[Request], object], within: float) -> Request:
        begin = len(self._events)
        found: list[Request] = []

        def look() -> bool:
            found[:] = [request for request in self._events[begin:] if fits(request)][:1]
            return bool(found)

        await self._news.until(look, within)
        return found[0]

    def _tell(self, request: Request) -> None:
        self._events.append(request)
        self._news.ring()
