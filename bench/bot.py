"""The real program, `python -m bot run`, with settings of its own whatever this machine's `.env` says."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp.test_utils import unused_port

from tests.emulators.telegram import BotApi


@asynccontextmanager
async def live(data: Path, api: BotApi, rate: int = 30) -> AsyncIterator[Process]:
    """On Telegram, as it is served by the emulator, so many messages a second."""
    settings = {"TELEGRAM_TOKEN": api.token, "TELEGRAM_API_URL": api.url, "DEMO": "no", "TELEGRAM_RATE": str(rate)}
    async with _running(data, unused_port(), settings) as process:
        yield process


@asynccontextmanager
async def demo(data: Path) -> AsyncIterator[tuple[Process, str]]:
    """The demo, and the address of its page."""
    port = unused_port()
    async with _running(data, port, {"TELEGRAM_TOKEN": "", "DEMO": "yes"}) as process:
        yield process, f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _running(data: Path, port: int, settings: dict[str, str]) -> AsyncIterator[Process]:
    plain = {"DATA": str(data), "PORT": str(port), "DATABASE_URL": "", "PUBLIC_URL": "", "LOG_LEVEL": "ERROR"}
    environment = {**os.environ, **plain, "HOST": "127.0.0.1", **settings}
    command = (sys.executable, "-m", "bot", "run")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
