"""Asked of people or of the database, a call concerns the same members."""

from __future__ import annotations

from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.concerning import concerns, interests_of
from bot.core.clock import Clock
from storage.audiences import Audience, matching, reached_through
from storage.calls import Dislike
from storage.database import Database
from storage.members import Member
from tests.storage.people import add_member

TOPICS = ((), ("health",), ("health", "peace"))
HOMES: tuple[dict[str, str], ...] = ({}, {"region": "baku"}, {"country": "GE"})
STATUSES = ("", "none", "special")
DISLIKES = ((), ("topic:health",), ("large:EUR:5",), ("topic:peace", "who:youth"))

AUDIENCES = [
    Audience(topics=topics, regions=regions, ecosoc=ecosoc, disliked=disliked)
    for topics, regions, ecosoc, disliked in product(
        TOPICS,
        ((), ("baku",), ("abroad", "karabakh")),
        ((), ("general", "special")),
        ((), ("topic:health", "large:EUR:5"), ("topic:health", "topic:peace", "who:youth")),
    )
]


def test_they_are_the_same(database: Database, clock: Clock) -> None:
    def add(session: Session) -> None:
        kinds = product(TOPICS, HOMES, STATUSES, DISLIKES)
        for number, (topics, home, status, disliked) in enumerate(kinds):
            member = add_member(session, clock, str(number), *topics, ecosoc=status, **home)
            session.add_all(Dislike(member_id=member.id, what=what) for what in disliked)

    def compare(session: Session) -> None:
        members = session.scalars(select(Member).order_by(Member.id)).all()
        interests = interests_of(session, members)
        for audience in AUDIENCES:
            found = session.scalars(reached_through(select(Member.id)).where(matching(audience)).order_by(Member.id))
            assert found.all() == [key for key, interest in interests.items() if concerns(audience, interest)], audience

    database.transact(add)
    database.transact(compare)
