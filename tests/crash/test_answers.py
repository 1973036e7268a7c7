"""Two hundred people answer two surveys on two messengers, while the bot is killed again and again.

Each answers each question once, when it comes, and says nothing else; so whoever gets to the end was asked everything.
In the end each has exactly one answer to each survey, the one they gave; to the anonymous one there are as many sheets
as people, nothing says whose is whose, and of the words nothing is left in what came in.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import answering
from bot.core.clock import Clock
from storage.inbox import InboxRow, InboxState
from storage.members import MemberAddress
from storage.responses import Answer, Response, Sheet
from storage.surveys import Question, QuestionKind, Survey
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.patient import Patient, talk
from tests.crash.tracking import track
from tests.storage.asking import Asked, add_survey
from tests.storage.people import add_member

pytestmark = pytest.mark.drill

PEOPLE: Final = range(1, 201)
"""The even numbers are on Telegram and tap, the odd ones on WhatsApp, where some options are tapped and some typed."""

KILLS: Final = 12
NEEDS: Final = ("Books", "Teachers", "Other")
SECRET: Final = "nobody knows"

NAMED: Final = (
    Asked(QuestionKind.ONE, "What is it for?", NEEDS),
    Asked(QuestionKind.NUMBER, "How many pupils?"),
    Asked(QuestionKind.TEXT, "What is missing?", only_if=(1, ["c"])),
)
ANONYMOUS: Final = (Asked(QuestionKind.YES_NO, "Was it good?"), Asked(QuestionKind.TEXT, "Why?"))


class Respondent(Patient):
    """One person.

    Attributes:
        answers: to the named survey, by the place of the question; `hidden`: to the anonymous one.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        super().__init__(drill, number)
        need = self.random.choice("abc")
        self.answers: dict[int, Any] = {1: need, 2: number}
        if need == "c":
            self.answers[3] = f"Whatever {number} says"
        self.hidden = {1: self.random.random() < 0.5, 2: f"{SECRET} {number}"}

    async def answers_both(self) -> None:
        """From the word under the survey's message to the thanks, twice."""
        await self.phone.says("SURVEY 1")
        await self.picks("What is it for?", NEEDS["abc".index(self.answers[1])])
        await self.says("How many pupils?", str(self.answers[2]))
        if 3 in self.answers:
            await self.says("What is missing?", self.answers[3])
        await self.picks("Is everything right?", "Done")
        await self.sees("You can change them")
        await self.phone.says("SURVEY 2")
        await self.picks("Was it good?", "Yes" if self.hidden[1] else "No")
        await self.says("Why?", str(self.hidden[2]))
        await self.sees("nothing tells that they are yours")


async def test_each_answer_counts_once(both: BothDrill) -> None:
    drill = both
    people = [Respondent(drill, number) for number in PEOPLE]
    await drill.database.run(lambda session: _prepare(session, people))
    for number, person in zip(PEOPLE, people, strict=True):
        if person.on_telegram:
            drill.api.person(number, started=True)
        else:
            drill.twilio.person(person.user, wrote=True)
    await talk(drill, people, Respondent.answers_both, KILLS, 2 * len(people) // KILLS)

    named, hidden = await drill.database.read(_answers)
    drill.told.append(f"{sum(person.given for person in people)} answers of {len(people)} people")
    assert named == {person.user: person.answers for person in people}
    assert hidden == Counter(_line(person.hidden) for person in people)
    assert await drill.database.read(_responses) == Counter(
        {(1, True, True): len(people), (2, True, False): len(people)}
    )
    assert await drill.database.read(_kept_words) == []
    (await audit(drill)).holds()
    (await track(drill)).holds()
    assert (drill.api.refusals, drill.twilio.refusals) == ([], [])


def _prepare(session: Session, people: list[Respondent]) -> None:
    """Everybody is a member, and both surveys are open."""
    now = Clock().now()
    for person in people:
        channel, phone = ("telegram", "") if person.on_telegram else ("whatsapp", person.user)
        member = add_member(session, Clock(), person.user, channel=channel)
        [address] = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member.id))
        address.last_inbound_at, address.phone = now, phone
    add_survey(session, *NAMED)
    add_survey(session, *ANONYMOUS, anonymous=True)


def _answers(session: Session) -> tuple[dict[str, dict[int, Any]], Counter[str]]:
    """By user those to the named survey; and how often there is each sheet of the anonymous one."""
    places = {question.id: question.position for question in session.scalars(select(Question))}
    named: dict[str, dict[int, Any]] = {}
    rows = select(MemberAddress.user, Response).join(MemberAddress, MemberAddress.member_id == Response.member_id)
    for user, response in session.execute(rows.join(Survey, Survey.id == Response.survey_id).where(~Survey.anonymous)):
        found = answering.answers_of(session, response)
        named[user] = {places[question]: value for question, value in found.items()}
    sheets: dict[str, dict[int, Any]] = {}
    rows_of_nobody = select(Answer).join(Sheet, Sheet.key == Answer.sheet_key)
    for answer in session.scalars(rows_of_nobody.join(Survey, Survey.id == Sheet.survey_id).where(Survey.anonymous)):
        sheets.setdefault(answer.sheet_key, {})[places[answer.question_id]] = answer.value
    return named, Counter(map(_line, sheets.values()))


def _line(answers: dict[int, Any]) -> str:
    return json.dumps(answers, sort_keys=True)


def _responses(session: Session) -> Counter[tuple[int, bool, bool]]:
    """How many there are by survey, whether they are complete, and whether they lead to their answers."""
    found = session.scalars(select(Response)).all()
    return Counter((each.survey_id, each.completed_at is not None, each.sheet_key is not None) for each in found)


def _kept_words(session: Session) -> list[str]:
    """What was handled and still holds something of an anonymous answer."""
    handled = session.scalars(select(InboxRow.payload).where(InboxRow.state == InboxState.HANDLED))
    return [line for line in map(json.dumps, handled) if SECRET in line]
