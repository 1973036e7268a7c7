"""Several processes on one PostgreSQL, each a set of workers of its own: the work is shared and the order is kept."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from statistics import median

import pytest
from markupsafe import Markup
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.actions.wording import Wording
from bot.core.clock import Clock
from bot.core.messages import Address, Inbound
from bot.core.router import Router
from bot.handlers import router
from bot.network import Network
from bot.turn import Turn
from bot.workers.accept import Accept
from bot.workers.converse import Converse
from bot.workers.deliver import Foreman
from bot.workers.leadership import Leadership
from storage import lanes
from storage.database import Database
from storage.facts import recall, remember, settle_on
from storage.files import Files
from storage.inbox import InboxRow, count_unhandled
from storage.members import Member, MemberAddress
from storage.notifications import Notifications
from storage.outbox import OutboxRow
from tests.workers.platform import Platform

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

WORKERS = 4
CHANNELS = ("telegram", "whatsapp")
_CODE = re.compile(r"LINK \w{4}-\w{4}")


class Process:
    """What one process brings: a database of its own, and the workers on it.

    Attributes:
        heard: who said what, in the order in which it was handled here.
    """

    def __init__(self, url: str, network: Network, files: Files, router: Router | None = None) -> None:
        self.heard: list[tuple[str, str]] = []
        self.database = Database(url, threads=WORKERS)
        self.clock = Clock()
        self.platform = Platform()
        self.calls = Notifications(self.database, self._wake)
        channels = dict.fromkeys(CHANNELS, self.platform)
        router = router or self._router()
        self.converse = Converse(self.database, self.clock, network, router, channels, files, self.calls.call)
        self.accept = Accept(self.database, self.clock, self.converse.wake)
        self.foreman = Foreman(self.platform, self.database, self.clock, Wording(network), 8, _never)

    def _router(self) -> Router:
        router = Router()

        @router.command("say")
        def say(turn: Turn) -> None:
            self.heard.append((turn.address.user, turn.payload))
            turn.say(turn.payload)

        return router

    def _wake(self) -> None:
        self.foreman.wake.nudge()

    @asynccontextmanager
    async def conversing(self) -> AsyncIterator[None]:
        """Its converse workers and its calls run."""
        tasks = [asyncio.create_task(self.converse.run()) for _ in range(WORKERS)]
        tasks.append(asyncio.create_task(self.calls.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.foreman.run())
        try:
            yield
        finally:
            self.foreman.stop()
            async with asyncio.timeout(10):
                await task


Start = Callable[..., Process]


async def _never(broadcast_id: int, reason: str) -> None:
    raise AssertionError(f"nothing is refused here, and {broadcast_id} was for {reason}")


@pytest.fixture
def start(database_url: str, network: Network, files: Files) -> Iterator[Start]:
    """Starts processes."""
    processes: list[Process] = []

    def another(router: Router | None = None) -> Process:
        processes.append(Process(database_url, network, files, router))
        return processes[-1]

    yield another
    for process in processes:
        process.database.close()


def says(user: str, words: str) -> Inbound:
    return said(user, f"/say {words}")


def said(user: str, words: str, channel: str = "telegram") -> Inbound:
    return Inbound(Address(channel, user), f"{user}:{words}", text=Markup(words), language="en")


def _note(ear: list[float]) -> None:
    ear.append(time.monotonic())


async def until(database: Database, holds: Callable[[Session], bool], within: float = 120) -> None:
    async with asyncio.timeout(within):
        while not await database.read(holds):
            await asyncio.sleep(0.02)


async def test_two_processes_share_the_turns_and_keep_everybodys_order(start: Start) -> None:
    """Fifty people write twenty messages each, all at once, half of them through either process."""
    one, other = start(), start()
    people, messages = [f"{number}" for number in range(50)], [f"{number:02}" for number in range(20)]
    async with one.conversing(), other.conversing():
        for words in messages:
            half = len(people) // 2
            await asyncio.gather(
                one.accept([says(user, words) for user in people[:half]]),
                other.accept([says(user, words) for user in people[half:]]),
            )
        await until(one.database, lambda session: count_unhandled(session) == 0)
    answers = select(MemberAddress.user, OutboxRow.payload).join(MemberAddress).order_by(OutboxRow.id)
    told = await one.database.read(lambda session: [(user, said["text"]) for user, said in session.execute(answers)])
    assert {user: [words for who, words in told if who == user] for user in people} == dict.fromkeys(people, messages)
    assert await one.database.read(lambda session: session.scalar(select(func.max(InboxRow.attempts)))) == 0
    assert len(one.heard) + len(other.heard) == len(told) == 1000
    assert min(len(one.heard), len(other.heard)) > 100


async def test_what_both_processes_receive_is_stored_and_handled_once(start: Start) -> None:
    """As when a process that had stood still wakes and has been replaced."""
    one, other = start(), start()
    updates = [says(f"{number % 7}", f"{number:02}") for number in range(70)]
    async with one.conversing(), other.conversing():
        await asyncio.gather(*(each.accept(updates[at : at + 35]) for at in (0, 35) for each in (one, other)))
        await until(one.database, lambda session: count_unhandled(session) == 0)
    assert sorted(one.heard + other.heard) == sorted((f"{number % 7}", f"{number:02}") for number in range(70))


async def test_a_first_contact_on_both_processes_at_once_makes_one_member(start: Start) -> None:
    """Two webhooks of one stranger: each process has one, and handles it at once."""
    one, other = start(), start()
    async with one.conversing(), other.conversing():
        for number in range(30):
            first, second = says(f"{number}", "first"), says(f"{number}", "second")
            await asyncio.gather(one.accept([first]), other.accept([second]))
        await until(one.database, lambda session: count_unhandled(session) == 0)
    members = await one.database.read(lambda session: session.scalar(select(func.count(Member.id))))
    states = select(InboxRow.state, func.count()).group_by(InboxRow.state)
    assert members == 30
    assert await one.database.read(lambda session: dict(session.execute(states).all())) == {"handled": 60}


async def test_two_phones_that_enter_each_others_code_at_once_are_one_person(start: Start) -> None:
    """Each process joins one of them with the other."""
    one, other = start(router()), start(router())
    database, pairs = one.database, range(20)
    async with one.conversing(), other.conversing():
        for channel in CHANNELS:
            await one.accept([said(f"{number}", "/link", channel) for number in pairs])
        await until(database, lambda session: count_unhandled(session) == 0)
        offered = select(OutboxRow.channel, MemberAddress.user, OutboxRow.payload).join(MemberAddress)
        told = await database.read(lambda session: session.execute(offered).all())
        codes = {(channel, user): _CODE.findall(payload["text"])[0] for channel, user, payload in told}
        await asyncio.gather(
            *(
                process.accept([said(f"{number}", codes[elsewhere, f"{number}"], here)])
                for number in pairs
                for process, here, elsewhere in ((one, *CHANNELS), (other, *CHANNELS[::-1]))
            )
        )
        await until(database, lambda session: count_unhandled(session) == 0)
    homes = await database.read(
        lambda session: session.execute(select(MemberAddress.user, MemberAddress.member_id)).all()
    )
    assert Counter(Counter(map(tuple, homes)).values()) == {2: len(pairs)}
    assert await database.read(lambda session: session.scalar(select(func.count(Member.id)))) == len(pairs)
    states = select(InboxRow.state, func.count()).group_by(InboxRow.state)
    assert await database.read(lambda session: dict(session.execute(states).all())) == {"handled": 80}


async def test_an_answer_from_one_process_leaves_through_the_other_within_100_ms(start: Start) -> None:
    delivers, handles = start(), start()
    waits: list[float] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(delivers.delivering())
        listening = asyncio.create_task(delivers.calls.run())
        await delivers.foreman.leadership.held()
        await stack.enter_async_context(handles.conversing())
        await asyncio.sleep(0.3)
        for number in range(20):
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            await handles.accept([says("1", f"{number}")])
            async with asyncio.timeout(5):
                while len(delivers.platform.taken) <= number:
                    await asyncio.sleep(0.001)
            waits.append(delivers.platform.times[-1] - begun)
        listening.cancel()
    assert median(waits) < 0.1


async def test_a_call_is_heard_by_every_process_and_many_at_once_as_few(start: Start) -> None:
    ears: list[list[float]] = [[], [], []]
    calls = [Notifications(start().database, partial(_note, ear)) for ear in ears]
    tasks = [asyncio.create_task(each.run()) for each in calls]
    async with asyncio.timeout(10):
        while not all(ears):  # each looks once when it begins to hear
            await asyncio.sleep(0.01)
        for ear in ears:
            ear.clear()
        for _ in range(1000):
            calls[0].call()
        while not all(ears):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [len(ear) for ear in ears] == [1, 1, 1]


async def test_a_process_that_could_not_hear_looks_when_it_can_again(start: Start) -> None:
    database, ear = start().database, list[float]()
    listening = asyncio.create_task(Notifications(database, partial(_note, ear)).run())
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    async with asyncio.timeout(10):
        while len(ear) < 1:
            await asyncio.sleep(0.01)
        await database.run(lambda session: session.execute(end).all())
        while len(ear) < 2:
            await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.mark.parametrize("skew", [timedelta(hours=-1), timedelta(hours=1)])
async def test_clocks_that_differ_make_no_two_leaders(start: Start, skew: timedelta) -> None:
    """Each asks with its own clock, an hour apart from the other's."""
    clocks = (Clock(), Clock(skew))
    one, other = (Leadership("telegram", f"{clock.offset}", start().database, clock) for clock in clocks)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        first = group.create_task(one.run())
        await one.held()
        second = group.create_task(other.run())
        await asyncio.sleep(1)
        assert (one.holds, other.holds) == (True, False)
        first.cancel()
        await one.give_up()
        await other.held()
        second.cancel()
    assert (one.holds, other.holds) == (False, True)


async def test_facts_that_two_processes_settle_or_remember_at_once_are_the_same_for_both(
    start: Start,
) -> None:
    databases = [start().database for _ in range(2)]
    for number in range(20):
        key = f"secret {number}"
        settling = (each.run(partial(settle_on, key=key, value={"at": str(each)})) for each in databases)
        one, other = await asyncio.gather(*settling)
        assert one == other == await databases[0].read(partial(recall, key=key))
        await asyncio.gather(*(each.run(partial(remember, key=f"{key} too", value={})) for each in databases))


async def test_what_a_vanished_machine_had_locked_is_free_after_seconds(database_url: str) -> None:
    """PostgreSQL is told how soon to give up who says nothing; on a socket of this machine the first three are 0."""
    database = Database(database_url)
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
    over_tcp = database.engine.url.host is not None and not str(database.engine.url.host).startswith("/")
    shown = await database.read(lambda session: [session.scalar(text(f"SHOW {name}")) for name in names])
    assert shown == (["3", "2", "2", "7s"] if over_tcp else ["0", "0", "0", "0"])
    idle = "SHOW idle_in_transaction_session_timeout"
    assert await database.read(lambda session: session.scalar(text(idle))) == "5min"
    database.close()


async def test_a_process_that_stands_still_in_a_claim_is_replaced_in_time(start: Start) -> None:
    """Its machine lives, so PostgreSQL has to end what it began."""
    frozen, other = start(), start()
    claiming, thawed = threading.Event(), threading.Event()
    dead = timedelta(minutes=-1)

    def stand_still(session: Session) -> None:
        lanes.allowance(session, "telegram", "frozen", 30, timedelta(), frozen.clock.now())
        claiming.set()
        thawed.wait(20)

    def lease(session: Session) -> None:
        lanes.lease(session, "telegram", "frozen", frozen.clock.now())
        session.execute(update(lanes.Lane).values(leased_until=frozen.clock.now() + dead))

    frozen.database.transact(lease)
    standing = asyncio.create_task(frozen.database.run(stand_still))
    await asyncio.to_thread(claiming.wait)
    leadership = Leadership("telegram", "other", other.database, other.clock)
    leading = asyncio.create_task(leadership.run())
    try:
        async with asyncio.timeout(9):
            await leadership.held()
    finally:
        thawed.set()
        leading.cancel()
    with pytest.raises(DBAPIError):
        await standing
