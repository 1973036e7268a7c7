"""Asking Telegram for updates. Asking for the next ones confirms the last: that happens only once they are stored."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiohttp import web

from bot.channels.telegram.inbound import ALLOWED, Update
from bot.channels.telegram.transport import LeanBot

Take = Callable[[Sequence[Update]], Awaitable[None]]
"""Stores updates; they may be confirmed when it returns, and must not be when it raises."""

_PATIENCE: Final = 25
"""Seconds Telegram holds a question open while nothing happens (at most 50)."""

_BATCH: Final = 100
_MARGIN: Final = 10
"""Seconds beyond its patience before the connection counts as dead."""


class Polling:
    def __init__(self, bot: LeanBot, take: Take) -> None:
        self._bot = bot
        self._take = take
        self._taking = Lock()
        self._ours = False
        self._offset = 0

    async def step(self) -> bool:
        """Ask once. There is always a next step.

        Raises:
            TelegramError: as the transport raises it.
        """
        if not self._ours:
            await self._bot.do_api_request("deleteWebhook")  # a webhook from before makes getUpdates fail with 409
            self._ours = True
        question: dict[str, Any] = {"timeout": _PATIENCE, "limit": _BATCH, "allowed_updates": list(ALLOWED)}
        if self._offset:
            question["offset"] = self._offset
        updates = await self._bot.do_api_request("getUpdates", question, read_timeout=_PATIENCE + _MARGIN)
        if updates:
            async with self._taking:
                await self._take(updates)
                self._offset = updates[-1]["update_id"] + 1
        return True

    async def finish(self) -> None:
        """Wait until what is being stored is stored."""
        async with self._taking:
            pass

    def routes(self) -> Sequence[web.RouteDef]:
        return ()
