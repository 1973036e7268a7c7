from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import answering
from bot.actions.answering import Taken, answers_of, applying, begin, complete, holder_of, is_open, keep, retract
from bot.actions.organisations import find_or_add
from bot.core.clock import Clock
from storage.broadcasts import Broadcast, BroadcastKind
from storage.database import Database
from storage.members import Member
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState
from storage.responses import Answer, Response, Sheet, response_of
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of
from tests.storage.asking import EVERY_KIND, Asked, add_survey
from tests.storage.people import add_broadcast, add_member

GIVEN: dict[int, Any] = {1: "c", 2: ["a", "c"], 3: False, 4: 5, 5: 12.5, 6: "2026-11-25", 7: "Chairs",
                         8: {"words": "Baku"}}  # fmt: skip
"""By the place of the question."""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session
        session.rollback()


def by_id(session: Session, survey: Survey, given: Mapping[int, Any]) -> dict[int, Any]:
    places = {asked.position: asked.id for asked in questions_of(session, survey.id)}
    return {places[place]: value for place, value in given.items()}


def colleagues(session: Session, clock: Clock) -> tuple[Member, Member]:
    """Two who speak for one organisation."""
    organisation = find_or_add(session, "Initiative", clock.now())
    speaks: dict[str, Any] = {"organisation_id": organisation.id, "membership": "confirmed"}
    return (add_member(session, clock, "1", name="Aysel", **speaks), add_member(session, clock, "2", **speaks))


def count(session: Session, table: type[Response | Sheet | Answer]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_member_answers_for_themselves_or_for_the_organisation_they_speak_for(session: Session, clock: Clock) -> None:
    aysel, leyla = colleagues(session, clock)
    each, together = add_survey(session), add_survey(session, per="organisation")
    assert holder_of(each, aysel) == f"m{aysel.id}"
    assert holder_of(together, aysel) == holder_of(together, leyla) == f"o{aysel.organisation_id}"
    leyla.membership = "pending"
    assert holder_of(together, leyla) == f"m{leyla.id}"


def test_it_takes_answers_from_its_publication_until_it_closes(session: Session, clock: Clock) -> None:
    survey, now = add_survey(session, closes_at=clock.now()), clock.now()
    assert not is_open(survey, now)
    survey.closes_at = None
    assert is_open(survey, now)
    for state in (SurveyState.CLOSED, SurveyState.WITHDRAWN, SurveyState.DRAFT):
        survey.state = state
        assert not is_open(survey, now)
    broadcast = session.get_one(Newsletter, add_broadcast(session, clock))
    broadcast.about, broadcast.about_id = "survey", survey.id
    session.flush()
    assert is_open(survey, now)


def test_what_is_kept_is_read_as_it_was_given(session: Session, clock: Clock) -> None:
    survey = add_survey(session, *EVERY_KIND)
    member = add_member(session, clock, "1", "health", "education", region="baku")
    response = begin(session, survey, member, clock.now())
    assert answers_of(session, response) == {}
    given = by_id(session, survey, GIVEN)
    keep(session, survey, response, member, given, clock.now())
    assert answers_of(session, response) == given
    sheet = session.get_one(Sheet, response.sheet_key)
    assert (sheet.language, sheet.region, sheet.topics, sheet.complete) == (
        "en", "baku", ["education", "health"], False,
    )  # fmt: skip
    assert response.completed_at is None


def test_what_no_longer_applies_is_deleted(session: Session, clock: Clock) -> None:
    survey, member = add_survey(session, *EVERY_KIND), add_member(session, clock, "1")
    response = begin(session, survey, member, clock.now())
    complete(session, survey, response, member, by_id(session, survey, GIVEN), clock.now())
    changed = by_id(session, survey, GIVEN | {1: "a"})
    keep(session, survey, response, member, changed, clock.now())
    left = {place: value for place, value in GIVEN.items() if place != 7} | {1: "a"}
    assert answers_of(session, response) == by_id(session, survey, left)
    assert session.get_one(Sheet, response.sheet_key).complete is True
    del left[3]
    keep(session, survey, response, member, by_id(session, survey, left), clock.now())
    assert session.get_one(Sheet, response.sheet_key).complete is False


def test_the_same_answer_twice_is_one(session: Session, clock: Clock) -> None:
    survey, member = add_survey(session, *EVERY_KIND), add_member(session, clock, "1")
    first = clock.now()
    for _ in range(3):
        response = begin(session, survey, member, clock.now())
        complete(session, survey, response, member, by_id(session, survey, GIVEN), clock.now())
    assert (count(session, Response), count(session, Sheet), count(session, Answer)) == (1, 1, 8)
    assert response.completed_at is not None
    assert (response.completed_at - first).total_seconds() < 1


def test_an_anonymous_answer_is_written_in_one_piece_and_knows_nobody(session: Session, clock: Clock) -> None:
    survey = add_survey(session, Asked(QuestionKind.SCALE, "How was it?"), anonymous=True)
    member = add_member(session, clock, "1")
    response = begin(session, survey, member, clock.now())
    given = by_id(session, survey, {1: 2})
    with pytest.raises(ValueError, match="anonymous"):
        keep(session, survey, response, member, given, clock.now())
    assert (count(session, Response), count(session, Sheet)) == (1, 0)
    complete(session, survey, response, member, given, clock.now())
    complete(session, survey, response, member, by_id(session, survey, {1: 5}), clock.now())
    assert (response.sheet_key, count(session, Sheet), session.scalars(select(Answer.value)).all()) == (None, 1, [2])
    assert retract(session, survey, member) is False
    assert count(session, Sheet) == 1


def test_an_answer_that_is_taken_back_is_gone(session: Session, clock: Clock) -> None:
    survey, member = add_survey(session, *EVERY_KIND), add_member(session, clock, "1")
    assert retract(session, survey, member) is False
    response = begin(session, survey, member, clock.now())
    complete(session, survey, response, member, by_id(session, survey, GIVEN), clock.now())
    assert retract(session, survey, member) is True
    assert (count(session, Response), count(session, Sheet), count(session, Answer)) == (0, 0, 0)


def test_one_of_the_organisation_answers_until_another_takes_over(session: Session, clock: Clock) -> None:
    survey = add_survey(session, *EVERY_KIND, per="organisation")
    aysel, leyla = colleagues(session, clock)
    assert answering.is_taken(session, survey, leyla) is None
    response = begin(session, survey, aysel, clock.now())
    keep(session, survey, response, aysel, by_id(session, survey, {1: "a"}), clock.now())
    assert (answering.is_taken(session, survey, aysel), answering.is_taken(session, survey, leyla)) == (
        None, response,
    )  # fmt: skip
    with pytest.raises(Taken):
        begin(session, survey, leyla, clock.now())
    assert retract(session, survey, leyla) is False
    assert answering.take_over(session, survey, leyla, clock.now()) is begin(session, survey, leyla, clock.now())
    assert answers_of(session, response) == by_id(session, survey, {1: "a"})
    with pytest.raises(Taken):
        begin(session, survey, aysel, clock.now())


def test_what_somebody_answered_before_they_spoke_for_an_organisation_is_its_one_answer(
    session: Session, clock: Clock
) -> None:
    survey = add_survey(session, *EVERY_KIND, per="organisation")
    aysel, leyla = colleagues(session, clock)
    aysel.membership = "pending"
    alone = begin(session, survey, aysel, clock.now())
    aysel.membership = "confirmed"
    assert begin(session, survey, aysel, clock.now()) is alone
    assert (alone.holder, answering.is_taken(session, survey, leyla)) == (f"o{aysel.organisation_id}", alone)
    assert count(session, Response) == 1


def test_who_answered_is_not_reminded_any_more_nor_are_their_colleagues(session: Session, clock: Clock) -> None:
    survey = add_survey(session, Asked(QuestionKind.YES_NO, "Is it so?"), per="organisation")
    aysel, leyla = colleagues(session, clock)
    other = add_member(session, clock, "3")
    published, nudged = add_broadcast(session, clock), add_broadcast(session, clock)
    for broadcast in session.scalars(select(Broadcast)):
        newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
        newsletter.about, newsletter.about_id = "survey", survey.id
        broadcast.kind = BroadcastKind.NEWSLETTER if broadcast.id == published else BroadcastKind.REMINDER
    session.flush()
    answer = by_id(session, survey, {1: True})
    complete(session, survey, begin(session, survey, aysel, clock.now()), aysel, answer, clock.now())
    session.expire_all()
    rows = select(OutboxRow).order_by(OutboxRow.broadcast_id, OutboxRow.member_id)
    gone, waits = (OutboxState.SKIPPED, answering.ANSWERED), (OutboxState.QUEUED, "")
    assert [(row.broadcast_id, row.member_id, (row.state, row.reason)) for row in session.scalars(rows)] == [
        *((published, member.id, waits) for member in (aysel, leyla, other)),
        (nudged, aysel.id, gone), (nudged, leyla.id, gone), (nudged, other.id, waits),
    ]  # fmt: skip


CHAIN = (
    Asked(QuestionKind.YES_NO, "1"),
    Asked(QuestionKind.SEVERAL, "2", ("x", "y"), only_if=(1, ["yes"])),
    Asked(QuestionKind.SCALE, "3", only_if=(2, ["b"])),
    Asked(QuestionKind.ONE, "4", ("x", "y"), only_if=(3, ["1", "2"])),
)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, [1]),
        ({1: False, 2: ["b"], 3: 1}, [1]),
        ({1: True}, [1, 2]),
        ({1: True, 2: ["a"]}, [1, 2]),
        ({1: True, 2: ["a", "b"], 3: 3}, [1, 2, 3]),
        ({1: True, 2: ["b"], 3: 2}, [1, 2, 3, 4]),
    ],
)
def test_a_question_is_asked_of_those_who_gave_one_of_the_answers_it_depends_on(
    session: Session, given: dict[int, Any], asked: list[int]
) -> None:
    survey = add_survey(session, *CHAIN)
    found = applying(questions_of(session, survey.id), by_id(session, survey, given))
    assert [each.position for each in found] == asked


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["keep", "complete", "retract"]),
        st.fixed_dictionaries(
            {},
            optional={
                1: st.booleans(),
                2: st.lists(st.sampled_from("ab"), unique=True, min_size=1),
                3: st.integers(1, 5),
                4: st.sampled_from("ab"),
            },
        ),
    ),
    max_size=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_any(STEPS)
def test_whatever_is_kept_again_and_again_the_sheet_is_what_was_given_last(
    session: Session, clock: Clock, steps: list[tuple[str, dict[int, Any]]]
) -> None:
    survey = add_survey(session, *CHAIN)
    member = add_member(session, clock, str(survey.id))
    expected: dict[int, Any] = {}
    for what, given in steps:
        answers = by_id(session, survey, given)
        if what == "retract":
            retract(session, survey, member)
            expected = {}
            continue
        store = keep if what == "keep" else complete
        for _twice in range(2):
            store(session, survey, begin(session, survey, member, clock.now()), member, answers, clock.now())
        asked = {each.id for each in applying(questions_of(session, survey.id), answers)}
        expected = {key: value for key, value in answers.items() if key in asked}
    response = response_of(session, survey.id, holder_of(survey, member))
    assert (answers_of(session, response) if response else {}) == expected
    sheets = session.scalar(select(func.count()).select_from(Sheet).where(Sheet.survey_id == survey.id))
    assert sheets == (0 if response is None else 1)
