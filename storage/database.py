"""Runs whole transactions, written as plain functions over a Session, in database threads.

SQLite has one writer thread; transactions that are waiting when it is free share one commit, each in its own savepoint,
so a burst costs one fsync and a failing one takes nobody with it. PostgreSQL has a small pool of threads.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

# Engines hide parameters: an error's text goes to the log, and no log line holds what people write or who they are.

Result = TypeVar("Result")
Work = Callable[[Session], Result]

GROUP = 32
"""Most transactions in one commit. Measured: beyond 32 a turn gets no cheaper, and a reply waits longer."""

LONGEST = 0.02
"""Seconds after which a group takes nobody else in: who is urgent waits for no more than this and one transaction."""

URGENT = 2
"""Transactions that PostgreSQL runs at once beside all others because they are urgent: one a channel."""

_MIGRATING = 7_203_511
"""The key of PostgreSQL's advisory lock for migrations; any number that no other program on the server uses."""

CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 7_000,
}
"""Seconds, the last in milliseconds. Without them a server that says nothing, or is not there any more, is waited for,
for minutes to hours."""

LEAVING = """
    SET tcp_keepalives_idle = '3s'; SET tcp_keepalives_interval = '2s'; SET tcp_keepalives_count = 2;
    SET tcp_user_timeout = '7s'; SET idle_in_transaction_session_timeout = '5min'
"""
"""The same from the other side. PostgreSQL ends what a killed process had begun at once; if its whole machine is gone
after seven seconds, and after five minutes what a process began that stands still."""

PLANNING = "SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1"
"""How PostgreSQL weighs its ways. Along indexes, in order, a million members are joined on one core with less CPU than
hashing takes on all of them, and without a file; it sees that once no page counts as one that a disk turns for."""

_AGAIN = {"40001", "40P01"}
"""PostgreSQL's codes for a serialisation failure and a deadlock: the transaction did nothing and may run again."""


class Database:
    """Where everything durable is.

    Args:
        url: an SQLAlchemy URL; `sqlite:///var/korpu.db` or `postgresql://user:password@host/name`.
        threads: how many transactions PostgreSQL runs at once.
    """

    def __init__(self, url: str, threads: int = 4) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(parsed, "BEGIN IMMEDIATE")
            self._reading = _sqlite_engine(parsed, "BEGIN")
            self._writer: _Writer | None = _Writer(self.engine)
        else:
            self.engine = _postgresql_engine(parsed, threads + URGENT)
            self._reading = self.engine
            self._writer = None
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="database")
        self._urgent = ThreadPoolExecutor(URGENT, thread_name_prefix="urgent")

    async def run(self, work: Work[Result], *, urgent: bool = False) -> Result:
        """One transaction: commits when `work` returns, rolls back and raises what it raised.

        On PostgreSQL `work` runs again after a deadlock, so it must change nothing but the session.

        Args:
            urgent: SQLite's one writer commits it before whatever else waits; PostgreSQL has threads for it alone.
        """
        if self._writer is not None:
            return await asyncio.wrap_future(self._writer.submit(work, urgent=urgent))
        threads = self._urgent if urgent else self._threads
        return await asyncio.get_running_loop().run_in_executor(threads, self.transact, work)

    async def read(self, work: Work[Result]) -> Result:
        """A consistent look that never waits for the writer. Changes made in it are rolled back."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, work)

    def transact(self, work: Work[Result], attempts: int = 3) -> Result:
        """`run` for code outside the event loop: the command line, migrations, tests."""
        if self._writer is not None:
            return self._writer.submit(work).result()
        for attempt in range(attempts):
            try:
                with Session(self.engine, expire_on_commit=False) as session, session.begin():
                    return work(session)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _AGAIN or attempt + 1 == attempts:
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """One transaction for migrations; of several processes that start at once, one after the other has it.

        SQLite changes a table by making it anew and dropping the old one, which would delete every row that refers to
        it: so its foreign keys are off meanwhile, and checked before the commit.

        Raises:
            IntegrityError: a row refers to one that is not there.
        """
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
                yield connection
            return
        engine = _sqlite_engine(self.engine.url, "BEGIN IMMEDIATE", foreign_keys=False)
        try:
            with engine.begin() as connection:
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"{len(broken)} rows"))
        finally:
            engine.dispose()

    def _look(self, work: Work[Result]) -> Result:
        with Session(self._reading, expire_on_commit=False) as session:
            return work(session)

    def close(self) -> None:
        """Finish what was begun and let go of every connection."""
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown()
        self._urgent.shutdown()
        self._reading.dispose()
        self.engine.dispose()


_URGENT, _ORDINARY, _LAST = range(3)


class _Waiting(NamedTuple):
    """Ordered by rank, then by when it came; no two have the same number."""

    rank: int
    number: int
    work: Work[Any]
    future: Future[Any]


class _Writer:
    """The one thread that writes to SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.PriorityQueue[_Waiting] = queue.PriorityQueue()
        self._numbers = count()
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Result], *, urgent: bool = False) -> Future[Result]:
        future: Future[Result] = Future()
        self._waiting.put(_Waiting(_URGENT if urgent else _ORDINARY, next(self._numbers), work, future))
        return future

    def close(self) -> None:
        self._waiting.put(_Waiting(_LAST, next(self._numbers), lambda _session: None, Future()))
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._waiting.get()).rank != _LAST:
            self._commit(first)

    def _commit(self, first: _Waiting) -> None:
        """Run a group in one transaction; nobody hears of success before the commit."""
        alone = self._waiting.empty()
        futures: list[Future[Any]] = []
        results: list[Callable[[], None]] = []
        try:
            with self._engine.begin() as connection:
                for work, future in [(first.work, first.future)] if alone else self._group(first):
                    if future.set_running_or_notify_cancel():
                        futures.append(future)
                        results.append(_attempt(connection, work, future, alone=alone))
        except BaseException as error:  # noqa: BLE001 - whatever stopped the commit is told to everyone who waits for it
            for future in futures:
                future.set_exception(error)
            return
        for tell in results:
            tell()

    def _group(self, first: _Waiting) -> Iterator[tuple[Work[Any], Future[Any]]]:
        """The first and those of its rank that wait, until the time is up or something urgent comes."""
        ends = time.monotonic() + LONGEST
        yield first.work, first.future
        for _ in range(GROUP - 1):
            if self._waiting.empty() or time.monotonic() > ends:
                return
            waiting = self._waiting.get()
            if waiting.rank != first.rank:
                self._waiting.put(waiting)
                return
            yield waiting.work, waiting.future


def _attempt(connection: Connection, work: Work[Any], future: Future[Any], *, alone: bool) -> Callable[[], None]:
    """Run one transaction of a group in its savepoint; returns how to tell its outcome once the group is committed."""
    savepoint = None if alone else connection.begin_nested()
    try:
        with Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
            result = work(session)
            session.flush()
            session.expunge_all()
    except Exception as error:
        if savepoint is None:
            raise
        savepoint.rollback()
        failure = error
        return lambda: future.set_exception(failure)
    if savepoint is not None:
        savepoint.commit()
    return lambda: future.set_result(result)


def _postgresql_engine(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url, pool_size=connections, pool_pre_ping=True, hide_parameters=True, connect_args=CONNECTING
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg.Connection behind SQLAlchemy's
        connection.execute(f"{LEAVING}; {PLANNING}")
        connection.commit()

    return engine


def _sqlite_engine(url: URL, begin: str, *, foreign_keys: bool = True) -> Engine:
    # A statement of 500 ids is 60 KB prepared, and each number of ids is a statement of its own: few are kept.
    arguments = {"check_same_thread": False, "timeout": 30, "cached_statements": 64}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3.Connection behind SQLAlchemy's adapter
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            "cache_size=-4000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
