"""One line a person: one message at a time goes to one address, in order, and what waits can be called back."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.workers.items import Item


class Lines:
    """Items that have not been finished.

    Attributes:
        rows: the ids of their rows.
    """

    def __init__(self) -> None:
        self.rows: set[int] = set()
        self._ready: asyncio.Queue[Item] = asyncio.Queue()
        self._behind: dict[int, deque[Item]] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing is on its way."""
        return not self._behind

    def put(self, item: Item) -> None:
        """At once if nothing else is on its way to this address, else behind it."""
        self.rows.update(row.id for row in item.rows)
        behind = self._behind.get(item.row.address_id)
        if behind is None:
            self._behind[item.row.address_id] = deque()
            self._ready.put_nowait(item)
        else:
            behind.append(item)

    async def next(self) -> Item:
        """Wait for an item that may go."""
        return await self._ready.get()

    def finish(self, item: Item, *, hold: bool) -> list[Item]:
        """It has its answer: let the next in its line go; with `hold` nothing may, and the line is returned instead."""
        self._leave(item)
        behind = self._behind.pop(item.row.address_id)
        if hold:
            for waiting in behind:
                self._leave(waiting)
            return list(behind)
        if behind:
            self._ready.put_nowait(behind.popleft())
            self._behind[item.row.address_id] = behind
        return []

    def call_back(self) -> list[Item]:
        """Everything that nobody has taken yet, with its line."""
        items: list[Item] = []
        while not self._ready.empty():
            item = self._ready.get_nowait()
            items += [item, *self._behind.pop(item.row.address_id)]
        for item in items:
            self._leave(item)
        return items

    def _leave(self, item: Item) -> None:
        self.rows.difference_update(row.id for row in item.rows)
