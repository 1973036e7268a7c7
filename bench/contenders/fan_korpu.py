"""Ours: the tick writes a broadcast's rows, slice by slice, and once they have outcomes its report. Arguments: file."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import uvloop
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.newsletter import TOKEN
from bench.people import send
from bench.processes import Stopwatch, peak, tell
from bot.actions import report_file
from bot.channels.telegram import TelegramChannel
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network_file import load
from scheduler.broadcasts import Broadcasts
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.delivery import tally
from storage.files import Files

FATES = text(
    "UPDATE outbox SET state = CASE WHEN id % 20 THEN 'sent' ELSE 'refused' END,"
    " reason = CASE WHEN id % 20 THEN '' ELSE 'blocked' END, settled_at = created_at"
)
"""One in twenty has blocked the bot."""


async def main(path: Path) -> None:
    database, clock, files = Database(f"sqlite:///{path}"), Clock(), Files(path.parent)
    network = load(Path("networks/azerbaijan.toml"))
    channels: dict[str, Channel] = {"telegram": TelegramChannel(TOKEN, files=files)}
    moving = Broadcasts(database, clock, network, channels, files, lambda: None)
    broadcast_id = await database.run(lambda session: send(session, {}, author=1))
    watch = Stopwatch()
    await moving.tick()
    taken, highest = watch.read(), peak()
    rows = sum(one.rows for one in await database.read(lambda session: tally(session, broadcast_id)))
    await database.run(lambda session: session.execute(FATES))

    def file(session: Session) -> str:
        return report_file.write(session, session.get_one(Broadcast, broadcast_id), network, channels, files)

    since = time.perf_counter()
    await database.read(file)
    filed = time.perf_counter()
    await moving.tick()
    told = time.perf_counter()
    assert await database.read(lambda session: session.get_one(Broadcast, broadcast_id).finished_at) is not None
    database.close()
    tell(**taken, peak=highest, rows=rows, file=filed - since, report=told - filed)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
