"""The response rate is what one gets by going through the rows by hand, whoever was asked, joined, left or answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.actions import answering, response_rate, retention
from bot.actions.answering import Taken
from bot.actions.organisations import find_or_add
from bot.actions.response_rate import Rate
from bot.core.clock import Clock
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind
from storage.database import Database
from storage.members import Member, MemberAddress, topics_of
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState
from storage.responses import Response
from storage.surveys import QuestionKind, Survey, questions_of
from tests.storage.asking import Asked, add_survey
from tests.storage.people import add_broadcast, add_member

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
HOW = Asked(QuestionKind.SCALE, "How was it?")
TOPICS = ("education", "health", "culture")
REGIONS = ("baku", "ganja-dashkasan", "")
MEMBERSHIPS = ("", "pending", "confirmed")


def asks(session: Session, survey: Survey) -> Broadcast:
    """It goes out; returns as what."""
    broadcast = session.get_one(Broadcast, add_broadcast(session, Clock(), **survey.audience))
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    newsletter.about, newsletter.about_id = "survey", survey.id
    session.flush()
    reach(session, broadcast, OutboxState.SENT)
    return broadcast


def reach(session: Session, broadcast: Broadcast, state: OutboxState, *members: int) -> None:
    """What became of it for these members, or for all."""
    rows = update(OutboxRow).where(OutboxRow.broadcast_id == broadcast.id)
    session.execute((rows.where(OutboxRow.member_id.in_(members)) if members else rows).values(state=state))


def answers(session: Session, survey: Survey, member: Member, *, wholly: bool = True) -> None:
    """To each question, or to the first alone; in vain where a colleague did."""
    asked = questions_of(session, survey.id)
    try:
        response = answering.begin(session, survey, member, NOW)
    except Taken:
        return
    store = answering.complete if wholly else answering.keep
    store(session, survey, response, member, {each.id: 4 for each in (asked if wholly else asked[:1])}, NOW)


def by_hand(session: Session, survey: Survey, parts: Callable[[Member], Iterable[str]]) -> dict[str, Rate]:
    """Counted in Python, row by row."""
    published = select(Broadcast.id).join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
    published = published.where(Newsletter.about_id == survey.id, Broadcast.kind == BroadcastKind.NEWSLETTER)
    sent = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id.in_(published))).all()
    reached = {row.member_id for row in sent if row.state in response_rate.ASKED} - {None}
    responses = session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
    members = session.scalars(select(Member)).all()
    takes_part = [(member, answering.holder_of(survey, member)) for member in members if member.id in reached]
    takes_part += [(session.get_one(Member, each.member_id), each.holder) for each in responses]
    holders: dict[str, set[str]] = {}
    for member, holder in takes_part:
        for part in parts(member):
            holders.setdefault(part, set()).add(holder)
    begun = {each.holder for each in responses}
    completed = {each.holder for each in responses if each.completed_at}
    return {part: Rate(len(all_), len(all_ & begun), len(all_ & completed)) for part, all_ in holders.items()}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("per", ["member", "organisation"])
def test_it_is_what_the_rows_say(database: Database, seed: int, per: str) -> None:
    random = Random(seed)  # noqa: S311 - repeatable on purpose

    def person(session: Session, number: int, organisations: list[int]) -> Member:
        known: dict[str, Any] = {"region": random.choice(REGIONS), "membership": random.choice(MEMBERSHIPS)}
        if known["membership"] or random.random() < 0.2:
            known["organisation_id"] = random.choice(organisations)
        return add_member(session, Clock(), f"{number}", *random.sample(TOPICS, random.randint(0, 3)), **known)

    def story(session: Session) -> None:
        organisations = [find_or_add(session, name, NOW).id for name in ("One", "Two", "Three", "Four")]
        audience = Audience(topics=("education", "health")).to_json() if seed % 2 else {}
        survey = add_survey(session, HOW, HOW, per=per, audience=audience)
        early = [person(session, number, organisations) for number in range(30)]
        broadcast = asks(session, survey)
        for state in OutboxState:
            reach(session, broadcast, state, random.choice(early).id)
        late = [person(session, number, organisations) for number in range(30, 40)]
        for member in random.sample([*early, *late], 25):
            answers(session, survey, member, wholly=random.random() < 0.6)
        for member in random.sample(early, 8):
            member.membership, member.region = random.choice(MEMBERSHIPS), random.choice(REGIONS)
            member.organisation_id = random.choice(organisations) if member.membership else None
        for member in random.sample(early, 3):
            [address] = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member.id))
            retention.forget(session, address, "", NOW)
        session.flush()
        wanted = set(survey.audience.get("topics", TOPICS))
        for by, parts in {
            "": lambda _member: [""],
            "region": lambda member: [member.region],
            "topics": lambda member: wanted & topics_of(session, member.id),
        }.items():
            found = response_rate.rates(session, survey, by)
            assert found == by_hand(session, survey, parts)
            assert [each.asked for each in found.values()] == sorted(
                (one.asked for one in found.values()), reverse=True
            )
            assert all(0 <= each.completed <= each.begun <= each.asked for each in found.values())

    database.transact(story)


def test_who_joined_later_and_answers_counts_as_asked(database: Database) -> None:
    def story(session: Session) -> None:
        survey = add_survey(session, HOW)
        early = [add_member(session, Clock(), f"{number}") for number in range(3)]
        asks(session, survey)
        answers(session, survey, early[0])
        answers(session, survey, add_member(session, Clock(), "late"))
        assert response_rate.rate(session, survey) == Rate(4, 2, 2)
        assert response_rate.rate(session, survey).share == 0.5

    database.transact(story)


def test_an_organisation_that_was_asked_in_two_regions_has_answered_in_both(database: Database) -> None:
    def story(session: Session) -> None:
        organisation: dict[str, Any] = {
            "organisation_id": find_or_add(session, "One", NOW).id,
            "membership": "confirmed",
        }
        survey = add_survey(session, HOW, per="organisation")
        first = add_member(session, Clock(), "1", region="baku", **organisation)
        add_member(session, Clock(), "2", region="ganja-dashkasan", **organisation)
        asks(session, survey)
        answers(session, survey, first)
        found = response_rate.rates(session, survey, "region")
        assert found == {"baku": Rate(1, 1, 1), "ganja-dashkasan": Rate(1, 1, 1)}
        assert response_rate.rate(session, survey) == Rate(1, 1, 1)

    database.transact(story)


def test_who_is_not_confirmed_yet_answers_for_themselves(database: Database) -> None:
    def story(session: Session) -> None:
        key = find_or_add(session, "One", NOW).id
        survey = add_survey(session, HOW, per="organisation")
        first = add_member(session, Clock(), "1", organisation_id=key, membership="confirmed")
        add_member(session, Clock(), "2", organisation_id=key, membership="pending")
        asks(session, survey)
        answers(session, survey, first)
        assert response_rate.rate(session, survey) == Rate(2, 1, 1)

    database.transact(story)


def test_nobody_reached_is_no_rate(database: Database) -> None:
    def story(session: Session) -> None:
        survey = add_survey(session, HOW)
        add_member(session, Clock(), "1")
        broadcast = asks(session, survey)
        session.execute(delete(OutboxRow).where(OutboxRow.broadcast_id == broadcast.id))
        assert response_rate.rates(session, survey, "") == {}
        assert response_rate.rate(session, survey).share == 0

    database.transact(story)
