"""Ours: the foreman with the real Telegram channel delivers a broadcast from a SQLite file. Arguments: URL, file."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.newsletter import IN_FLIGHT, TOKEN
from bench.processes import Stopwatch, tell
from bot import collector
from bot.actions.wording import Wording
from bot.channels.telegram import TelegramChannel
from bot.core.clock import Clock
from bot.core.messages import Inbound
from bot.network_file import load
from bot.workers.deliver import Foreman
from storage.database import Database
from storage.delivery import tally, unfinished
from storage.files import Files

UNLIMITED = 1_000_000
"""Messages a second: more than any machine sends."""

BROADCAST = 1


async def main(url: str, path: Path) -> None:
    database, clock = Database(f"sqlite:///{path}"), Clock()
    network = load(Path("networks/azerbaijan.toml"))
    channel = TelegramChannel(TOKEN, files=Files(path.parent), api_url=url, rate=UNLIMITED)
    await channel.start(_nobody_writes)
    foreman = Foreman(channel, database, clock, Wording(network), IN_FLIGHT, _nothing_is_refused)
    collector.settle()  # as the program does
    watch = Stopwatch()
    running = asyncio.create_task(foreman.run())
    while await database.read(lambda session: unfinished(session, BROADCAST)):  # noqa: ASYNC110 - it stands in a table
        await asyncio.sleep(0.02)
    taken = watch.read()
    counted = await database.read(lambda session: tally(session, BROADCAST))
    foreman.stop()
    await running
    await channel.stop()
    database.close()
    tell(**taken, sent=sum(one.rows for one in counted if (one.state, one.twice) == ("sent", False)))


async def _nothing_is_refused(_broadcast: int, _reason: str) -> None:
    raise AssertionError("the stub takes everything")


async def _nobody_writes(_inbounds: Sequence[Inbound]) -> None:
    raise AssertionError("the stub has no updates")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
