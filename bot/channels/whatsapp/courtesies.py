"""A small sign of attention: when an answer takes longer than a second, the message is marked read and "typing" shows.

Best effort: never stored, never retried, and no failure of theirs is heard of. Once a message at most; the sign goes
away with the answer, or after 25 seconds. https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.whatsapp.account import CHANNEL
from bot.core.messages import Inbound

_SLOW: Final = 1.0
"""Seconds."""


class Courtesies:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def received(self, inbounds: Iterable[Inbound]) -> None:
        """After what came in was stored."""
        loop = asyncio.get_running_loop()
        for inbound in inbounds:
            user = inbound.address.user
            if user not in self._waiting:
                self._waiting[user] = loop.call_later(_SLOW, self._type, user, inbound.external_id)

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

    def _type(self, user: str, sid: str) -> None:
        del self._waiting[user]
        call = asyncio.create_task(self._try(sid))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _try(self, sid: str) -> None:
        with suppress(TwilioException):
            await self._client.messaging.v2.typing_indicator.create_async(channel=CHANNEL, message_id=sid)
