"""Small signs of attention: taps are answered, and "typing" shows when an answer takes longer than a second.

A reply usually leaves within milliseconds; "typing" sent for each message would arrive after it and stay on the screen
for five seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from telegram.error import TelegramError

from bot.channels.attention import Attention
from bot.channels.telegram.inbound import Update
from bot.channels.telegram.transport import LeanBot
from bot.core.messages import Inbound


class Courtesies(Attention):
    def __init__(self, bot: LeanBot) -> None:
        super().__init__()
        self._bot = bot

    def received(self, updates: Iterable[tuple[Update, Inbound]], *, typing: bool = True) -> None:
        """After what came in was stored.

        Args:
            typing: the answers leave from here; whether those of another process are slow is not known.
        """
        for update, inbound in updates:
            user = inbound.address.user
            if tap := update.get("callback_query"):
                self.give(self._call("answerCallbackQuery", callback_query_id=tap["id"]))
            if typing and "my_chat_member" not in update:
                self.give_if_slow(user, partial(self._call, "sendChatAction", chat_id=int(user), action="typing"))

    async def _call(self, method: str, **parameters: Any) -> None:  # noqa: ANN401 - Telegram's own
        with suppress(TelegramError):  # "query is too old", blocked meanwhile, no connection
            await self._bot.do_api_request(method, parameters)
