"""How requests reach Twilio: the SDK's asynchronous transport, with what its version 9.13 does wrong put right.

It form-encodes bodies that should be JSON, forgets its time limit, passes absent parameters on as None, and its own
retries post a message again that may have arrived. Here a request is made once, and its failure says whether it left.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
    encode_basic_auth,
)
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.whatsapp.account import Account

_TIMEOUT: Final = ClientTimeout(total=60, connect=10, sock_read=20)
"""Seconds: for all of it, for a connection, and for each silence."""

_GRACE: Final = 5.0
"""Seconds for the answers under way when the channel stops."""

_FINE: Final = range(200, 300)


class Unsent(TwilioException):  # type: ignore[misc]  # the SDK has no types
    """No connection could be made: Twilio has certainly not seen the request."""


class Unanswered(TwilioException):  # type: ignore[misc]  # as above
    """The request left, and no answer of Twilio's came back."""


class Download(NamedTuple):
    """An answer whose body is not text; None when it is larger than was allowed."""

    status: int
    location: str
    content: bytes | None


class Transport(AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """One connection pool. `connections` should be at least the rate times the latency in seconds."""

    def __init__(self, connections: int) -> None:
        super().__init__(pool_connections=False)
        self._connections = connections
        self._pool: ClientSession | None = None
        self._closed = False
        self._asked = 0
        self._quiet = asyncio.Event()

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the SDK's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Ask once.

        Raises:
            Unsent: no connection.
            Unanswered: nothing came back, or a success without JSON, which is a proxy's.
        """
        sent = headers or {}
        known = {name: value for name, value in (params or {}).items() if value is not None}
        is_json = sent.get("Content-Type") == "application/json"
        body = None if data is None else (json.dumps(data) if is_json else urlencode(data, doseq=True)).encode()
        limit = ClientTimeout(total=timeout, connect=_TIMEOUT.connect) if timeout else _TIMEOUT
        status, headers, content = await self._ask(
            method,
            url,
            params=known,
            data=body,
            headers={**sent, **_login(auth)},
            timeout=limit,
            allow_redirects=allow_redirects,
        )
        text = content.decode(errors="replace")
        if status in _FINE and not _is_object(text):
            raise Unanswered("the answer was not Twilio's")
        return Response(status, text, headers)

    async def download(self, url: str, most: int, auth: tuple[str, str] | None = None) -> Download:
        """Get a file without following where it leads, so that `auth` goes nowhere else. Raises as `request`."""
        status, headers, content = await self._ask(
            "GET", url, most=most, headers=_login(auth), timeout=_TIMEOUT, allow_redirects=False
        )
        return Download(status, headers.get("Location", ""), content if len(content) <= most else None)

    async def close(self) -> None:
        """Send nothing more, hear the answers to what was sent, and close: an answer unheard is a message in doubt."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if self._asked:
            self._quiet.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await self._quiet.wait()
        await pool.close()

    async def _ask(
        self,
        method: str,
        url: str,
        most: int = -1,
        **how: Any,  # noqa: ANN401 - aiohttp's arguments
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One exchange; of the body no more than one byte beyond `most`."""
        if self._closed:
            raise Unsent("the channel is not running")
        if self._pool is None:
            self._pool = ClientSession(connector=TCPConnector(limit=self._connections), cookie_jar=DummyCookieJar())
        self._asked += 1
        try:
            async with self._pool.request(method, url, **how) as response:
                content = bytearray()
                async for chunk in response.content.iter_any():
                    content += chunk
                    if 0 <= most < len(content):
                        break
                return response.status, response.headers, bytes(content)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None
        except (ClientError, TimeoutError) as error:
            raise Unanswered(type(error).__name__) from None
        finally:
            self._asked -= 1
            if not self._asked:
                self._quiet.set()


def twilio(account: Account, transport: Transport, api_url: str = "") -> Client:
    """The SDK's client. `api_url` takes the place of api.twilio.com, content.twilio.com and messaging.twilio.com."""
    client = Client(account.sid, account.token, http_client=transport)
    if api_url:
        for domain in (client.api, client.content, client.messaging):
            domain.base_url = api_url
    return client


def _login(auth: tuple[str, str] | None) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(*auth)} if auth else {}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
