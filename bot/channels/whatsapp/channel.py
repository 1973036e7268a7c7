"""WhatsApp as a channel: Twilio's webhook brings, its message list fills the gaps, and each send is an outcome."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from logging import getLogger
from typing import Final
from urllib.parse import quote

from aiohttp import web
from twilio.base.exceptions import TwilioException

from bot.channels.whatsapp.account import CHANNEL, SENTENCES, Account
from bot.channels.whatsapp.capabilities import capabilities
from bot.channels.whatsapp.catching_up import FRESH, CatchingUp
from bot.channels.whatsapp.client import Transport, twilio
from bot.channels.whatsapp.contents import Contents
from bot.channels.whatsapp.courtesies import Courtesies
from bot.channels.whatsapp.inbound import Form, inbound
from bot.channels.whatsapp.media import Media
from bot.channels.whatsapp.memory import Memory
from bot.channels.whatsapp.outcomes import NOT_NOW, Outcomes, code_of, words_of
from bot.channels.whatsapp.receipts import receipt
from bot.channels.whatsapp.sending import MediaUrl, Sender
from bot.channels.whatsapp.tracing import Tracing
from bot.channels.whatsapp.webhook import STATUS_PATH, Webhook
from bot.core.channel import Accept, Alone, Capabilities, ChannelStopped, Lead, Note, Outcome, Refused
from bot.core.messages import Inbound, Outbound
from bot.core.rendering import render

_FEWEST_CONNECTIONS: Final = 64
_LOOKS: Final = 180.0
"""Seconds between two looks at the message list."""

_LOOKS_AT_CONTENTS: Final = 600.0
"""Seconds between two looks at the Content resources, so that an approved bell rings without a restart."""

_SHORTEST_PAUSE: Final = 5.0
"""Seconds after a failure; it doubles up to the usual time between two looks."""

_shape = lru_cache(maxsize=64)(render)
"""A broadcast says the same to thousands: shaping it anew for each would be half the work of sending."""

_logger = getLogger(__name__)


class WhatsAppChannel:
    """One sender at Twilio.

    Args:
        public_url: where Twilio reaches our routes.
        note: takes what Twilio tells later about messages it took.
        media_url: where Twilio can fetch a file of ours; raises ValueError for one that is not in the file store.
        api_url: stands in for all of Twilio's hosts.
        rate: messages a second; WhatsApp takes 80 from one sender.
        daily_limit: most people a bell may ring for within 24 hours, which WhatsApp sets for each business; 0 for any.
        lead: without it the message list is not read: one process is enough for that.
        on_stopped: told, once, in a sentence for the owner, when Twilio refuses the account later on.
    """

    name = CHANNEL
    label = "WhatsApp"

    def __init__(
        self,
        account: Account,
        *,
        public_url: str,
        note: Note,
        media_url: MediaUrl,
        memory: Memory,
        api_url: str = "",
        rate: float = 80,
        daily_limit: int = 250,
        lead: Lead | None = None,
        on_stopped: Callable[[str], None] = _logger.error,
    ) -> None:
        self.rate = rate
        self.daily_limit = daily_limit
        self._account = account
        self._lead = lead or Alone()
        self._note = note
        self._on_stopped = on_stopped
        self._transport = Transport(max(_FEWEST_CONNECTIONS, math.ceil(rate)))
        client = twilio(account, self._transport, api_url)
        self._outcomes = Outcomes(self._refused)
        self._contents = Contents(client, memory)
        self._courtesies = Courtesies(client)
        self._media = Media(account, client, self._transport)
        self._tracing = Tracing(account, client, self._outcomes)
        self._catching_up = CatchingUp(account, client, memory, self._store)
        self._webhook = Webhook(account.token, public_url, self._take, self._told)
        callback = public_url.rstrip("/") + STATUS_PATH
        self._sender = Sender(account, client, self._contents, self._outcomes, media_url, callback)
        self._accept: Accept | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    @property
    def capabilities(self) -> Capabilities:
        """Quick replies and lists come and go with their Content resources."""
        return capabilities(self._contents.quick, self._contents.listed, self.daily_limit)

    async def start(self, accept: Accept) -> None:
        self._accept = accept
        rest = _SHORTEST_PAUSE
        await self._contents.recall()
        try:
            await self._contents.refresh()
            rest = _LOOKS_AT_CONTENTS
        except TwilioException as error:
            if code_of(error) in SENTENCES:
                await self._transport.close()
                raise ChannelStopped(SENTENCES[code_of(error)]) from None
            _logger.warning("Twilio cannot be asked yet: %s", words_of(error))
        self._tasks = [
            asyncio.create_task(self._again_and_again(self._catch_up, 0)),
            asyncio.create_task(self._again_and_again(self._look_at_contents, rest)),
        ]
        _logger.info("WhatsApp listens. The sender's webhook in the Twilio Console must be %s", self._webhook.address)

    async def stop(self) -> None:
        self._accept = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courtesies.stop()
        await self._transport.close()

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        if outbound.delete:
            return Refused("undeletable", detail="a message that was sent stays")
        if self._accept is None or not self._contents.known:
            return NOT_NOW
        self._courtesies.answering(user)
        return await self._sender.send(user, outbound, _shape(outbound, self.capabilities), reference)

    async def trace(self, user: str, since: datetime, known: Collection[str]) -> Outcome | None:
        return await self._tracing.trace(user, since, known)

    async def fetch(self, file: str, most: int) -> bytes | None:
        return await self._media.fetch(file, most)

    def link(self, payload: str) -> str:
        """Opens WhatsApp with the words written; without a number of our own, the words to write."""
        words = f"/start {payload}"
        digits = self._account.sender.removeprefix("+")
        return f"https://wa.me/{digits}?text={quote(words, safe='')}" if digits else words

    def routes(self) -> Sequence[web.RouteDef]:
        return self._webhook.routes()

    async def _take(self, form: Form, _reference: str) -> None:
        if read := inbound(form):
            await self._store([read])

    async def _store(self, inbounds: list[Inbound]) -> None:
        if self._accept is None:
            raise ChannelStopped("The channel is not running.")
        await self._accept(inbounds)
        for one in inbounds:
            self._catching_up.seen(one.external_id)
        if self._lead.holds:  # whether an answer that leaves from another process is slow is not known here
            self._courtesies.received(one for one in inbounds if not one.at)

    async def _told(self, form: Form, reference: str) -> None:
        if told := receipt(form, reference, self._outcomes):
            await self._note([told])

    def _refused(self, code: int) -> None:
        if not self._stopped:
            self._stopped = True
            self._on_stopped(SENTENCES[code])

    async def _catch_up(self) -> float:
        await self._lead.held()
        return FRESH.total_seconds() if await self._catching_up.step() else _LOOKS

    async def _look_at_contents(self) -> float:
        await self._contents.refresh()
        return _LOOKS_AT_CONTENTS

    async def _again_and_again(self, look: Callable[[], Awaitable[float]], rest: float) -> None:
        pause = _SHORTEST_PAUSE
        await asyncio.sleep(rest)
        while True:
            try:
                rest, pause = await look(), _SHORTEST_PAUSE
            except TwilioException as error:
                self._outcomes.of(error)  # it may be the account that is refused
                _logger.warning("Twilio cannot be asked now: %s", words_of(error))
                rest, pause = pause, min(pause * 2, _LOOKS)
            except Exception:
                _logger.exception("What Twilio lists could not be read or stored; it is asked again")
                rest, pause = pause, min(pause * 2, _LOOKS)
            await asyncio.sleep(rest)
