"""The server: takes requests in, lets limits, faults and the operations speak, and answers as Twilio's hosts do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.emulators.twilio import downloads
from tests.emulators.twilio.addresses import address
from tests.emulators.twilio.call import Call
from tests.emulators.twilio.callbacks import Callbacks
from tests.emulators.twilio.delivery import Delivery
from tests.emulators.twilio.device import Device
from tests.emulators.twilio.faults import Faults
from tests.emulators.twilio.limits import Limits
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.operations import Operation, nowhere, operations
from tests.emulators.twilio.person import Person
from tests.emulators.twilio.record import Record, Request
from tests.emulators.twilio.refused import Refused, flood, missing, unauthorised
from tests.emulators.twilio.webhooks import Webhooks
from tests.emulators.twilio.window import Rules
from tests.emulators.twilio.world import ACCOUNT, SENDER, SERVICE, TOKEN, Refusal, World

_CLOSING = 0.2
"""Seconds that requests under way are given when the server stops."""


class Twilio:
    """`async with Twilio() as twilio:` and clients' `api`, `content` and `messaging` base_url are `twilio.url`.

    Attributes:
        url: "http://127.0.0.1:port"; the same again after `stop` and `start`.
        account, token, sender, service: what a client authenticates with and sends from.
        requests: every request, oldest first (none with record=False).
        faults, limits: to be programmed; `limits` may be replaced at any time.
        latency: seconds every answer takes, after the request was carried out.
        world: messages, content, media, people, for what the rest does not offer.
    """

    def __init__(
        self,
        *,
        account: str = ACCOUNT,
        token: str = TOKEN,
        sender: str = SENDER,
        service: str = SERVICE,
        record: bool = True,
        limits: Limits | None = None,
        latency: float = 0.0,
    ) -> None:
        self.account, self.token, self.sender, self.service = account, token, sender, service
        self.limits = limits or Limits()
        self.latency = latency
        self.faults = Faults()
        self._record = Record(kept=record)
        self.world = World(account, token, sender, service)
        self._delivery = Delivery(self.world)
        self._people: dict[int, Person] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._ports = [0, 0]
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def requests(self) -> list[Request]:
        return self._record.requests

    @property
    def rules(self) -> Rules:
        """The account's tier and what else may differ."""
        return self.world.rules

    @property
    def callbacks(self) -> Callbacks:
        return self.world.callbacks

    @property
    def webhooks(self) -> Webhooks:
        """`twilio.webhooks.url` registers the incoming message webhook."""
        return self.world.webhooks

    @property
    def reach(self) -> dict[str, str]:
        """Where public addresses really are: {"https://public.example": "http://127.0.0.1:8080"}."""
        return self.world.reach

    @property
    def refusals(self) -> list[Refusal]:
        return self.world.refusals

    async def start(self) -> None:
        """Listen on two free ports of the loopback, the API's and the media store's, or again on those it had."""
        application = web.Application(client_max_size=60_000_000)
        for method, path, name, operation in operations(self._delivery):
            application.router.add_route(method, path, self._handler(name, operation))
        application.router.add_get("/store/{sid}", self._store)
        application.router.add_route("*", "/{path:.*}", self._handler("", nowhere))
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSING)
        await self._runner.setup()
        for port in self._ports:
            await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        self._ports = [each[1] for each in self._runner.addresses]
        self.world.url, self.world.store = self.url, f"http://127.0.0.1:{self._ports[1]}/store"

    async def stop(self) -> None:
        """Close every connection; messages, people and records stay, what is on its way is lost."""
        await self._delivery.close()
        await self.callbacks.close()
        await self.webhooks.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        forsaken = list(self._under_way)
        for task in forsaken:
            task.cancel()
        await asyncio.gather(*forsaken, return_exceptions=True)
        await self.world.courier.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def person(self, phone: str = "", *, external_user_id: str = "", name: str = "", wrote: bool = False) -> Person:
        """The person with this number or user id, the same object each time.

        Args:
            phone: "+9945..."; nothing for people who hide it behind a username.
            external_user_id: "AZ.123..."; nothing where Twilio does not say it.
            name: "Person" when not given.
            wrote: has written just now, so the window is open; no webhook is posted.
        """
        device = self.world.at(phone or external_user_id)
        if device is None:
            user = address(external_user_id)
            device = Device(address(phone) or user, phone, user, name or "Person")
            self.world.devices |= {known: device for known in (address(phone), user) if known}
            self._people[id(device)] = Person(self.world, self._delivery, device)
        if wrote:
            device.heard = self.world.now()
        return self._people[id(device)]

    def delivered(self, person: Person | None = None) -> list[Message]:
        """Every message of ours that reached this person's screen, or anybody's, in the order they were accepted."""
        shown = [message for message in self.world.messages.values() if message.shown]
        return [message for message in shown if person is None or message in person.device.shown]

    def called(self, operation: str) -> list[Request]:
        return self._record.called(operation)

    async def asked(self, operation: str, times: int = 1, *, within: float = 5.0) -> None:
        """Wait until this operation was called so many times in all.

        Raises:
            TimeoutError: it was not, `within` seconds later.
        """
        await self._record.asked(operation, times, within)

    async def until(self, fits: Callable[[Request], object], *, within: float = 5.0) -> Request:
        """The first request that fits from now on; each is looked at when it arrives, and again when it is answered.

        Raises:
            TimeoutError: there was none, `within` seconds later.
        """
        return await self._record.until(fits, within)

    def advance(self, seconds: float) -> None:
        """Let time pass for windows, tiers and dates."""
        self.world.ahead += seconds

    def _handler(self, name: str, operation: Operation) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = await Call.of(request)
            entry = Request(name, call.parameters, call.to, time.monotonic())
            try:
                self._admit(request)
            except Refused as refused:
                self.world.note(name, entry.parameters, refused)
                return _refusal(refused)
            self._record.arrived(entry)
            task = asyncio.current_task()
            assert task is not None
            self._under_way.add(task)
            try:
                response = await self._limited(request, entry, call, operation)
            finally:
                self._under_way.discard(task)
            if response.status != _SILENCE:
                self._record.answered(entry, response.status)
            return response

        return handle

    async def _limited(self, request: web.Request, entry: Request, call: Call, operation: Operation) -> web.Response:
        if entry.operation != "messages.create":
            return await self._fail_or_carry_out(request, entry, call, operation)
        try:
            if not self.limits.enter(entry.to, entry.time):
                return _refusal(flood())
            return await self._fail_or_carry_out(request, entry, call, operation)
        finally:
            self.limits.leave()

    async def _fail_or_carry_out(
        self, request: web.Request, entry: Request, call: Call, operation: Operation
    ) -> web.Response:
        fault = self.faults.of(entry.operation, entry.to)
        if fault is None or fault.outcome is not None:
            call.outcome = fault.outcome if fault is not None and fault.outcome is not None else call.outcome
            response = await self._carry_out(entry, call, operation)
            if self.latency:
                await asyncio.sleep(self.latency)
            return response
        truth = await self._carry_out(entry, call, operation) if fault.processed else None
        if fault.hang:
            await asyncio.Event().wait()  # until the server stops; the client gives up before that
        if fault.answer is not None:
            return _refusal(fault.answer)
        if truth is not None and fault.delay is not None:
            await asyncio.sleep(fault.delay)
            return truth
        return _dropped(request)

    async def _carry_out(self, entry: Request, call: Call, operation: Operation) -> web.Response:
        try:
            status, values = await operation(self.world, call)
        except Refused as refused:
            self.world.note(entry.operation, entry.parameters, refused)
            return _refusal(refused)
        if isinstance(values, str):
            return web.Response(status=status, headers={"Location": values})
        return _answer(status, values)

    def _admit(self, request: web.Request) -> None:
        wanted = aiohttp.encode_basic_auth(self.account, self.token)
        if request.headers.get("Authorization") != wanted:
            raise unauthorised()
        if request.match_info.get("account", self.account) != self.account:
            raise missing(request.path)

    async def _store(self, request: web.Request) -> web.Response:
        return downloads.store(self.world, request)


_SILENCE = 599
"""Stands for no answer at all; the connection is gone before it could be sent."""


def _answer(status: int, values: object) -> web.Response:
    if values is None:
        return web.Response(status=status)
    return web.Response(body=json.dumps(values).encode(), status=status, content_type="application/json")


def _refusal(refused: Refused) -> web.Response:
    response = _answer(refused.status, refused.to_json())
    if refused.problem:
        response.content_type = "application/problem+json"
    if refused.status == unauthorised().status:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def _dropped(request: web.Request) -> web.Response:
    """Nothing more is said on this connection."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=_SILENCE)
