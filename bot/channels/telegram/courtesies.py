"""Small signs of attention: taps are answered, and "typing" shows when an answer takes longer than a second.

Best effort: never stored, never retried, and no failure of theirs is heard of. A reply usually leaves within
milliseconds; "typing" sent for each message would arrive after it and stay on the screen for five seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from telegram.error import TelegramError

from bot.channels.telegram.inbound import Update
from bot.channels.telegram.transport import LeanBot
from bot.core.messages import Inbound

_SLOW: Final = 1.0
"""Seconds."""


class Courtesies:
    def __init__(self, bot: LeanBot) -> None:
        self._bot = bot
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def received(self, updates: Iterable[tuple[Update, Inbound]]) -> None:
        """After what came in was stored."""
        loop = asyncio.get_running_loop()
        for update, inbound in updates:
            user = inbound.address.user
            if tap := update.get("callback_query"):
                self._call("answerCallbackQuery", callback_query_id=tap["id"])
            if "my_chat_member" not in update and user not in self._waiting:
                self._waiting[user] = loop.call_later(_SLOW, self._type, user)

    def answering(self, user: str) -> None:
        """Before something is sent to this person."""
        if timer := self._waiting.pop(user, None):
            timer.cancel()

    async def stop(self) -> None:
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _type(self, user: str) -> None:
        del self._waiting[user]
        self._call("sendChatAction", chat_id=int(user), action="typing")

    def _call(self, method: str, **parameters: Any) -> None:  # noqa: ANN401 - Telegram's own
        call = asyncio.create_task(self._try(method, parameters))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _try(self, method: str, parameters: dict[str, Any]) -> None:
        with suppress(TelegramError):  # "query is too old", blocked meanwhile, no connection
            await self._bot.do_api_request(method, parameters)
