"""Telegram as a channel: receiving goes on whatever happens, and every send ends in an outcome."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from logging import getLogger
from typing import Final, TypeVar

from aiohttp import web
from telegram.error import TelegramError

from bot.channels.telegram import fetching
from bot.channels.telegram.courtesies import Courtesies
from bot.channels.telegram.inbound import CHANNEL, Update, inbound
from bot.channels.telegram.outcomes import ACCOUNT, BAD_REQUEST, CONFLICT, outcome
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.sending import FileMissing, Files, Sender
from bot.channels.telegram.transport import AiohttpRequest, Declined, LeanBot
from bot.channels.telegram.webhook import Webhook
from bot.core.channel import Accept, Alone, Capabilities, ChannelStopped, Lead, Outcome, Refused, Sent
from bot.core.i18n import N_
from bot.core.messages import Inbound, Outbound
from bot.core.rendering import render

API_URL: Final = "https://api.telegram.org"

_ACCOUNT_REFUSED: Final = N_(
    "Telegram does not accept the bot's token. Check TELEGRAM_TOKEN in .env: BotFather on Telegram shows it under"
    " /mybots, your bot, API Token."
)
_BAD_WEBHOOK: Final = (
    "Telegram cannot call PUBLIC_URL ({detail}). Give an https:// address that can be reached from outside, or leave"
    " PUBLIC_URL empty, and the bot will ask for messages itself."
)
_TWO_POLLERS: Final = (
    "Another program is reading this bot's messages, so some of them do not arrive here. Stop the other one; this one"
    " keeps trying."
)

DELETES: Final = timedelta(hours=48)
"""https://core.telegram.org/bots/api#deletemessage"""

_FEWEST_CONNECTIONS: Final = 64
_SHORTEST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts while receiving fails; it doubles from one to the other."""

_shape = lru_cache(maxsize=64)(render)
"""A broadcast says the same to thousands: shaping it anew for each would be half the work of sending."""

_logger = getLogger(__name__)

T = TypeVar("T")


class TelegramChannel:
    """One bot.

    Args:
        lead: without it Telegram is not asked for messages, as it answers one who asks at a time.
        on_stopped: told, once, in a sentence for the owner, when Telegram refuses the account later on.
    """

    name = CHANNEL
    label = "Telegram"
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        markup="html",
        units="utf16",
        text=4096,
        caption=1024,
        label=64,
        options=100,
        commands=True,
        file=50_000_000,
        resends=True,
        download=fetching.LARGEST,
        deletes=DELETES,
        polls=12,
    )

    def __init__(
        self,
        token: str,
        *,
        files: Files,
        api_url: str = API_URL,
        public_url: str = "",
        webhook_secret: str = "",
        rate: float = 30,
        profile: Profile | None = None,
        lead: Lead | None = None,
        on_stopped: Callable[[str], None] = _logger.error,
    ) -> None:
        self.rate = rate
        self._bot = LeanBot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=AiohttpRequest(max(_FEWEST_CONNECTIONS, math.ceil(rate))),
            get_updates_request=AiohttpRequest(1),
        )
        self._sender = Sender(self._bot, files)
        self._courtesies = Courtesies(self._bot)
        self._source = (
            Webhook(self._bot, self._take, public_url, webhook_secret) if public_url else Polling(self._bot, self._take)
        )
        self._profile = profile or Profile()
        self._lead = lead or Alone()
        self._on_stopped = on_stopped
        self._accept: Accept | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._username = ""
        self._told = False
        self._shared = False

    async def start(self, accept: Accept) -> None:
        self._accept = accept
        try:
            await self._meet()
        except Declined as declined:
            if declined.status in ACCOUNT:
                await self._bot.shutdown()
                raise ChannelStopped(_ACCOUNT_REFUSED) from None
            _logger.warning("Telegram is not ready yet: %s", declined)
        except TelegramError as error:
            _logger.warning("Telegram cannot be reached yet: %s", error)
        self._tasks = [asyncio.create_task(self._receive())]

    async def stop(self) -> None:
        await self._source.finish()
        self._accept = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courtesies.stop()
        await self._bot.shutdown()

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:  # noqa: ARG002 - nothing is told later here
        self._courtesies.answering(user)
        try:
            return await self._send(int(user), outbound)
        except TelegramError as error:
            if isinstance(error, Declined) and error.status in ACCOUNT:
                self._stopped(_ACCOUNT_REFUSED)
            return outcome(error)
        except FileMissing as missing:
            return Refused("content", systemic=True, detail=str(missing))

    async def fetch(self, file: str, most: int) -> bytes | None:
        """What somebody sent here: at most 20 MB, which is all that Telegram hands out to a bot."""
        return await fetching.fetch(self._bot, file.removeprefix(f"{CHANNEL}:"), most)

    def link(self, payload: str) -> str:
        """The bot's address, with up to 64 of `[A-Za-z0-9_-]`; until Telegram has told its name, the words to write."""
        return f"https://t.me/{self._username}?start={payload}" if self._username else f"/start {payload}"

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook, when there is one."""
        return self._source.routes()

    async def _send(self, chat: int, outbound: Outbound) -> Outcome:
        if outbound.delete:
            return await self._sender.delete(chat, outbound.delete)
        bubble = _shape(outbound.having(edit="", in_place=False) if outbound.edit else outbound, self.capabilities)
        try:
            if outbound.poll == "closed":
                return await self._sender.stop_poll(chat, bubble, outbound.edit)
            if bubble.poll:
                return Sent(outbound.edit) if outbound.edit else await self._sender.poll(chat, bubble)
            if outbound.in_place:
                return await self._sender.change(chat, bubble, outbound.edit, preview=outbound.preview)
            return Sent(await self._sender.send(chat, bubble, edit=outbound.edit, preview=outbound.preview))
        except Declined as declined:
            if not declined.migrated_to:
                raise
            return Sent(await self._sender.send(declined.migrated_to, bubble, preview=outbound.preview))

    async def _meet(self) -> None:
        await self._bot.initialize()
        self._username = self._bot.username

    async def _receive(self) -> None:
        try:
            await self._patiently(self._meet)
            await self._lead.held()
            self._tasks.append(asyncio.create_task(self._profile.publish(self._bot)))
            while await self._patiently(self._step):
                pass
        except ChannelStopped as stopped:
            self._stopped(str(stopped))

    async def _step(self) -> bool:
        await self._lead.held()
        return await self._source.step()

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        pause = _SHORTEST_PAUSE
        while True:
            longer = 0.0
            try:
                return await call()
            except Declined as declined:
                self._judge(declined)
                longer = declined.retry_after
            except TelegramError as error:
                _logger.warning("Telegram does not answer: %s", error)
            except Exception:
                _logger.exception("Updates could not be stored; Telegram is asked for them again")
            await asyncio.sleep(max(pause, longer))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _judge(self, declined: Declined) -> None:
        if declined.status in ACCOUNT:
            raise ChannelStopped(_ACCOUNT_REFUSED) from None
        if declined.status == BAD_REQUEST and self.routes():
            raise ChannelStopped(_BAD_WEBHOOK.format(detail=declined)) from None
        if declined.status != CONFLICT:
            _logger.warning("Telegram declines: %s", declined)
        elif not self._shared and self._lead.holds:  # otherwise it is our own other process
            self._shared = True
            _logger.warning(_TWO_POLLERS)

    async def _take(self, updates: Sequence[Update]) -> None:
        if self._accept is None:
            raise ChannelStopped("The channel is not running.")
        pairs = [(update, read) for update in updates if (read := _read(update))]
        if pairs:
            await self._accept([read for _, read in pairs])
            self._courtesies.received(pairs, typing=self._lead.holds)

    def _stopped(self, sentence: str) -> None:
        if not self._told:
            self._told = True
            self._on_stopped(sentence)


def _read(update: Update) -> Inbound | None:
    try:
        return inbound(update)
    except Exception:  # it would come again for ever, and hold up everything behind it
        _logger.exception("Update %s could not be understood and is left out", update.get("update_id"))
        return None
