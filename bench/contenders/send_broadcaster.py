"""The package aiogram-broadcaster, which sends one after the other.

Keeping, it writes down after each message who has it, as it offers to, so that it can go on after a restart.
Arguments: URL, members, seconds, storing or not.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from aiogram_broadcaster.storages import SQLAlchemyStorage

from bench.newsletter import TOKEN, request
from bench.people import FIRST_USER
from bench.processes import Stopwatch, tell


async def main(url: str, members: int, seconds: float, *, keeping: bool) -> None:
    same = request(0)
    content = TextContent(
        text=same["text"],
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup.model_validate(same["reply_markup"]),
        link_preview_options=LinkPreviewOptions.model_validate(same["link_preview_options"]),
    )
    chats = range(FIRST_USER + 1, FIRST_USER + members + 1)
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    with tempfile.TemporaryDirectory() as folder:
        storage = SQLAlchemyStorage.from_url(f"sqlite+aiosqlite:///{Path(folder) / 'mailers.db'}") if keeping else None
        if storage is not None:
            await storage.startup()
        async with Bot(TOKEN, session=session) as bot:
            watch = Stopwatch()
            mailer = await Broadcaster(bot, storage=storage).create_mailer(chats=chats, content=content)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await mailer.start()
            taken = watch.read()
        if storage is not None:
            await storage.shutdown()
    tell(**taken, sent=len(mailer.chats.success))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), keeping=sys.argv[4] == "keeping"))
