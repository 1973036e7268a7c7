"""How fast each way of calling the Bot API sends: the same message, 100 in flight, to a stub that answers at once.

Each contender runs in a process of its own, all in turn, five rounds; medians, and ratios to bare aiohttp by round.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Final

import uvloop

from bench.figures import machine
from bench.newsletter import IN_FLIGHT, TEXT, TOKEN
from bench.processes import stub

ROUNDS: Final = 5
BARE: Final = "aiohttp, bare"

Send = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def bare_aiohttp(url: str) -> AsyncIterator[Send]:
    from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415 - every contender's process imports its own library

    async def send(chat: int) -> None:
        body = json.dumps({"chat_id": chat, "text": TEXT, "parse_mode": "HTML"}).encode()
        async with session.post(f"{url}/bot{TOKEN}/sendMessage", data=body, headers=headers) as response:
            assert json.loads(await response.read())["ok"]

    headers = {"Content-Type": "application/json"}
    async with ClientSession(connector=TCPConnector(limit=IN_FLIGHT)) as session:
        yield send


@asynccontextmanager
async def aiogram(url: str) -> AsyncIterator[Send]:
    from aiogram import Bot  # noqa: PLC0415
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415

    async with Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url), limit=IN_FLIGHT)) as bot:
        yield lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML")


@asynccontextmanager
async def telegram_by_httpx(url: str) -> AsyncIterator[Send]:
    """python-telegram-bot as it comes: its own transport and settings."""
    from telegram import Bot  # noqa: PLC0415

    async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
        yield lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML")


@asynccontextmanager
async def telegram_by_aiohttp(url: str) -> AsyncIterator[Send]:
    """Its typed method over our transport."""
    from telegram import Bot  # noqa: PLC0415

    from bot.channels.telegram.transport import AiohttpRequest  # noqa: PLC0415

    async with Bot(TOKEN, base_url=f"{url}/bot", request=AiohttpRequest(IN_FLIGHT)) as bot:
        yield lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML")


@asynccontextmanager
async def lean_bot(url: str) -> AsyncIterator[Send]:
    """Ours: `do_api_request` without a return type over our transport."""
    from bot.channels.telegram.transport import AiohttpRequest, LeanBot  # noqa: PLC0415

    def send(chat: int) -> Awaitable[object]:
        return bot.do_api_request("sendMessage", {"chat_id": chat, "text": TEXT, "parse_mode": "HTML"})

    async with LeanBot(TOKEN, base_url=f"{url}/bot", request=AiohttpRequest(IN_FLIGHT)) as bot:
        yield send


@asynccontextmanager
async def whole_channel(url: str) -> AsyncIterator[Send]:
    """Ours as the foreman calls it: rendered, sent, and the answer made an outcome."""
    from markupsafe import Markup  # noqa: PLC0415

    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415
    from bot.core.channel import Sent  # noqa: PLC0415
    from bot.core.messages import Outbound  # noqa: PLC0415
    from storage.files import Files  # noqa: PLC0415

    async def send(chat: int) -> None:
        assert isinstance(await channel.send(str(chat), said), Sent)

    async def nobody_writes(_inbounds: object) -> None:
        raise AssertionError("the stub has no updates")

    said = Outbound(Markup(TEXT))  # noqa: S704 - ours
    channel = TelegramChannel(TOKEN, files=Files(Path("var")), api_url=url, rate=IN_FLIGHT)
    await channel.start(nobody_writes)
    yield send
    await channel.stop()


CONTENDERS: Final[dict[str, tuple[Callable[[str], AbstractAsyncContextManager[Send]], bool, int]]] = {
    BARE: (bare_aiohttp, True, 10_000),
    "python-telegram-bot, stock": (telegram_by_httpx, False, 500),
    "… on uvloop": (telegram_by_httpx, True, 500),
    "… with our transport": (telegram_by_aiohttp, True, 5_000),
    "… with our transport, untyped (ours)": (lean_bot, True, 10_000),
    "the whole Telegram channel (ours)": (whole_channel, True, 10_000),
    "aiogram, stock": (aiogram, False, 5_000),
    "aiogram on uvloop": (aiogram, True, 5_000),
}
"""Each with whether it runs on uvloop, and how many messages it sends."""


async def rates(opened: AbstractAsyncContextManager[Send], messages: int) -> tuple[float, float]:
    """Messages a second, and a second of this process's CPU, after a hundred to open the connections."""

    async def send_on() -> None:
        for chat in chats:
            await send(chat)

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(send_on())

    async with opened as send:
        chats = iter(range(1, 101))
        await all_of_them()
        chats = iter(range(1, messages + 1))
        began, used = time.perf_counter(), time.process_time()
        await all_of_them()
        return messages / (time.perf_counter() - began), messages / (time.process_time() - used)


def contend(name: str, url: str) -> None:
    """In the contender's process: print its rates."""
    open_, fast, messages = CONTENDERS[name]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if fast else None) as runner:
        print(*runner.run(rates(open_(url), messages)))


def main() -> None:
    print(machine())
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, rounds in measured.items():
            with stub() as url:
                command = [sys.executable, "-m", "bench.decisions.libraries", name, url]
                told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - our own
            by_clock, by_cpu = map(float, told.split())
            rounds.append((by_clock, by_cpu))
    for kind, unit in enumerate(
        ("a second", "a second of the client's CPU, which a busy machine does not change much")
    ):
        print(f"\n{'messages ' + unit}\n{'':38} {'median':>7}  {'spread':22} of {BARE}")
        for name, rounds in measured.items():
            mine, theirs = ([one[kind] for one in which] for which in (rounds, measured[BARE]))
            ratio = median(one / bare for one, bare in zip(mine, theirs, strict=True))
            print(f"{name:38} {median(mine):7,.0f}  {f'{min(mine):,.0f} to {max(mine):,.0f}':22} {ratio:.2f}")


if __name__ == "__main__":
    contend(*sys.argv[1:]) if sys.argv[1:] else main()
