"""The live connection: each open page gets everything once, then every event; what it asks is done here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.channels.simulator.control import Control
from bot.channels.simulator.crowd import Crowd
from bot.channels.simulator.phone import poll_id
from bot.channels.simulator.phones import Event, Phones
from bot.channels.simulator.requests import Request, parsed
from bot.channels.simulator.shapes import SHAPES
from bot.channels.simulator.words import words
from bot.core.messages import Inbound, Kind, Point
from bot.core.typed import formatted

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""Language -> (command, description) in the order they are listed."""

_PULSES: Final = 4
"""Looks at the counts in a second."""

_BEHIND: Final = 2000
"""Events a page may be behind before it is let go; it comes back by itself and starts from everything."""

_FARTHEST: Final = 366 * 24 * 3600
_MOST_SILENT: Final = 100_000
_LONGEST_NAME: Final = 40

_HERE: Final = Point(40.3667, 49.8352)
"""Where every phone of the demo is: the old city of Baku."""

_log = logging.getLogger(__name__)


class Live:
    """The open pages."""

    def __init__(self, phones: Phones, crowd: Crowd, control: Control, commands: Commands) -> None:
        self._phones = phones
        self._crowd = crowd
        self._control = control
        self._commands = commands
        self._pages: set[web.WebSocketResponse] = set()
        self._adding: asyncio.Task[None] | None = None
        self._pulse: asyncio.Task[None] | None = None
        self._do: dict[str, Callable[[Request], Awaitable[None]]] = {
            "say": self._say,
            "tap": self._tap,
            "vote": self._vote,
            "sticker": self._gesture,
            "voice": self._gesture,
            "location": self._location,
            "switch_off": self._switch_off,
            "block": self._block,
            "add_phone": self._add_phone,
            "advance": self._advance,
            "add_silent": self._add_silent,
        }

    def start(self) -> None:
        self._pulse = asyncio.create_task(self._count())

    async def stop(self) -> None:
        for task in (self._pulse, self._adding):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        # 1012 is "service restart": https://www.iana.org/assignments/websocket
        await asyncio.gather(*(page.close(code=1012) for page in tuple(self._pages)))

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page until it goes away."""
        page = web.WebSocketResponse(timeout=2, heartbeat=20, max_msg_size=200_000)
        await page.prepare(request)
        events: asyncio.Queue[Event] = asyncio.Queue(_BEHIND)

        def listen(event: Event) -> None:
            try:
                events.put_nowait(event)
            except asyncio.QueueFull:
                writing.cancel()

        forget = self._phones.watch(listen)
        self._pages.add(page)
        writing = asyncio.create_task(self._write(page, events))
        try:
            async for message in page:
                if message.type is WSMsgType.TEXT:
                    await self._answer(message.data, listen)
        finally:
            forget()
            self._pages.discard(page)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writing
        return page

    async def _write(self, page: web.WebSocketResponse, events: asyncio.Queue[Event]) -> None:
        try:
            await page.send_json(await self._everything(), dumps=_dumps)
            while True:
                await page.send_json(await events.get(), dumps=_dumps)
        finally:
            await page.close()

    async def _everything(self) -> Event:
        silent = await self._control.silent_members()
        # Read after the wait, in one go: what happens from here on is in the queue already.
        return {
            "event": "everything",
            "networks": {language: self._control.network_name(language) for language in words()},
            "zone": self._control.zone.key,
            "now": self._control.now().isoformat(),
            "words": words(),
            "windows": {key: _seconds(shape.capabilities.window) for key, shape in SHAPES.items()},
            "commands": self._commands,
            "phones": [
                phone.settings() | {"messages": [asdict(message) for message in phone.screen]} for phone in self._phones
            ],
            "silent": silent,
            "adding": self._adding is not None,
            "tally": self._crowd.tally() | {"rate": 0},
        }

    async def _answer(self, raw: str, listen: Callable[[Event], None]) -> None:
        identity = ""
        try:
            request = parsed(raw)
            identity = request["id"]
            await self._do[request["do"]](request)
        except KeyError:
            listen({"event": "failed", "id": identity, "why": "nobody has this phone"})
        except ValueError as error:
            listen({"event": "failed", "id": identity, "why": str(error)})
        except Exception:  # noqa: BLE001 - the page is told, and stays connected
            _log.exception("What the demo page asked could not be done")
            listen({"event": "failed", "id": identity, "why": "That did not work; the app's log says why."})

    async def _say(self, request: Request) -> None:
        phone = self._phones[request["user"]]
        text = formatted(request["text"], phone.shape.capabilities.markup)
        self._pass(request, text=text)

    async def _tap(self, request: Request) -> None:
        self._pass(request, kind=Kind.TAP, tap=request["payload"], message=request["message"])

    async def _vote(self, request: Request) -> None:
        user, message = request["user"], request["message"]
        if not all(type(place) is int for place in request["picked"]):
            raise ValueError("wrong fields")
        picked = tuple(sorted(set(request["picked"])))
        poll = poll_id(self._phones[user].user, message)
        self._phones.vote(
            user, self.inbound(user, request["id"], kind=Kind.VOTE, message=message, poll=poll, picked=picked)
        )

    async def _gesture(self, request: Request) -> None:
        self._pass(request, kind=Kind(request["do"]))

    async def _location(self, request: Request) -> None:
        self._pass(request, kind=Kind.LOCATION, point=_HERE)

    def _pass(self, request: Request, **what: Any) -> None:  # noqa: ANN401 - the fields of Inbound
        self._phones.say(request["user"], self.inbound(request["user"], request["id"], **what))

    def inbound(self, user: str, external_id: str, **what: Any) -> Inbound:  # noqa: ANN401 - the fields of Inbound
        phone = self._phones[user]
        return Inbound(phone.address, external_id, language=phone.language, name=phone.name, **what)

    async def _switch_off(self, request: Request) -> None:
        self._phones.switch_off(request["user"], request["off"])
        self._done(request)

    async def _block(self, request: Request) -> None:
        self._phones.block(request["user"], request["blocked"])
        self._done(request)

    async def _add_phone(self, request: Request) -> None:
        name = request["name"].strip()[:_LONGEST_NAME]
        if not name:
            raise ValueError("A phone needs a name")
        if request["shape"] not in SHAPES or request["language"] not in words():
            raise ValueError("There is no such phone")
        self._phones.add(name, SHAPES[request["shape"]], request["language"])
        self._done(request)

    async def _advance(self, request: Request) -> None:
        if not 0 < request["seconds"] <= _FARTHEST:
            raise ValueError("The clock moves forward, by at most a year")
        await self._control.advance(request["seconds"])
        self._phones.tell({"event": "clock", "now": self._control.now().isoformat()})
        self._done(request)

    async def _add_silent(self, request: Request) -> None:
        if not 0 < request["count"] <= _MOST_SILENT:
            raise ValueError(f"From 1 to {_MOST_SILENT:,} at a time")
        if self._adding is not None:
            raise ValueError("Members are being added already")
        self._adding = asyncio.create_task(self._adding_silent(request["count"]))
        self._done(request)

    async def _adding_silent(self, count: int) -> None:
        def progress(done: int) -> None:
            self._phones.tell({"event": "adding", "done": done, "count": count})

        try:
            progress(0)
            await self._control.add_silent(count, progress)
        except Exception:  # noqa: BLE001 - nobody waits for this task; the page is told how many there are after all
            _log.exception("Silent members could not be added")
        self._adding = None
        self._phones.tell({"event": "added", "silent": await self._control.silent_members()})

    def _done(self, request: Request) -> None:
        self._phones.tell({"event": "taken", "id": request["id"]})

    async def _count(self) -> None:
        totals = deque([self._crowd.total], maxlen=_PULSES + 1)
        rate = 0
        while True:
            await asyncio.sleep(1 / _PULSES)
            totals.append(self._crowd.total)
            last, rate = rate, totals[-1] - totals[0]
            if rate or last:
                self._phones.tell({"event": "tally", "tally": self._crowd.tally() | {"rate": rate}})


def _seconds(window: timedelta | None) -> float | None:
    return None if window is None else window.total_seconds()


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
