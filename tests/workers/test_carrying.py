"""Files are fetched from the messenger they came on, whatever it answers and whenever the process dies."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.channel import Capabilities
from bot.core.clock import Clock
from bot.workers.carrying import AT_ONCE, Carrying
from storage import carried
from storage.carried import LEASE, SOONEST
from storage.database import Database
from storage.files import Files
from tests.workers.platform import Platform

POSTER = "telegram:AgAC"
BYTES = b"\xff\xd8 a poster"

Answer = bytes | Exception | None


class Keeper(Platform):
    """A platform that hands out what `answers` says, in order, and then the poster for ever."""

    capabilities = Capabilities(buttons=True, edits=True, markup="html", file=1_000)

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, file: str, most: int) -> bytes | None:
        self.asked.append((file, most))
        await self.open.wait()
        answer = self.answers.pop(0) if self.answers else BYTES
        if isinstance(answer, Exception):
            raise answer
        return answer


class Yard:
    """A carrying process over the test's database."""

    def __init__(self, database: Database, clock: Clock, files: Files, keeper: Platform) -> None:
        self.database, self.clock, self.files = database, clock, files
        other = Platform()
        self.carrying = Carrying({"telegram": keeper, "whatsapp": other}, database, clock, files)

    async def want(self, *remotes: str) -> None:
        for remote in remotes:
            await self.database.run(lambda session, remote=remote: carried.want(session, remote, self.clock.now()))  # type: ignore[misc]

    async def fate(self, remote: str = POSTER) -> tuple[str, str, int]:
        file = (await self.database.read(lambda session: carried.resolve(session, [remote])))[remote]
        return file.stored, file.failure, file.tries

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.carrying.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_wanted_file_is_stored_once(database: Database, clock: Clock, files: Files) -> None:
    keeper = Keeper()
    yard = Yard(database, clock, files, keeper)
    assert await yard.carrying.carry_next() is False
    await yard.want(POSTER)
    assert await yard.carrying.carry_next() is True
    assert await yard.carrying.carry_next() is False
    stored, failure, tries = await yard.fate()
    assert (files.path(stored).read_bytes(), failure, tries) == (BYTES, "", 1)
    assert keeper.asked == [(POSTER, 50_000_000)]  # as much as any channel carries


async def test_what_cannot_be_had_now_is_asked_for_again(
    database: Database, clock: Clock, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    yard = Yard(database, clock, files, Keeper(OSError("secret address"), TimeoutError(), KeyError("our bug")))
    await yard.want(POSTER)
    for tries in range(3):
        assert await yard.carrying.carry_next() is True
        assert await yard.carrying.carry_next() is False
        clock.advance(SOONEST * 2**tries)
    await yard.carrying.carry_next()
    assert (await yard.fate())[1:] == ("", 4)
    assert (await yard.fate())[0] != ""
    assert [(record.levelno, bool(record.exc_info)) for record in caplog.records] == [
        (logging.WARNING, False), (logging.WARNING, False), (logging.WARNING, True)
    ]  # fmt: skip
    assert "secret" not in caplog.text


async def test_what_is_gone_is_given_up(database: Database, clock: Clock, files: Files) -> None:
    yard = Yard(database, clock, files, Keeper(None))
    await yard.want(POSTER)
    await yard.carrying.carry_next()
    assert await yard.fate() == ("", "gone", 1)


async def test_a_channel_that_keeps_nothing_is_not_asked(database: Database, clock: Clock, files: Files) -> None:
    yard = Yard(database, clock, files, Keeper())
    await yard.want("whatsapp:MM1/ME1")
    assert await yard.carrying.carry_next() is False
    clock.advance(timedelta(days=2))
    assert await yard.carrying.carry_next() is False
    assert await yard.fate("whatsapp:MM1/ME1") == ("", "away", 0)


async def test_a_slow_one_keeps_no_other_waiting(database: Database, clock: Clock, files: Files) -> None:
    keeper = Keeper()
    keeper.open.clear()
    yard = Yard(database, clock, files, keeper)
    await yard.want(*(f"telegram:{number}" for number in range(AT_ONCE + 1)))
    async with yard.running():
        await until(lambda: len(keeper.asked) == AT_ONCE)
        keeper.open.set()
        await until(lambda: len(keeper.asked) == AT_ONCE + 1)


async def test_two_processes_that_both_fetched_agree(database: Database, clock: Clock, files: Files) -> None:
    """The first took longer than its lease."""
    slow = Keeper()
    slow.open.clear()
    first, second = Yard(database, clock, files, slow), Yard(database, clock, files, Keeper())
    await first.want(POSTER)
    fetching = asyncio.create_task(first.carrying.carry_next())
    await until(lambda: len(slow.asked) == 1)
    assert await second.carrying.carry_next() is False
    clock.advance(LEASE)
    assert await second.carrying.carry_next() is True
    here = await second.fate()
    slow.open.set()
    assert await fetching is True
    assert await first.fate() == here
    assert files.path(here[0]).read_bytes() == BYTES


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.core.clock import Clock
from bot.workers.carrying import Carrying
from storage import carried
from storage.database import Database
from storage.files import Files
from tests.workers.test_carrying import Keeper

place, url, folder = sys.argv[1:]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(Keeper):
    async def fetch(self, file, most):
        if place == "fetching":
            die()
        return await super().fetch(file, most)

files = Files(Path(folder))
if place == "writing":
    os.fsync = die
if place == "stored":
    carried.keep = die

async def run():
    await Carrying({"telegram": Dying()}, Database(url), Clock(), files).carry_next()

asyncio.run(run())
"""


@pytest.mark.parametrize("place", ["fetching", "writing", "stored"])
async def test_after_a_kill_at_any_point_it_is_fetched_again(
    database: Database, database_url: str, clock: Clock, files: Files, tmp_path: Path, place: str
) -> None:
    yard = Yard(database, clock, files, Keeper())
    await yard.want(POSTER)
    command = [sys.executable, "-c", KILLED, place, database_url, str(tmp_path / "files")]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    assert await yard.fate() == ("", "", 1)
    assert await yard.carrying.carry_next() is False
    clock.advance(LEASE)
    assert await yard.carrying.carry_next() is True
    stored, failure, tries = await yard.fate()
    assert (files.path(stored).read_bytes(), failure, tries) == (BYTES, "", 2)
