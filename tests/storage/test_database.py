"""Transactions in database threads: whole or not at all, and a failing one takes nobody with it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.database import GROUP, LONGEST, Database
from storage.facts import Fact, recall, remember


def facts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Fact)) or 0


async def test_what_was_written_is_there_for_everybody_after_the_call_returns(database: Database) -> None:
    await database.run(lambda session: remember(session, "key", {"a": 1}))
    assert await database.read(lambda session: recall(session, "key")) == {"a": 1}


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        remember(session, "key", {})
        session.flush()
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        await database.run(fail)
    assert await database.read(facts) == 0


async def test_of_many_at_once_the_failing_ones_fail_alone(database: Database) -> None:
    def work(number: int) -> Callable[[Session], int]:
        def transaction(session: Session) -> int:
            session.add(Fact(key=f"key {number % 40}", value={}))
            session.flush()
            if number % 7 == 0:
                raise LookupError(number)
            return number

        return transaction

    results = await asyncio.gather(*(database.run(work(number)) for number in range(40)), return_exceptions=True)
    failed = [number for number, result in enumerate(results) if isinstance(result, LookupError)]
    assert failed == list(range(0, 40, 7))
    assert [result for result in results if not isinstance(result, LookupError)] == [
        number for number in range(40) if number % 7
    ]
    assert await database.read(facts) == 40 - len(failed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_urgent_is_committed_before_anything_else_that_waits(database: Database) -> None:
    begun, ended = threading.Event(), threading.Event()

    def occupy(_session: Session) -> None:
        begun.set()
        ended.wait(10)

    occupied = asyncio.ensure_future(database.run(occupy))
    await asyncio.to_thread(begun.wait, 10)
    ordinary = asyncio.ensure_future(database.run(lambda _session: database._look(facts)))
    urgent = asyncio.ensure_future(database.run(lambda session: remember(session, "key", {}), urgent=True))
    await asyncio.sleep(0)
    ended.set()
    await asyncio.gather(occupied, urgent)
    assert await ordinary == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_is_urgent_waits_for_no_thread_of_others(database: Database) -> None:
    ended = threading.Event()
    others = [asyncio.ensure_future(database.read(lambda _session: ended.wait(10))) for _ in range(8)]
    await asyncio.sleep(0)
    await database.run(lambda session: remember(session, "key", {}), urgent=True)
    waited = [other.done() for other in others]
    ended.set()
    assert await asyncio.gather(*others) == [True] * 8
    assert waited == [False] * 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_group_lets_what_is_urgent_in_after_the_transaction_that_runs(database: Database) -> None:
    order: list[str] = []
    urgent: list[asyncio.Future[None]] = []
    loop = asyncio.get_running_loop()

    def ordinary(number: int) -> Callable[[Session], None]:
        def transaction(_session: Session) -> None:
            if number == 1:
                hurry = database.run(lambda _session: order.append("urgent"), urgent=True)
                urgent.append(asyncio.run_coroutine_threadsafe(hurry, loop))  # type: ignore[arg-type]
                assert asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), loop).result(5) is None
            order.append("ordinary")

        return transaction

    await asyncio.gather(*(database.run(ordinary(number)) for number in range(6)))
    await asyncio.wrap_future(urgent[0])
    assert order.index("urgent") == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_group_takes_nobody_in_when_its_time_is_up(database: Database) -> None:
    commits: list[object] = []

    def slow(session: Session) -> None:
        commits.append(session.connection().get_transaction())
        time.sleep(LONGEST)

    await asyncio.gather(*(database.run(slow) for _ in range(6)))
    assert max(commits.count(commit) for commit in commits) == 1


async def test_an_error_of_the_database_is_raised_to_the_one_who_caused_it(database: Database) -> None:
    def write(session: Session) -> None:
        session.execute(text("INSERT INTO facts (key, value) VALUES ('one', '{}')"))

    outcomes = await asyncio.gather(database.run(write), database.run(write), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [IntegrityError]
    assert await database.read(facts) == 1


async def test_a_reader_never_waits_for_the_writer(database: Database) -> None:
    started, done = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(session: Session) -> None:
        remember(session, "slow", {})
        session.flush()
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(done.wait(), loop).result(5)

    writing = asyncio.create_task(database.run(slow))
    await started.wait()
    assert await database.read(facts) == 0
    done.set()
    await writing
    assert await database.read(facts) == 1


async def test_a_group_is_bounded(database: Database) -> None:
    order: list[int] = []
    await asyncio.gather(*(database.run(lambda _session, n=n: order.append(n)) for n in range(GROUP * 3)))  # type: ignore[misc]
    assert sorted(order) == list(range(GROUP * 3))


async def test_an_error_does_not_repeat_the_parameters(database: Database) -> None:
    def twice(session: Session) -> None:
        for _again in range(2):
            session.execute(text("INSERT INTO facts (key, value) VALUES (:key, '{}')"), {"key": "+994501234567"})

    with pytest.raises(IntegrityError) as raised:
        await database.run(twice)
    assert str(raised.value).count("SQL parameters hidden") == 1
