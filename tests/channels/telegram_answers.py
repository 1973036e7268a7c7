"""A Bot API server that answers exactly what a test scripts, on loopback."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram import TelegramChannel
from bot.core.messages import Inbound

TOKEN = "123:token"
Parameters = dict[str, Any]
Answer = tuple[int, object] | Callable[[web.Request], Any]


def result(value: object) -> Answer:
    return 200, {"ok": True, "result": value}


def error(status: int, description: str, **parameters: int) -> Answer:
    body: Parameters = {"ok": False, "error_code": status, "description": description}
    return status, body | ({"parameters": parameters} if parameters else {})


ME = result({"id": 123, "is_bot": True, "first_name": "Körpü", "username": "korpu_bot"})
MESSAGE = result({"message_id": 7, "date": 0, "chat": {"id": 1, "type": "private"}})


class Answers:
    """`scripted` answers of a method come first, in order; then its last one again and again, or a plain success."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Parameters]] = []
        self.scripted: defaultdict[str, deque[Answer]] = defaultdict(deque)

    def called(self, method: str) -> list[Parameters]:
        return [parameters for name, parameters in self.calls if name == method]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        method = request.match_info["method"]
        self.calls.append((method, await _parameters(request)))
        answer = self.scripted[method].popleft() if self.scripted[method] else await _usual(method)
        if callable(answer):
            response: web.StreamResponse = await answer(request)
            return response
        status, body = answer
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)


async def drop(request: web.Request) -> None:
    """Take the request and close the connection."""
    assert request.transport
    request.transport.close()


async def _usual(method: str) -> Answer:
    match method:
        case "getMe":
            return ME
        case "getUpdates":
            await asyncio.sleep(0.05)
            return result([])
        case "getMyCommands":
            return result([])
        case "getMyDescription" | "getMyShortDescription":
            return result({})
        case _ if method.startswith(("send", "edit")) and method != "sendChatAction":
            return MESSAGE
        case _:
            return result(True)


async def _parameters(request: web.Request) -> Parameters:
    if request.content_type == "multipart/form-data":
        return {
            key: (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
            for key, value in (await request.post()).items()
        }
    return dict(await request.json()) if request.can_read_body else {}


@asynccontextmanager
async def serving() -> AsyncIterator[Answers]:
    answers = Answers()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", answers.answer)
    async with TestServer(app) as server:
        answers.url = str(server.make_url("")).rstrip("/")
        yield answers


class Folder:
    """Files by the name behind "sha256:"."""

    def __init__(self, path: Path = Path("nowhere")) -> None:
        self._path = path

    def path(self, file: str) -> Path:
        return self._path / file.removeprefix("sha256:")


def channel(url: str, **settings: Any) -> TelegramChannel:
    return TelegramChannel(TOKEN, api_url=url, **({"files": Folder()} | settings))


CHAT = {"id": 42, "type": "private"}
AYGUN = {"id": 42, "is_bot": False, "first_name": "Aygün"}


def said(update: int, text: str = "Salam") -> dict[str, Any]:
    return {
        "update_id": update,
        "message": {"message_id": update, "date": 0, "chat": CHAT, "from": AYGUN, "text": text},
    }


def tapped(update: int) -> dict[str, Any]:
    menu = {"message_id": 7, "date": 0, "chat": CHAT}
    return {"update_id": update, "callback_query": {"id": f"q{update}", "from": AYGUN, "message": menu, "data": "k:a"}}


class Inbox:
    """Stores what it is given, after failing as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.stored: list[str] = []
        self.failures = failures

    async def __call__(self, inbounds: Sequence[Inbound]) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.stored += [inbound.external_id for inbound in inbounds]


@asynccontextmanager
async def running(
    telegram: TelegramChannel, inbox: Callable[[Sequence[Inbound]], Awaitable[None]]
) -> AsyncIterator[None]:
    await telegram.start(inbox)
    try:
        yield
    finally:
        await telegram.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
