"""Being called by Telegram: 200 means stored, anything else makes it come again."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus
from logging import getLogger
from typing import Final

from aiohttp import web

from bot.channels.telegram.inbound import ALLOWED
from bot.channels.telegram.polling import Take
from bot.channels.telegram.transport import LeanBot

PATH: Final = "/telegram"

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_logger = getLogger(__name__)


class Webhook:
    """`secret` is 1 to 256 of `[A-Za-z0-9_-]`; without one it is derived from the token, the same at every start."""

    def __init__(self, bot: LeanBot, take: Take, public_url: str, secret: str = "") -> None:
        self._bot = bot
        self._take = take
        self._url = public_url.rstrip("/") + PATH
        self._secret = secret or hmac.new(bot.token.encode(), b"webhook", sha256).hexdigest()

    async def step(self) -> bool:
        """Register. There is nothing to do after that.

        Raises:
            TelegramError: as the transport raises it.
        """
        wanted = {"url": self._url, "secret_token": self._secret, "allowed_updates": list(ALLOWED)}
        await self._bot.do_api_request("setWebhook", wanted)
        return False

    async def finish(self) -> None:
        """Nothing to wait for: the web application finishes its open requests itself."""

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post(PATH, self._called),)

    async def _called(self, request: web.Request) -> web.Response:
        said = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(said.encode(errors="replace"), self._secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            update = await request.json()
        except json.JSONDecodeError:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            await self._take([update])
        except Exception:
            _logger.exception("An update could not be stored; Telegram will send it again")
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return web.Response()
