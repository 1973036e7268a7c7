"""The server: takes requests in, lets limits, faults and the judge speak, and answers as api.telegram.org does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from aiohttp import web

from tests.emulators.telegram import body
from tests.emulators.telegram.bell import Bell
from tests.emulators.telegram.faults import Faults
from tests.emulators.telegram.feed import Feed
from tests.emulators.telegram.judge import METHODS as KNOWN
from tests.emulators.telegram.judge import Parameters, decoded, judge
from tests.emulators.telegram.limits import Limits
from tests.emulators.telegram.message import Message
from tests.emulators.telegram.methods import LIMITED, METHODS
from tests.emulators.telegram.person import Person
from tests.emulators.telegram.refused import Refused, flood
from tests.emulators.telegram.world import Chat, World

TOKEN = "4242424242:AAEmulatedTokenOfNobodyAtAll0123456"
LARGEST_BODY = 60_000_000
_CLOSING = 0.2
"""Seconds that requests under way are given when the server stops."""


@dataclass(slots=True, eq=False)
class Request:
    """One request that arrived.

    Attributes:
        method: as documented: "sendMessage".
        parameters: nested values read; files as `files.Upload`.
        time: seconds of the monotonic clock.
        status: HTTP status that was answered, 0 while or when nothing was.
        answered: when it was, of the same clock; 0 while or when it was not.
        message: what it put on a screen, if it did.
    """

    method: str
    parameters: Parameters
    chat: int | None
    time: float
    status: int = 0
    answered: float = 0.0
    message: Message | None = None

    @property
    def text(self) -> str:
        """What it says, or says beside a file."""
        return str(self.parameters.get("text") or self.parameters.get("caption") or "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was wrong whoever it was for: a bug of ours."""

    method: str
    parameters: Parameters
    description: str


class BotApi:
    """`async with BotApi() as api:` and the bot is pointed at `api.url` with `api.token`.

    Attributes:
        url: "http://127.0.0.1:port"; the same again after `stop` and `start`.
        requests: every request, oldest first (none with record=False).
        refusals: requests that were our bugs; a test asserts there are none.
        faults, limits: to be programmed; `limits` may be replaced at any time.
        latency: seconds every answer takes, after the request was carried out.
        feed, world: updates and chats, for what the rest does not offer.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        judge: bool = True,
        record: bool = True,
        limits: Limits | None = None,
        latency: float = 0.0,
    ) -> None:
        self.token = token
        self.judges = judge
        self.records = record
        self.limits = limits or Limits()
        self.latency = latency
        self.faults = Faults()
        self.requests: list[Request] = []
        self.refusals: list[Refusal] = []
        self.world = World(
            {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Körpü", "username": "emulated_bot"}
        )
        self.feed = Feed(self.world.now)
        self._people: dict[int, Person] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._asked = Bell()
        self._events: list[Request] = []
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._receiving = {
            "getUpdates": self.feed.get_updates,
            "setWebhook": self.feed.set_webhook,
            "deleteWebhook": self.feed.delete_webhook,
            "getWebhookInfo": self.feed.get_webhook_info,
        }
        self._names = {name.lower(): name for name in (*METHODS, *self._receiving)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on a free port of the loopback, or again on the one it had."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/bot{token}/{method}", self._take)
        application.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSING)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection; chats, updates and records stay."""
        await self.feed.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        forsaken = list(self._under_way)  # their clients have gone; the server knows nothing of them any more
        for task in forsaken:
            task.cancel()
        await asyncio.gather(*forsaken, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def person(
        self, number: int, *, first_name: str = "", language_code: str = "", started: bool = False, **about: str
    ) -> Person:
        """The person with this user id, the same object each time.

        Args:
            number: Telegram's user id, which is the chat's id too.
            first_name: "Person 7" when not given.
            language_code: the app's language, an IETF tag.
            started: has written to the bot before, so the bot may write; no update is made.
            about: further fields of Telegram's User: last_name, username.
        """
        if number not in self._people:
            name: dict[str, Any] = {"id": number, "first_name": first_name or f"Person {number}", **about}
            user = {**name, "is_bot": False, **({"language_code": language_code} if language_code else {})}
            self.world.chats[number] = Chat({**name, "type": "private"})
            self._people[number] = Person(self.world, self.feed, self.world.chats[number], user)
        if started:
            self.world.chats[number].started = True
        return self._people[number]

    def group(self, number: int, title: str = "Group") -> Chat:
        """A group the bot may write to; its id is negative."""
        self.world.chats[number] = Chat({"id": number, "type": "group", "title": title}, started=True)
        return self.world.chats[number]

    def upgrade(self, group: int, supergroup: int) -> Chat:
        """The group becomes a supergroup: its old id is answered with `migrate_to_chat_id`."""
        self.world.chats[group].moved_to = supergroup
        chat = self.group(supergroup)
        chat.about["type"] = "supergroup"
        return chat

    def delivered(self, chat: int | None = None) -> list[Message]:
        """Every message the bot ever sent to this chat, or to all, in order; also those deleted since."""
        return [message for message in self.world.sent if chat in (None, message.chat["id"])]

    def sent_to(self, chat: int) -> list[Request]:
        """The requests that put something new on this chat's screen."""
        return [request for request in self.requests if request.message is not None and request.chat == chat]

    def called(self, method: str) -> list[Request]:
        """The requests of one method, named as documented."""
        return [request for request in self.requests if request.method == method]

    async def asked(self, method: str, times: int = 1, *, within: float = 5.0) -> None:
        """Wait until this method was called so many times in all.

        Raises:
            TimeoutError: it was not, `within` seconds later.
        """
        await self._asked.until(lambda: len(self.called(method)) >= times, within)

    async def until(self, fits: Callable[[Request], object], *, within: float = 5.0) -> Request:
        """The first request that fits from now on; each is looked at when it arrives, and again when it is answered.

        Raises:
            TimeoutError: there was none, `within` seconds later.
        """
        begin = len(self._events)
        found: list[Request] = []

        def look() -> bool:
            found[:] = [request for request in self._events[begin:] if fits(request)][:1]
            return bool(found)

        await self._asked.until(look, within)
        return found[0]

    def advance(self, seconds: float) -> None:
        """Let time pass for everything but the rate limits: 48 hours, taps and updates that grow old."""
        self.world.ahead += seconds

    async def _take(self, request: web.Request) -> web.Response:
        name = self._names.get(request.match_info["method"].lower(), "")
        try:
            self._admit(request, name)
            parameters = decoded(name.lower(), await body.read(request))
        except Refused as refused:
            self._note(name or request.match_info["method"], {}, refused)
            return _answer(refused.code, refused.to_json())
        entry = Request(name, parameters, _chat(parameters), time.monotonic())
        if self.records:
            self.requests.append(entry)
        self._tell(entry)
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            response = await self._fail_or_carry_out(request, entry)
        finally:
            self._under_way.discard(task)
        if response.body:
            entry.status, entry.answered = response.status, time.monotonic()
            self._tell(entry)
        return response

    def _tell(self, entry: Request) -> None:
        """It arrived, or it was answered."""
        if self.records:
            self._events.append(entry)
            self._asked.ring()

    async def _fail_or_carry_out(self, request: web.Request, entry: Request) -> web.Response:
        wait = self.limits.take(entry.chat, entry.time) if entry.method in LIMITED else 0
        if wait:
            return _answer(HTTPStatus.TOO_MANY_REQUESTS, flood(wait).to_json())
        fault = self.faults.of(entry.method, entry.chat, entry.text)
        if fault is None:
            response = await self._carry_out(entry)
            if self.latency:
                await asyncio.sleep(self.latency)
            return response
        truth = await self._carry_out(entry) if fault.processed else None
        if fault.hang:
            await asyncio.Event().wait()  # until the server stops; the client gives up before that
        if fault.answer is not None:
            return _answer(fault.answer.code, fault.answer.to_json())
        if fault.body:
            return web.Response(body=fault.body, content_type="text/html")
        if truth is not None and fault.delay is not None:
            await asyncio.sleep(fault.delay)
            return truth
        return _dropped(request)

    async def _carry_out(self, entry: Request) -> web.Response:
        try:
            return _answer(HTTPStatus.OK, {"ok": True, "result": await self._result(entry)})
        except Refused as refused:
            self._note(entry.method, entry.parameters, refused)
            return _answer(refused.code, refused.to_json())

    async def _result(self, entry: Request) -> object:
        if self.judges:
            judge(entry.method.lower(), entry.parameters)
        receive = self._receiving.get(entry.method)
        if receive is not None:
            return await receive(entry.parameters)
        before = len(self.world.sent)
        result = METHODS[entry.method](self.world, entry.parameters)
        entry.message = self.world.sent[before] if len(self.world.sent) > before else None
        return result

    def _note(self, method: str, parameters: Parameters, refused: Refused) -> None:
        if refused.ours:
            self.refusals.append(Refusal(method, parameters, refused.description))

    def _admit(self, request: web.Request, name: str) -> None:
        if request.match_info["token"] != self.token:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        if not name:
            missing = "not emulated" if request.match_info["method"].lower() in KNOWN else "not found"
            raise Refused(HTTPStatus.NOT_FOUND, f"Not Found: method {missing}", ours=True)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.at(request.match_info["path"])
        if request.match_info["token"] != self.token or file is None:
            refused = Refused(HTTPStatus.NOT_FOUND, "Not Found")
            return _answer(refused.code, refused.to_json())
        return web.Response(body=file.content, content_type="application/octet-stream")


def _chat(parameters: Parameters) -> int | None:
    value = str(parameters.get("chat_id", ""))
    return int(value) if value.lstrip("-").isdecimal() else None


def _answer(code: int, values: dict[str, Any]) -> web.Response:
    headers = {}
    if "retry_after" in values.get("parameters", {}):
        headers["Retry-After"] = str(values["parameters"]["retry_after"])
    return web.Response(body=json.dumps(values, separators=(",", ":")).encode(), status=code, headers=headers,
                        content_type="application/json")  # fmt: skip


def _dropped(request: web.Request) -> web.Response:
    """Nothing more is said on this connection."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
