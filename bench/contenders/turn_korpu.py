"""Ours: everything from the update to the queued answer, with the real handlers. Arguments: file, people, rounds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from bench.conversation import STEPS, WARMING, batches, measured_rounds, role
from bench.newsletter import TOKEN
from bench.processes import Stopwatch, tell
from bot import collector
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.inbound import inbound
from bot.core.clock import Clock
from bot.handlers import router
from bot.network_file import load
from bot.workers.accept import Accept
from bot.workers.converse import Converse
from storage.database import Database
from storage.files import Files
from storage.inbox import count_unhandled
from storage.members import Member
from storage.outbox import OutboxRow


async def main(path: Path, people: int, rounds: int) -> None:
    database, clock, files = Database(f"sqlite:///{path}"), Clock(), Files(path.parent)
    network = load(Path("networks/azerbaijan.toml"))
    channels = {"telegram": TelegramChannel(TOKEN, files=files)}
    converse = Converse(database, clock, network, router(), channels, files, lambda: None)
    accept = Accept(database, clock, converse.wake)

    async def talk(rounds: range) -> None:
        for updates in batches(people, rounds):
            await accept([read for update in updates if (read := inbound(update))])
        while await database.read(count_unhandled):  # noqa: ASYNC110 - it stands in a table
            await asyncio.sleep(0.005)

    collector.settle()  # as the program does
    conversing = asyncio.create_task(converse.run())
    await talk(WARMING)
    watch = Stopwatch()
    await talk(measured_rounds(rounds))
    taken = watch.read()
    conversing.cancel()
    changed = select(func.count()).where(Member.role == role(measured_rounds(rounds)))
    assert await database.read(lambda session: session.scalar(changed)) == people
    answers = select(func.count()).select_from(OutboxRow)
    assert await database.read(lambda session: session.scalar(answers)) == people * (len(WARMING) + rounds) * len(STEPS)
    database.close()
    tell(**taken)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
