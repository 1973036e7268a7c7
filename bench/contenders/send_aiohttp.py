"""The least a client can do: an aiohttp loop that posts the requests and stores nothing.

Arguments: URL, members, seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator

import uvloop
from aiohttp import ClientSession, TCPConnector

from bench.newsletter import IN_FLIGHT, TOKEN, request
from bench.people import users
from bench.processes import Stopwatch, tell

HEADERS = {"Content-Type": "application/json"}


async def main(url: str, members: int, seconds: float) -> None:
    sent = 0

    async def send(chats: Iterator[int]) -> None:
        nonlocal sent
        for chat in chats:
            async with session.post(address, data=json.dumps(request(chat)).encode(), headers=HEADERS) as response:
                await response.read()
                sent += response.status == 200

    address = f"{url}/bot{TOKEN}/sendMessage"
    async with ClientSession(connector=TCPConnector(limit=IN_FLIGHT)) as session:
        watch, chats = Stopwatch(), users(members, seconds)
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(send(chats))
        taken = watch.read()
    tell(**taken, sent=sent)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
