"""Of two who turn out to be one person, what either saved, answered or does not want is the one's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import asking_about, calls
from bot.core.clock import Clock
from storage.calls import Call, CallMark, Dislike
from storage.database import Database
from storage.events import Event, EventState, ProposedTime, Rsvp, TimeMark
from storage.inbox import InboxRow, receive
from storage.members import Member, find_address
from storage.merging import repoint
from storage.staff import Role, Staff
from tests.storage.people import add_member


def two(session: Session, clock: Clock) -> tuple[int, int]:
    """Ids of who goes, and of who is kept."""
    gone = add_member(session, clock, "1", channel="whatsapp")
    return gone.id, add_member(session, clock, "2").id


def add_calls(session: Session, clock: Clock, number: int, **changes: Any) -> list[int]:
    found = [calls.blank("en", clock.now()) for _number in range(number)]
    for call in found:
        call.titles = {"en": "A call"}
        for name, value in changes.items():
            setattr(call, name, value)
    session.add_all(found)
    session.flush()
    return [call.id for call in found]


def test_what_either_saved_is_saved(database: Database, clock: Clock) -> None:
    now = clock.now()
    early, late = now + timedelta(days=1), now + timedelta(days=2)

    def story(session: Session) -> None:
        gone, kept = two(session, clock)
        only_gone, both, declined, saved = add_calls(session, clock, 4)
        session.add_all(
            [
                CallMark(call_id=only_gone, member_id=gone, saved_at=now),
                CallMark(call_id=both, member_id=gone, remind_at=early),
                CallMark(call_id=both, member_id=kept, saved_at=now, remind_at=late),
                CallMark(call_id=declined, member_id=gone, declined_at=now, reason="large"),
                CallMark(call_id=declined, member_id=kept),
                CallMark(call_id=saved, member_id=gone, saved_at=now),
                CallMark(call_id=saved, member_id=kept, declined_at=now, reason="who"),
            ]
        )
        session.flush()
        repoint(session, gone, kept, now)
        marks = session.scalars(select(CallMark).order_by(CallMark.call_id)).all()
        assert [(mark.member_id, mark.saved_at, mark.remind_at, mark.reason) for mark in marks] == [
            (kept, now, None, ""), (kept, now, early, ""), (kept, None, None, "large"), (kept, now, None, ""),
        ]  # fmt: skip
        assert [mark.declined_at for mark in marks] == [None, None, now, None]

    database.transact(story)


def test_what_either_dislikes_or_marked_counts_once(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        gone, kept = two(session, clock)
        event = Event(state=EventState.CHOOSING, source="en", titles={}, texts={}, created_at=clock.now())
        session.add(event)
        session.flush()
        times = [ProposedTime(event_id=event.id, starts_at=clock.now() + timedelta(days=day)) for day in range(2)]
        session.add_all(times)
        session.flush()
        first, second = (time.id for time in times)
        session.add_all([TimeMark(time_id=first, member_id=gone), TimeMark(time_id=second, member_id=gone)])
        session.add(TimeMark(time_id=second, member_id=kept))
        session.add_all([Dislike(member_id=gone, what="topic:health"), Dislike(member_id=gone, what="large:EUR:6")])
        session.add(Dislike(member_id=kept, what="topic:health"))
        session.flush()
        repoint(session, gone, kept, clock.now())
        assert session.execute(select(Dislike.member_id, Dislike.what).order_by(Dislike.what)).all() == [
            (kept, "large:EUR:6"), (kept, "topic:health"),
        ]  # fmt: skip
        assert session.execute(select(TimeMark.member_id, TimeMark.time_id).order_by(TimeMark.time_id)).all() == [
            (kept, first), (kept, second),
        ]  # fmt: skip

    database.transact(story)


@pytest.mark.parametrize(
    ("earlier", "later", "counts"),
    [
        (("yes", 3), ("no", 1), ("no", 1)),
        (("no", 1), ("yes", 2), ("yes", 2)),
        (("yes", 3), ("waiting", 1), ("yes", 3)),
        (("waiting", 1), ("yes", 1), ("yes", 1)),
        (("offered", 2), ("waiting", 4), ("offered", 2)),
        (("yes", 2), ("yes", 4), ("yes", 4)),
        (("maybe", 1), ("waiting", 2), ("waiting", 2)),
    ],
)
@pytest.mark.parametrize("kept_later", [True, False])
def test_a_seat_that_one_of_them_has_is_not_lost(
    database: Database, clock: Clock, earlier: tuple[str, int], later: tuple[str, int], counts: tuple[str, int],
    *, kept_later: bool,
) -> None:  # fmt: skip
    def answer(event_id: int, member_id: int, said: tuple[str, int], at: datetime) -> Rsvp:
        reply, seats = said
        return Rsvp(event_id=event_id, member_id=member_id, reply=reply, seats=seats, replied_at=at)

    def story(session: Session) -> None:
        gone, kept = two(session, clock)
        event = Event(state=EventState.OPEN, source="en", titles={}, texts={}, created_at=clock.now())
        other = Event(state=EventState.OPEN, source="en", titles={}, texts={}, created_at=clock.now())
        session.add_all([event, other])
        session.flush()
        first, second = (gone, kept) if kept_later else (kept, gone)
        session.add(answer(event.id, first, earlier, clock.now() - timedelta(hours=1)))
        session.add(answer(event.id, second, later, clock.now()))
        alone = answer(other.id, gone, ("yes", 1), clock.now())
        alone.attended_at, alone.rating = clock.now(), 5
        session.add(alone)
        session.flush()
        repoint(session, gone, kept, clock.now())
        rows = session.scalars(select(Rsvp).order_by(Rsvp.event_id)).all()
        assert [(row.member_id, row.reply, row.seats, row.rating) for row in rows] == [
            (kept, *counts, None), (kept, "yes", 1, 5),
        ]  # fmt: skip

    database.transact(story)


def test_what_they_wrote_is_still_theirs(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        gone, kept = two(session, clock)
        add_calls(session, clock, 1, author_id=gone)
        add_calls(session, clock, 1, proposer_id=gone)
        repoint(session, gone, kept, clock.now())
        session.expire_all()
        found = session.execute(select(Call.author_id, Call.proposer_id).order_by(Call.id)).all()
        assert found == [(kept, None), (None, kept)]

    database.transact(story)


def test_their_question_is_still_answered(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        now = clock.now()
        gone, kept = two(session, clock)
        author = add_member(session, clock, "3")
        session.add(Staff(member_id=author.id, role=Role.COORDINATOR, topics=[], granted_at=now))
        call = session.get_one(Call, add_calls(session, clock, 1, author_id=author.id)[0])
        receive(session, [{"channel": "whatsapp", "external_id": "7", "user": "1", "payload": {"text": "How?"},
                           "received_at": now}])  # fmt: skip
        inbox_id = session.scalars(select(InboxRow.id)).one()
        assert asking_about.ask(session, call, session.get_one(Member, gone), "How?", inbox_id, now)
        address = find_address(session, "whatsapp", "1")
        assert address is not None
        address.member_id, address.preferred = kept, False
        session.flush()
        repoint(session, gone, kept, now)
        session.expire_all()
        question = asking_about.find(session, inbox_id)
        assert question is not None
        assert (question.asker.id, question.call.id, question.text) == (kept, call.id, "How?")
        assert asking_about.answer(session, question, author, "So.", now)

    database.transact(story)
