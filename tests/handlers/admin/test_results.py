"""Results as they are asked for: by whoever made the survey, and by those who answered it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from bot.actions import charts, results
from storage import carried
from storage.staff import Role
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.storage.asking import Asked, add_survey
from tests.storage.surveying import NOON, add_answers

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAID: Final = Asked(QuestionKind.YES_NO, "Were you paid?")
WORDS: Final = Asked(QuestionKind.TEXT, "What else?")
LONG: Final = Asked(QuestionKind.ONE, "Which one? " * 22, tuple(f"{place:03}{'x' * 97}" for place in range(12)))

SAID: Final[dict[str, Any]] = {QuestionKind.YES_NO: True, QuestionKind.ONE: "a", QuestionKind.TEXT: "Ask me: 12345"}


def drawn(office: Office) -> None:
    """Its pictures are here already."""
    stored = office.files.store(b"\x89PNG\r\n\x1a\n")

    def keep(session: Session) -> None:
        survey = session.get_one(Survey, 1)
        for each in results.results(session, survey, questions_of(session, 1)):
            name = charts.name(survey, each, "en")
            carried.want(session, name, office.clock.now())
            carried.keep(session, name, stored)

    office.database.transact(keep)


def closed(office: Office, member: Person, *questions: Asked, **changes: Any) -> None:
    """A survey that is over and that this member answered."""
    member_id = office.id_of(member)

    def write(session: Session) -> None:
        survey = add_survey(session, *questions, state=SurveyState.CLOSED, closed_at=NOON, **changes)
        answers = {each.id: SAID[each.kind] for each in questions_of(session, survey.id)}
        add_answers(session, survey, answers, member_id=member_id)

    office.database.transact(write)
    drawn(office)


async def test_what_people_wrote_is_for_whoever_asked_and_not_for_the_others(office: Office, shape: str) -> None:
    coordinator = office.staff("buttons", "1", Role.COORDINATOR)
    member = office.member(shape, "2")
    closed(office, member, PAID, WORDS)
    assert "Ask me: 12345" in await forges(coordinator, "survey_results:1")
    assert await coordinator.picks("Send to who answered") == (
        "Send the results to the 1 member who answered, in their language?\n"
        "What people wrote in their own words is not sent."
    )
    await coordinator.picks("Yes, send them")
    await office.tick()
    sent = "Training\n\nThank you for your answers. This is what came of it:\n\n"
    assert member.sees.startswith(f"{sent}1. Were you paid?\n100% · Yes (1)\n0% · No (0)\nn = 1\n\nYou receive")
    member.news.clear()
    await forges(member, "results:1")
    assert [seen.text.partition("\n")[0] for seen in member.news] == ["1. Were you paid?"]


async def test_a_question_too_long_for_a_message_is_a_picture(office: Office, shape: str) -> None:
    coordinator = office.staff("buttons", "1", Role.COORDINATOR)
    member = office.member(shape, "2")
    closed(office, member, LONG)
    await forges(coordinator, "survey_share_now:1")
    await office.tick()
    thanks = "Training\n\nThank you for your answers. This is what came of it:"
    assert member.sees.startswith(f"{thanks}\n\n1 more question: tap “Pictures”.\n\nYou receive")


async def test_more_pictures_than_a_phone_likes_come_in_two_parts(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR)
    member = office.member("buttons", "2")
    closed(office, member, *[PAID] * 14, shared_at=NOON)
    for person, begin in ((coordinator, "survey_pictures:1"), (member, "results:1")):
        person.news.clear()
        await forges(person, begin)
        first = len(person.news)
        await person.picks("More questions")
        assert (first, [seen.text.partition(".")[0] for seen in person.news]) == (12, ["13", "14"])


async def test_results_are_for_those_whom_the_survey_asked_and_while_it_stands(office: Office, shape: str) -> None:
    member, other, stranger = office.member("buttons", "2"), office.member(shape, "3"), office.person("buttons", "4")
    closed(office, member, PAID, shared_at=NOON, audience={"topics": ["education"]})
    assert (await forges(member, "results:1")).startswith("1. Were you paid?")
    assert await forges(other, "results:1") == "The survey “Training” asks other members."
    assert (await forges(stranger, "results:1")).startswith("For this we need to know who you are.")

    def withdraw(session: Session) -> None:
        session.get_one(Survey, 1).state = SurveyState.WITHDRAWN

    office.database.transact(withdraw)
    assert (await forges(member, "results:1")).startswith("I do not find this survey any more.")


async def test_a_part_that_is_gone_and_nobody_to_share_with_are_said(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR)
    office.database.transact(lambda session: add_survey(session, PAID, state=SurveyState.CLOSED, closed_at=NOON).id)
    assert await forges(coordinator, "survey_part:1:region:baku") == "Baku\n\nNobody has answered yet."
    for option in ("survey_share:1", "survey_share_now:1"):
        assert await forges(coordinator, option) == "Training\n\nNobody has answered yet."
