"""A question goes out as a poll on Telegram and as buttons on WhatsApp, and is voted on while the bot is killed.

Everybody votes as soon as they see it, and changes their mind once or twice; some take their vote back in the end. On
WhatsApp they wait to be answered: what Twilio could not deliver is caught up with later than what came after it, and
whether Twilio's list tells of that already is a matter of moments. What counts is the last thing each did: nothing is
lost, nothing counts twice, on whichever copy of the poll it was done.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import appeals, results
from bot.core.clock import Clock
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastState
from storage.inbox import InboxRow, InboxState
from storage.members import Member, MemberAddress
from storage.responses import Answer, Response
from storage.surveys import QuestionKind, Survey, questions_of
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.lives import PATIENCE, eventually
from tests.emulators.telegram import Message
from tests.storage.asking import Asked, add_survey
from tests.storage.people import add_member

pytestmark = pytest.mark.drill

PEOPLE: Final = range(1, 81)
"""The even numbers are on Telegram, the odd ones on WhatsApp."""

FEWEST_KILLS: Final = 5
MOST_KILLS: Final = 12
CHOICES: Final = ("Books", "Teachers", "Other")
ASKED: Final = Asked(QuestionKind.ONE, "What is it for?", CHOICES)
LONGEST: Final = 5 * PATIENCE
LONGEST_THOUGHT: Final = 8


class Voter:
    """One person.

    Attributes:
        voted: how often they did something.
        final: the code of their last choice; "" when it was taken back.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        self.user = str(number) if number % 2 == 0 else f"+99455{number:07d}"
        self.voted = 0
        self.final = ""
        self._drill = drill
        self._number = number
        self._random = Random(drill.seed * 1000 + number)  # noqa: S311 - repeatable on purpose

    async def votes(self) -> None:
        """Two or three times; on Telegram one in five takes it back in the end."""
        mind = self._random.sample("abc", self._random.randint(2, 3))
        if self._number % 2 == 0:
            friend = self._drill.friend(self._number)
            await friend.sees(_is_poll, within=LONGEST)
            for code in [*mind, *([""] if self._number % 10 == 0 else [])]:
                await friend.votes(*([CHOICES["abc".index(code)]] if code else []))
                await self._did(code)
        else:
            phone = self._drill.at(self._number)
            await phone.sees("What is it for?", within=LONGEST)
            for code in mind:
                await phone.says(f"VOTE 1 {'abc'.index(code) + 1}")
                await phone.sees("nswer is", within=LONGEST)
                await self._did(code)

    async def _did(self, code: str) -> None:
        self.voted += 1
        self.final = code
        await asyncio.sleep(self._random.uniform(0, LONGEST_THOUGHT))


async def test_the_last_vote_of_each_counts_once(both: BothDrill, network: Network) -> None:
    drill = both
    people = [Voter(drill, number) for number in PEOPLE]
    for number, person in zip(PEOPLE, people, strict=True):
        if number % 2 == 0:
            drill.api.person(number, started=True)
        else:
            drill.twilio.person(person.user, wrote=True)
    await drill.database.run(lambda session: _prepare(session, people, network))
    await drill.start()
    kills = 0
    async with asyncio.TaskGroup() as group:
        voting = [group.create_task(person.votes()) for person in people]
        while kills < MOST_KILLS and not all(task.done() for task in voting):
            await asyncio.sleep(drill.random.uniform(0.5, 2))
            await drill.kill()
            await drill.start()
            kills += 1
    assert kills >= FEWEST_KILLS
    await eventually(lambda: not drill.api.feed.pending, within=LONGEST)
    async with asyncio.timeout(LONGEST):
        while await drill.database.read(_unheard):
            await asyncio.sleep(0.1)
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    counted = await drill.database.read(_counted)
    drill.told.append(f"{sum(each.voted for each in people)} votes of {len(people)} people")
    assert counted == {person.user: person.final for person in people if person.final}
    finals = [person.final for person in people]
    assert await drill.database.read(_result) == {code: finals.count(code) for code in "abc"}
    (await audit(drill)).holds()
    assert (drill.api.refusals, drill.twilio.refusals) == ([], [])


def _is_poll(message: Message) -> bool:
    return message.poll is not None


def _prepare(session: Session, people: list[Voter], network: Network) -> None:
    """Everybody is a member, and the survey is on its way to them."""
    now = Clock().now()
    for person in people:
        channel, phone = ("telegram", "") if person.user.isdecimal() else ("whatsapp", person.user)
        member = add_member(session, Clock(), person.user, channel=channel)
        [address] = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member.id))
        address.last_inbound_at, address.phone = now, phone
    author = session.scalars(select(Member).order_by(Member.id)).first()
    assert author is not None
    survey = add_survey(session, ASKED)
    newsletter = appeals.publication(session, survey, author, network, now)
    session.add(
        Broadcast(newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience={}, created_at=now, fired_at=now)
    )


def _unheard(session: Session) -> bool:
    """Whether something that came in has not been looked at."""
    return session.scalar(select(InboxRow.id).where(InboxRow.state == InboxState.NEW).limit(1)) is not None


def _counted(session: Session) -> dict[str, Any]:
    """The answer of each, by user."""
    rows = (
        select(MemberAddress.user, Answer.value)
        .join(Response, Response.member_id == MemberAddress.member_id)
        .join(Answer, Answer.sheet_key == Response.sheet_key)
    )
    return {row.user: row.value for row in session.execute(rows)}


def _result(session: Session) -> dict[str, int]:
    [found] = results.results(session, session.get_one(Survey, 1), questions_of(session, 1))
    return dict(found.counts)
