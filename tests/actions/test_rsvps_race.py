"""The last seat: however many people want it at the same moment, in however many processes, one gets it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import rsvps
from bot.actions.rsvps import Answer, Became
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.events import Reply, Rsvp
from storage.members import Member
from storage.rsvps import HOLDING, locked, seats_taken, waiting_list
from tests.storage.occasions import add_event
from tests.storage.people import add_member

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
TAKERS = 50
PROCESSES = 4
"""Databases on the same file or server: each is what a process has of it."""

T = TypeVar("T")


@contextmanager
def processes(database: Database) -> Iterator[list[Database]]:
    url = database.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        opened = [Database(url, threads=6) for _ in range(PROCESSES)]
        for each in opened:
            stack.callback(each.close)
        yield opened


def prepared(database: Database, capacity: int, people: int) -> tuple[int, list[int]]:
    def write(session: Session) -> tuple[int, list[int]]:
        event = add_event(session, NOW, capacity=capacity)
        return event.id, [add_member(session, Clock(), f"{number}").id for number in range(people)]

    return database.transact(write)


def at_once(work: list[Callable[[], T]]) -> list[T]:
    """Each in a thread of its own, all released together; raises what one of them raised."""
    barrier = threading.Barrier(len(work))
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work[number]()
        except BaseException as error:  # noqa: BLE001 - raised below
            failures.append(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(work))]


def saying(database: Database, network: Network, event_id: int, member_id: int, reply: Reply, seats: int | None,
           now: datetime) -> Answer:  # fmt: skip
    def say(session: Session) -> Answer:
        member = session.get_one(Member, member_id)
        return rsvps.answer(session, event_id, member, reply, network, now, seats)

    return database.transact(say)


@pytest.mark.parametrize("capacity", [1, 7])
def test_fifty_want_the_last_seats_at_the_same_moment(database: Database, network: Network, capacity: int) -> None:
    event_id, people = prepared(database, capacity, TAKERS)

    def taking(each: Database, member: int) -> Callable[[], Became]:
        return lambda: saying(each, network, event_id, member, Reply.YES, None, NOW).became

    with processes(database) as opened:
        came_of_it = Counter(at_once([taking(*pair) for pair in zip(opened * TAKERS, people, strict=False)]))
    assert came_of_it == {Became.COMING: capacity, Became.WAITING: TAKERS - capacity}
    assert database.transact(lambda session: seats_taken(session, event_id)) == capacity


def test_fifty_are_offered_what_one_gave_up_one_after_the_other(database: Database, network: Network) -> None:
    """Who holds the seat gives it up while all others ask: it is one person's afterwards, whoever came first."""
    event_id, people = prepared(database, 1, TAKERS)
    saying(database, network, event_id, people[0], Reply.YES, None, NOW)

    def wanting(each: Database, member: int) -> Callable[[], Answer]:
        reply = Reply.NO if member == people[0] else Reply.YES
        return lambda: saying(each, network, event_id, member, reply, None, NOW)

    with processes(database) as opened:
        at_once([wanting(*pair) for pair in zip(opened * TAKERS, people, strict=False)])

    def holding(session: Session) -> int:
        return len(session.scalars(select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.reply.in_(HOLDING))).all())

    assert database.transact(holding) == 1


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_answer_at_once_no_seat_is_given_twice_and_none_stays_empty(
    database: Database, network: Network, seed: int
) -> None:
    capacity, threads, steps = 6, 8, 15
    event_id, people = prepared(database, capacity, 12)

    def look(session: Session) -> tuple[int, list[int]]:
        locked(session, event_id)
        return seats_taken(session, event_id), [each.seats for each in waiting_list(session, event_id)]

    def answers(each: Database, number: int) -> Callable[[], None]:
        chance = random.Random(f"{seed}:{number}")  # noqa: S311 - a test's

        def run() -> None:
            for step in range(steps):
                reply = chance.choices([Reply.YES, Reply.NO, Reply.MAYBE], [6, 3, 1])[0]
                seats = chance.choice([None, 1, 1, 2, 3])
                now = NOW + timedelta(hours=step)
                saying(each, network, event_id, chance.choice(people), reply, seats, now)
                taken, waiting = each.transact(look)
                assert taken <= capacity
                assert all(wanted > capacity - taken for wanted in waiting)

        return run

    with processes(database) as opened:
        at_once([answers(each, number) for number, each in zip(range(threads), opened * threads, strict=False)])
