"""Carries signed forms to public addresses, with Twilio's time limit and its rules of trying again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlencode
from uuid import uuid4

import aiohttp

from tests.emulators.twilio.signature import sign

PATIENCE = 15.0
"""Seconds an answer may take."""
DEFAULT_RETRIES = 1
MOST_RETRIES = 5
_LOST, _LATE = "ct", "rt"
_KINDS = {_LOST, _LATE, "4xx", "5xx"}


@dataclass(slots=True, eq=False)
class Posting:
    """One form and what became of it.

    Attributes:
        url: the public one, without its fragment: the one that is signed.
        attempts: HTTP status of each, 0 where there was no answer.
        body, content_type: the last answer's.
        time: seconds of the monotonic clock when it first went out.
    """

    url: str
    parameters: dict[str, str]
    attempts: list[int] = field(default_factory=list)
    body: bytes = b""
    content_type: str = ""
    time: float = 0.0

    @property
    def accepted(self) -> bool:
        return bool(self.attempts) and 200 <= self.attempts[-1] < 300


class Courier:
    """Posts forms.

    Attributes:
        token: what is signed with; another one here makes forgeries.
        reach: where a public address really is: {"https://public.example": "http://127.0.0.1:8080"}.
        patience: seconds an attempt may take.
        pause: seconds between attempts.
    """

    def __init__(self, token: str, reach: Mapping[str, str]) -> None:
        self.token = token
        self.reach = reach
        self.patience = PATIENCE
        self.pause = 0.02
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, parameters: Mapping[str, str]) -> Posting:
        """Sign and post; again as often as the address's `#rc=` (0 to 5, else 1) and `rp=` allow.

        `rp` is a list of "4xx", "5xx", "ct" (no connection, the default), "rt" (no answer in time), or "all".
        https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
        """
        address, fragment = urldefrag(url)
        overrides = dict(parse_qsl(fragment))
        retries = min(int(overrides.get("rc", DEFAULT_RETRIES)), MOST_RETRIES)
        policy = set(overrides.get("rp", _LOST).split(","))
        posting = Posting(address, dict(parameters), time=time.monotonic())
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": sign(self.token, address, posting.parameters),
            "I-Twilio-Idempotency-Token": str(uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }
        for attempt in range(retries + 1):
            if attempt:
                await asyncio.sleep(self.pause)
            failure = await self._attempt(posting, headers)
            if not failure or not policy & {failure, "all"}:
                break
        return posting

    async def request(self, method: str, url: str) -> tuple[int, dict[str, str], bytes]:
        """What stands at a public address: status, headers in lower case, body; nobody there is a status of 0."""
        try:
            async with self.session.request(method, self.place(url)) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return response.status, headers, await response.read()
        except (aiohttp.ClientError, TimeoutError):
            return 0, {}, b""

    def place(self, url: str) -> str:
        """Where the address really is."""
        known = [public for public in self.reach if url.startswith(public)]
        return self.reach[known[0]] + url.removeprefix(known[0]) if known else url

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _attempt(self, posting: Posting, headers: dict[str, str]) -> str:
        """Nothing when it was accepted, else the kind of failure as `rp` names it."""
        posting.attempts.append(0)
        try:
            async with self.session.post(
                self.place(posting.url),
                data=urlencode(posting.parameters),
                headers=headers,
                timeout=aiohttp.ClientTimeout(self.patience),
                allow_redirects=False,
            ) as response:
                posting.body = await response.read()
                posting.content_type = response.headers.get("Content-Type", "")
                posting.attempts[-1] = response.status
        except aiohttp.ClientConnectorError:
            return _LOST
        except (aiohttp.ClientError, TimeoutError):
            return _LATE
        kind = f"{posting.attempts[-1] // 100}xx"
        return kind if kind in _KINDS else ""
