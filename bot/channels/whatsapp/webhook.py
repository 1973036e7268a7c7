"""Being called by Twilio: 200 means stored, 503 makes it come again, and without Twilio's signature nobody gets in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from logging import getLogger
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.whatsapp.inbound import Form
from bot.core.channel import ChannelStopped

PATH: Final = "/whatsapp"
STATUS_PATH: Final = f"{PATH}/status"

OVERRIDES: Final = "#rc=5&rp=all"
"""Five more tries, whatever went wrong; the default is one, and only where there was no connection.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

PATIENCE: Final = 10.0
"""Seconds for storing. Twilio waits 15."""

LARGEST: Final = 64 * 1024
"""Bytes of a form; a message of 1,600 characters and all that Twilio says about it takes less than half of that."""

_FIELDS: Final = 200
_SIGNATURE: Final = "X-Twilio-Signature"
_NOTHING_TO_SAY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_UNSIGNED: Final = (
    "A call to %s carries no valid signature of Twilio's and was turned away. If messages do not arrive: PUBLIC_URL"
    " must be the very address that stands in the Twilio Console, and TWILIO_AUTH_TOKEN the account's primary token."
)
_logger = getLogger(__name__)

Take = Callable[[Form, str], Awaitable[None]]
"""Stores one form, given the `ref` of its address."""


class Webhook:
    """Signatures are checked over the public address as it is configured: behind a proxy, ours is another one."""

    def __init__(self, token: str, public_url: str, take: Take, note: Take) -> None:
        self._validator = RequestValidator(token)
        self._public_url = public_url.rstrip("/")
        self._take = take
        self._note = note
        self._warned = False

    @property
    def address(self) -> str:
        """What to register in the Twilio Console for incoming messages."""
        return f"{self._public_url}{PATH}{OVERRIDES}"

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post(PATH, self._inbound), web.post(STATUS_PATH, self._status))

    async def _inbound(self, request: web.Request) -> web.Response:
        return await self._called(request, self._take)

    async def _status(self, request: web.Request) -> web.Response:
        return await self._called(request, self._note)

    async def _called(self, request: web.Request, store: Take) -> web.Response:
        form = await _form(request)
        if form is None or not self._signed(request, form):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            async with asyncio.timeout(PATIENCE):
                await store(form, request.query.get("ref", ""))
        except (TimeoutError, ChannelStopped):  # too slow, or not yet begun
            _logger.warning("What Twilio brought could not be stored in time; it will bring it again")
        except Exception:
            _logger.exception("What Twilio brought could not be stored; it will bring it again")
        else:
            return web.Response(text=_NOTHING_TO_SAY, content_type="text/xml")
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    def _signed(self, request: web.Request, form: MultiDict[str]) -> bool:
        said = request.headers.get(_SIGNATURE, "")
        signed = bool(self._validator.validate(self._public_url + request.raw_path, form, said))
        if not (signed or self._warned):
            self._warned = True
            _logger.warning(_UNSIGNED, request.path)
        return signed


async def _form(request: web.Request) -> MultiDict[str] | None:
    """What was posted; None when it cannot be Twilio's, which must cost us nothing to find out."""
    length = request.content_length
    if not request.headers.get(_SIGNATURE) or length is None or length > LARGEST:
        return None
    body = (await request.read()).decode(errors="replace")
    try:
        return MultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError:
        return None
