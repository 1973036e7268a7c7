"""Those who were at an event are asked how it was: once, after it is over, and never long after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import verdicts
from bot.core.clock import Clock
from bot.network import Network
from scheduler.verdicts import Verdicts
from storage.audiences import Audience, count
from storage.broadcasts import Broadcast, BroadcastKind
from storage.database import Database
from storage.events import Event, EventState, ProposedTime, Reply, Rsvp, TimeMark, answers_to, whom_it_suits
from storage.fanout import fan_out
from storage.outbox import OutboxRow
from tests.storage.occasions import add_event
from tests.storage.people import add_member


def add_passed(session: Session, clock: Clock, **known: Any) -> Event:
    """An event that ended an hour ago."""
    now = clock.now()
    times = {"starts_at": now - timedelta(hours=2), "ends_at": now - timedelta(hours=1)}
    return add_event(session, now, **(times | known))


def add_answer(session: Session, clock: Clock, event: Event, user: str, reply: Reply = Reply.YES, *, there: bool = True,
               **known: Any) -> int:  # fmt: skip
    now = clock.now()
    member = add_member(session, clock, user)
    session.add(Rsvp(event_id=event.id, member_id=member.id, reply=reply, replied_at=now,
                     attended_at=now if there else None, **known))  # fmt: skip
    session.flush()
    return member.id


def asked(database: Database) -> int:
    told = select(func.count()).select_from(Broadcast).where(Broadcast.kind == BroadcastKind.NOTICE)
    return database.transact(lambda session: session.scalar(told) or 0)


async def test_a_tick_that_fires_twice_asks_once(database: Database, network: Network, clock: Clock) -> None:
    def write(session: Session) -> None:
        add_answer(session, clock, add_passed(session, clock), "1")

    database.transact(write)
    tick = Verdicts(database, clock, network, lambda: None).tick
    await tick()
    await tick()
    clock.advance(timedelta(days=1))
    await tick()
    assert asked(database) == 1


@pytest.mark.parametrize(
    ("known", "there"),
    [
        ({}, False),
        ({"state": EventState.CANCELLED}, True),
        ({"state": EventState.DRAFT}, True),
        ({"ends_at": None}, True),
    ],
    ids=["nobody was there", "it was called off", "it never was", "it may still go on"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_asked_without_cause(
    database: Database, network: Network, clock: Clock, known: dict[str, Any], there: bool
) -> None:
    database.transact(lambda session: add_answer(session, clock, add_passed(session, clock, **known), "1", there=there))
    await Verdicts(database, clock, network, lambda: None).tick()
    assert asked(database) == 0


def test_what_was_answered_is_counted(database: Database, clock: Clock) -> None:
    def write(session: Session) -> None:
        event = add_passed(session, clock)
        for user, rating in enumerate((5, 4, 4, None)):
            add_answer(session, clock, event, str(user), rating=rating, better="Coffee" if rating == 5 else "")
        add_answer(session, clock, event, "absent", there=False)
        found = verdicts.verdict(session, event)
        assert found == (4, {1: 0, 2: 0, 3: 0, 4: 2, 5: 1}, ["Coffee"])
        assert found.average == pytest.approx(13 / 3)
        assert verdicts.verdict(session, add_passed(session, clock)).average is None

    database.transact(write)


def test_whoever_waits_stands_in_the_order_of_waiting(database: Database, clock: Clock) -> None:
    def write(session: Session) -> None:
        event = add_passed(session, clock)
        now = clock.now()
        late = add_answer(session, clock, event, "1", Reply.WAITING, there=False, waits_since=now)
        early = add_answer(session, clock, event, "2", Reply.WAITING, there=False, waits_since=now - timedelta(hours=1))
        add_answer(session, clock, event, "3")
        waiting = answers_to(session, event.id, Reply.WAITING)
        assert [answer.member.id for answer in waiting] == [early, late]
        assert len(answers_to(session, event.id)) == 3

    database.transact(write)


def test_whom_each_time_suits(database: Database, clock: Clock) -> None:
    def write(session: Session) -> None:
        event = add_passed(session, clock, state=EventState.CHOOSING, starts_at=None, ends_at=None)
        times = [ProposedTime(event_id=event.id, starts_at=clock.now() + timedelta(days=day)) for day in (3, 1, 2)]
        session.add_all(times)
        session.flush()
        people = [add_member(session, clock, str(user)).id for user in range(2)]
        session.add_all(TimeMark(time_id=times[place].id, member_id=member) for place in (0, 2) for member in people)
        session.flush()
        third, first, second = (time.id for time in times)
        assert list(whom_it_suits(session, event.id).items()) == [(first, []), (second, people), (third, people)]
        assert sum(part.members for part in count(session, Audience(marked=(event.id,)))) == 2

    database.transact(write)


async def test_who_is_ticked_later_is_asked_then_and_nobody_twice(
    database: Database, network: Network, clock: Clock
) -> None:
    def begin(session: Session) -> tuple[int, int]:
        event = add_passed(session, clock)
        return add_answer(session, clock, event, "1"), add_answer(session, clock, event, "2", there=False)

    def tick_name(session: Session) -> None:
        session.get_one(Rsvp, (1, late)).attended_at = clock.now()

    def whom(session: Session) -> list[list[int]]:
        told = session.scalars(select(Broadcast).where(Broadcast.kind == BroadcastKind.NOTICE).order_by(Broadcast.id))
        for broadcast in told.all():
            while broadcast.fanned_at is None:
                fan_out(session, broadcast, clock.now())
        rows = select(OutboxRow.member_id)
        sent = session.scalars(select(Broadcast.id).order_by(Broadcast.id)).all()
        return [[*session.scalars(rows.where(OutboxRow.broadcast_id == key))] for key in sent]

    early, late = database.transact(begin)
    ticking = Verdicts(database, clock, network, lambda: None)
    await ticking.tick()
    assert database.transact(whom) == [[early]]
    clock.advance(timedelta(hours=5))
    database.transact(tick_name)
    await ticking.tick()
    await ticking.tick()
    assert database.transact(whom) == [[early], [late]]
    clock.advance(timedelta(days=3))
    database.transact(tick_name)
    await ticking.tick()
    assert database.transact(whom) == [[early], [late]]
