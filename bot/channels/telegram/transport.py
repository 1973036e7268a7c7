"""How requests reach Telegram: aiohttp under python-telegram-bot, because its own httpx transport is ten times slower.

What Telegram answers is raised whole (`Declined`), for the library's own errors forget the status of a 5xx. No error
carries an address, since the token is part of every one.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, cast
from urllib.parse import quote

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from telegram import Bot
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

_OK = 200
_GRACE = 5.0
"""Seconds for the answers under way when the channel stops."""

_JSON = {"Content-Type": "application/json"}

_CHUNK = 1 << 16
_ERROR = 1 << 12
"""Bytes of a download read at once, and of an answer that is none."""


def _timeout(read: float) -> ClientTimeout:
    """Ten minutes for the largest upload on a slow line, ten seconds for a connection, `read` for each silence."""
    return ClientTimeout(total=600, connect=10, sock_read=read)


_TIMEOUT = _timeout(20)


class Declined(TelegramError):  # noqa: N818 - an answer, turned into an outcome
    """Telegram answered, and not with yes.

    Attributes:
        status: of HTTP, the same as `error_code`.
        retry_after: seconds, 0 when not said.
        migrated_to: the chat's new id, 0 when not said.
    """

    def __init__(self, status: int, message: str, retry_after: float = 0, migrated_to: int = 0) -> None:
        super().__init__(message)
        self.message = message  # Telegram's own words; the library cuts and capitalises them
        self.status = status
        self.retry_after = retry_after
        self.migrated_to = migrated_to

    @classmethod
    def reading(cls, status: int, payload: bytes) -> Declined:
        """A body that is not Telegram's JSON (a proxy's error page) leaves only the status."""
        try:
            answer = json.loads(payload)
            parameters = answer.get("parameters") or {}
            return cls(
                status,
                str(answer["description"]),
                float(parameters.get("retry_after", 0)),
                int(parameters.get("migrate_to_chat_id", 0)),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(status, f"HTTP {status}")


class Unsent(TelegramError):  # noqa: N818 - likewise
    """No connection could be made: Telegram has certainly not seen the request."""


class AiohttpRequest(BaseRequest):
    """One connection pool. `connections` should be at least the rate times the latency in seconds."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: ClientSession | None = None
        self._asked = 0
        self._quiet = asyncio.Event()

    @property
    def read_timeout(self) -> float | None:
        return _TIMEOUT.sock_read

    async def initialize(self) -> None:
        if self._session is None:
            connector = TCPConnector(limit=self._connections)
            self._session = ClientSession(connector=connector, cookie_jar=DummyCookieJar(), timeout=_TIMEOUT)

    async def shutdown(self) -> None:
        """Send nothing more, hear the answers to what was sent, and close: an answer unheard is a message in doubt."""
        session, self._session = self._session, None
        if session is None:
            return
        if self._asked:
            self._quiet.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await self._quiet.wait()
        await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature; ours is `total`
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature; part of `connect`
    ) -> tuple[int, bytes]:
        """Ask once.

        Raises:
            Declined: Telegram said no.
            Unsent: no connection.
            NetworkError: the request left, no answer came.
        """
        timeout = _timeout(read_timeout) if isinstance(read_timeout, int | float) else _TIMEOUT
        return await self._ask(method, url, *_body(request_data), timeout)

    async def call(self, url: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the method answers
        """Post plain JSON values; returns the result. Raises as `do_request`, and TelegramError for an odd answer."""
        return self.parse_json_payload(await self.tell(url, json.dumps(parameters).encode()))["result"]

    async def tell(self, url: str, body: bytes) -> bytes:
        """Post JSON that is written already; the answer as it came. Raises as `do_request`."""
        _status, payload = await self._ask("POST", url, body, _JSON, _TIMEOUT)
        return payload

    async def download(self, url: str, most: int) -> bytes | None:
        """The bytes at this address, None when there are more than `most`. Raises as `do_request`.

        Nobody waits for it when the channel stops: a file is fetched again, a message is not.
        """
        if self._session is None:
            raise Unsent("the channel is not running")
        content = bytearray()
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status != _OK:
                    raise Declined.reading(response.status, await response.content.read(_ERROR))
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > most:
                        return None
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None  # its own words hold the address
        except (ClientError, TimeoutError) as error:
            raise NetworkError(type(error).__name__) from None
        return bytes(content)

    async def _ask(
        self,
        method: str,
        url: str,
        body: bytes | FormData | None,
        headers: dict[str, str] | None,
        timeout: ClientTimeout,  # noqa: ASYNC109 - aiohttp's, of each part of the exchange
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise Unsent("the channel is not running")
        self._asked += 1
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                status, payload = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None  # its own words hold the address
        except (ClientError, TimeoutError) as error:
            raise NetworkError(type(error).__name__) from None
        finally:
            self._asked -= 1
            if not self._asked:
                self._quiet.set()
        if status != _OK:
            raise Declined.reading(status, payload)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Telegram's answer.

        Raises:
            TelegramError: it is not one; without this check the library fails with a KeyError.
        """
        try:
            answer: dict[str, Any] = json.loads(payload)
            answer["result"]
        except (ValueError, TypeError, KeyError):
            raise TelegramError("the answer was not Telegram's") from None
        return answer


class LeanBot(Bot):
    """The library's Bot as a plain client: `do_api_request` with no return type builds no objects nobody reads."""

    async def call(self, method: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever it answers
        """`do_api_request` without files: past the library's form, which is a third of the work of a send."""
        return await cast("AiohttpRequest", self.request).call(f"{self.base_url}/{method}", parameters)

    async def tell(self, method: str, body: bytes) -> bytes:
        """`call` for a body that is written already; the answer is not read."""
        return await cast("AiohttpRequest", self.request).tell(f"{self.base_url}/{method}", body)

    async def download(self, path: str, most: int) -> bytes | None:
        """A file by the path that `getFile` told; None when it has more bytes than `most`."""
        return await cast("AiohttpRequest", self.request).download(f"{self.base_file_url}/{quote(path)}", most)

    @classmethod
    def _warn(
        cls, message: str | PTBUserWarning, category: type[Warning] = PTBUserWarning, stacklevel: int = 0
    ) -> None:
        """Every warning but the one that asks, at each call, for the typed methods we leave out on purpose.

        A filter would not do: whoever resets the filters (pytest does) brings it back, and it costs each send a search.
        """
        if not str(message).startswith("Please use 'Bot."):
            super()._warn(message, category, stacklevel + 1)


def _body(request: RequestData | None) -> tuple[bytes | FormData | None, dict[str, str] | None]:
    if request is None:
        return None, None
    if not request.contains_files:
        return json.dumps(request.parameters).encode(), _JSON
    form = FormData(quote_fields=False)  # Telegram shows a percent-encoded file name as it is
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None
