"""A small sign of attention: when an answer takes longer than a second, the message is marked read and "typing" shows.

Once a message at most; the sign goes away with the answer, or after 25 seconds.
https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.attention import Attention
from bot.channels.whatsapp.account import CHANNEL
from bot.core.messages import Inbound


class Courtesies(Attention):
    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def received(self, inbounds: Iterable[Inbound]) -> None:
        """After what came in was stored."""
        for inbound in inbounds:
            self.give_if_slow(inbound.address.user, partial(self._type, inbound.external_id))

    async def _type(self, sid: str) -> None:
        with suppress(TwilioException):
            await self._client.messaging.v2.typing_indicator.create_async(channel=CHANNEL, message_id=sid)
