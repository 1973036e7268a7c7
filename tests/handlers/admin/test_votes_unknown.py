"""Votes in polls nobody told us of: their send was lost or is not stored yet, or they were never ours to count."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.members import MemberAddress
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from storage.polls import Poll
from storage.responses import Response
from storage.staff import Role
from storage.surveys import Survey, SurveyState
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.handlers.admin.surveying import asks, begins, publishes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHOICES = ("Writing", "Money", "None")


@pytest.fixture
def coordinator(office: Office) -> Person:
    return office.staff("buttons", "1", Role.COORDINATOR, name="Leyla")


@pytest.fixture
def member(office: Office) -> Person:
    return office.member("buttons", "2")


async def out(office: Office, coordinator: Person, title: str, *more: str) -> None:
    """A survey of one question, or of more."""
    await begins(coordinator, title)
    await asks(coordinator, "One choice", "What shall we teach?", *CHOICES)
    for each in more:
        await asks(coordinator, "Yes or no", each)
    await publishes(coordinator, office, "Send to 2 members")


def rows_of(office: Office, survey: int, **fate: Any) -> None:
    """What became of the member's copy."""

    def write(session: Session) -> None:
        theirs = select(MemberAddress.id).where(MemberAddress.user == "2").scalar_subquery()
        first = update(OutboxRow).where(OutboxRow.broadcast_id == survey, OutboxRow.address_id == theirs)
        session.execute(first.values(**fate))

    office.database.transact(write)


def answered(office: Office) -> list[int]:
    """The surveys that have an answer."""
    found = select(Response.survey_id).order_by(Response.survey_id)
    return office.database.transact(lambda session: list(session.scalars(found)))


async def test_each_copy_that_was_lost_is_of_the_survey_that_was_sent_so_often(
    office: Office, coordinator: Person, member: Person
) -> None:
    for title in ("Older", "Newer"):
        await out(office, coordinator, title)
    for survey in (1, 2):
        rows_of(office, survey, doubts=1)
    await member.casts("a lost copy of the newer", 0)
    assert answered(office) == [2]
    await member.casts("a lost copy of the older", 0)
    assert answered(office) == [1, 2]
    assert await member.casts("one too many", 0) == ""
    assert answered(office) == [1, 2]


async def test_one_that_is_open_goes_before_one_that_is_closed(
    office: Office, coordinator: Person, member: Person
) -> None:
    for title in ("Open", "Closed"):
        await out(office, coordinator, title)
    for survey in (1, 2):
        rows_of(office, survey, doubts=1)

    def close(session: Session) -> None:
        survey = session.get_one(Survey, 2)
        survey.state, survey.closed_at = SurveyState.CLOSED, office.clock.now()

    office.database.transact(close)
    await member.casts("a lost copy", 0)
    assert answered(office) == [1]


async def test_no_poll_is_taken_for_a_survey_that_was_sent_as_a_card(
    office: Office, coordinator: Person, member: Person
) -> None:
    await out(office, coordinator, "Two questions", "And who comes?")
    rows_of(office, 1, doubts=1)
    assert await member.casts("unknown", 0) == ""
    assert answered(office) == []


async def test_a_vote_before_the_outcome_of_its_send_is_stored_counts_and_the_poll_can_be_closed(
    office: Office, coordinator: Person, member: Person
) -> None:
    await out(office, coordinator, "In flight")
    rows_of(office, 1, state=OutboxState.SENDING, token="foreman", external_id="")
    office.database.transact(lambda session: session.execute(delete(Poll)) and None)
    await member.casts("early", 1)
    assert answered(office) == [1]

    def stored(session: Session) -> list[tuple[str, str]]:
        [row] = session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.SENDING))
        sent = Outcome(row.id, OutboxState.SENT, external_id="m7", poll="early")
        settle(session, [sent], "foreman", office.clock.now())
        return [(poll.poll_id, poll.message) for poll in session.scalars(select(Poll))]

    assert office.database.transact(stored) == [("early", "m7")]


async def test_of_a_stranger_whom_a_poll_was_forwarded_to_nothing_is_kept(
    office: Office, coordinator: Person, member: Person
) -> None:
    await out(office, coordinator, "Forwarded")
    stranger, poll = office.person("buttons", "9", name="Stranger"), f"2-{member.screen[-1].id}"
    assert await stranger.casts(poll, 0) == ""
    known = select(MemberAddress.user).order_by(MemberAddress.user)
    assert office.database.transact(lambda session: list(session.scalars(known))) == ["1", "2"]
    assert answered(office) == []


async def test_a_member_may_vote_on_the_copy_of_another_and_it_is_their_own_vote(
    office: Office, coordinator: Person, member: Person
) -> None:
    await out(office, coordinator, "Forwarded")
    await member.votes("Money")
    await coordinator.casts(f"2-{member.screen[0].id}", 0)
    holders = select(Response.holder).order_by(Response.holder)
    assert office.database.transact(lambda session: list(session.scalars(holders))) == ["m1", "m2"]
