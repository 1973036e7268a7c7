"""python-telegram-bot's `send_message` in a loop, on its own transport, storing nothing.

Arguments: URL, members, seconds.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import uvloop
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import HTTPXRequest

from bench.newsletter import IN_FLIGHT, TOKEN, request
from bench.people import users
from bench.processes import Stopwatch, tell

PATIENCE = 60
"""Seconds to wait for whatever it is: by default it gives a request up after five."""


async def main(url: str, members: int, seconds: float) -> None:
    sent = 0

    async def send(chats: Iterator[int]) -> None:
        nonlocal sent
        for chat in chats:
            message = await bot.send_message(
                chat, text, parse_mode="HTML", reply_markup=keyboard, link_preview_options=preview
            )
            sent += message.message_id == 1

    same = request(0)
    text = same["text"]
    keyboard = InlineKeyboardMarkup.de_json(same["reply_markup"])
    preview = LinkPreviewOptions(**same["link_preview_options"])
    transport = HTTPXRequest(
        connection_pool_size=IN_FLIGHT,
        read_timeout=PATIENCE,
        write_timeout=PATIENCE,
        connect_timeout=PATIENCE,
        pool_timeout=PATIENCE,
    )
    async with Bot(TOKEN, base_url=f"{url}/bot", request=transport) as bot:
        watch, chats = Stopwatch(), users(members, seconds)
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(send(chats))
        taken = watch.read()
    tell(**taken, sent=sent)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
