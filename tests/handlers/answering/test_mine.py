"""What is kept of somebody's answers and signatures is handed out to them, and erased for them."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.declarations import Declaration, DeclarationState, Signature
from storage.polls import Poll
from storage.responses import Answer, Response, Sheet
from storage.surveys import QuestionKind, questions_of
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import opened
from tests.handlers.people import sqlite_alone
from tests.storage.asking import Asked

HOW = Asked(QuestionKind.SCALE, "How was it?")


async def takes_part(office: Office, person: Person) -> tuple[int, int]:
    """A named answer, an anonymous one, a poll and a signature; returns the ids of both surveys."""
    named, hidden = opened(office, HOW), opened(office, HOW, anonymous=True)
    for key, answer in ((named, "2"), (hidden, "4")):
        await forges(person, f"answer_survey:{key}")
        await person.picks(answer)
    member_id, now = office.id_of(person), office.clock.now()

    def sign(session: Session) -> None:
        declaration = Declaration(state=DeclarationState.OPEN, source="en", titles={"en": "Peace"}, texts={},
                                  audience={}, created_at=now)  # fmt: skip
        session.add(declaration)
        session.flush()
        session.add(Signature(declaration_id=declaration.id, member_id=member_id, name="Leyla", country="AZ",
                              language="en", frozen="", signed_at=now))  # fmt: skip
        question = questions_of(session, named)[0]
        session.add(Poll(channel=person.channel, poll_id="9", outbox_id=1, survey_id=named, question_id=question.id,
                         address_id=office._address(session, person).id))  # fmt: skip

    office.database.transact(sign)
    return named, hidden


@sqlite_alone
async def test_my_data_holds_answers_that_are_known_to_be_mine(office: Office, leyla: Person) -> None:
    named, hidden = await takes_part(office, leyla)
    await leyla.says("/mydata")
    assert leyla.file is not None
    data = json.loads(office.files.path(leyla.file.file).read_bytes())
    assert [(each["survey_id"], each["anonymous"], each["answers"]) for each in data["surveys"]] == [
        (named, False, [{"question": {"en": "How was it?"}, "answer": 2}]), (hidden, True, []),
    ]  # fmt: skip
    assert [each["sheet"].get("complete") for each in data["surveys"]] == [True, None]
    assert [(each["name"], each["titles"]) for each in data["declarations"]] == [("Leyla", {"en": "Peace"})]
    assert [each["poll_id"] for each in data["technical"]["polls"]] == ["9"]


@sqlite_alone
async def test_whoever_is_erased_leaves_nothing_but_anonymous_answers(office: Office, leyla: Person) -> None:
    rauf = office.member("buttons", "50", name="Rauf")
    named, hidden = await takes_part(office, leyla)
    await forges(rauf, f"answer_survey:{named}")
    await rauf.picks("5 (highest)")
    await leyla.says("/forget")
    await leyla.picks("Yes, erase everything")

    def left(session: Session) -> tuple[list[int], list[int], list[int]]:
        counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Signature, Poll)]
        answers = select(Sheet.survey_id).join(Answer, Answer.sheet_key == Sheet.key).order_by(Sheet.survey_id)
        holders = session.scalars(select(Response.member_id)).all()
        return counts, [*session.scalars(answers)], [*holders]

    assert office.database.transact(left) == ([0, 0], [named, hidden], [office.id_of(rauf)])
