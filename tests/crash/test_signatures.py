"""Members, and strangers with the link, sign a declaration on two messengers while the bot is killed again and again.

Each answers each question once, when it comes, and says nothing else, so whoever is thanked was asked everything. Some
take their signature back, and some of those give it again. In the end there is one signature of each, under the text
that was opened, as they gave it; it stands unless they took it back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Any, Final, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.locale import country_name
from storage.declarations import Declaration, Signature, countries_of
from storage.members import MemberAddress
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.lives import PATIENCE, eventually
from tests.crash.newcomer import Phone
from tests.crash.tracking import track
from tests.storage.declaring import add_declaration
from tests.storage.people import add_member

pytestmark = pytest.mark.drill

PEOPLE: Final = range(1, 81)
"""The even numbers are on Telegram, the odd ones on WhatsApp; of each, every other one is a member."""

KILLS: Final = 10
LONGEST: Final = 5 * PATIENCE
"""Seconds until something has come: the bot may be killed ten times meanwhile."""

LONGEST_THOUGHT: Final = 0.8
CODE: Final = "402913377105"
COUNTRIES: Final = ("GE", "TR", "KZ", "DE", "FR")
"""Not the one that is offered before anything is typed: its name picks it at once."""


class Signed(NamedTuple):
    """What is kept of somebody; `stands` says whether it counts."""

    name: str
    organisation: str
    country: str
    frozen: bool
    stands: bool


class Signer:
    """One person.

    Attributes:
        given: how many answers they gave.
        expected: what should be kept of them in the end.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        self.on_telegram = number % 2 == 0
        self.is_member = number % 4 < 2
        self.user = str(number) if self.on_telegram else f"+99455{number:07d}"
        if self.on_telegram:
            drill.api.person(number, language_code="en", started=self.is_member)
        else:
            drill.twilio.person(self.user, wrote=self.is_member)
        self.phone: Phone = drill.friend(number) if self.on_telegram else drill.at(number)
        self.given = 0
        self._random = Random(drill.seed * 1000 + number)  # noqa: S311 - repeatable on purpose
        self._takes_back = number % 5 == 0
        self._signs_again = self._takes_back and number % 3 == 0
        self.expected = Signed(
            f"Signer {number}",
            f"Union {number}" if self._random.random() < 0.5 else "",
            self._random.choice(COUNTRIES),
            frozen=True,
            stands=self._signs_again or not self._takes_back,
        )

    async def signs(self) -> None:
        """From the first word to the last thanks."""
        if not (self.on_telegram or self.is_member):
            await self.phone.says("/en")
            await self._sees("English")
        await self.phone.says("SIGN 1" if self.is_member else f"/start sign_{CODE}")
        await self._gives()
        if self._takes_back:
            await self._picks("Thank you. You signed", "Take my signature back")
            await self._picks("Take your signature under", "Yes, take it back")
            if self._signs_again:
                await self._gives()
        await self._sees("does not count any more" if not self.expected.stands else "Thank you. You signed")

    async def _gives(self) -> None:
        await self._picks("Every child has a school.", "Sign it")
        if not self.is_member:
            await self._says("What is your name", self.expected.name)
        if self.expected.organisation:
            await self._says("Which organisation do you sign for?", self.expected.organisation)
        else:
            await self._picks("Which organisation do you sign for?", "Skip")
        if not self.is_member:
            country = country_name(self.expected.country, "en")
            await self._says("Which country are you from?", country)
            await self._picks("Is it one of these?", country)
        await self._picks("Is everything right?", "I sign")

    async def _says(self, question: str, answer: str) -> None:
        await self._sees(question)
        await self.phone.says(answer)
        self.given += 1

    async def _picks(self, question: str, label: str) -> None:
        await self.phone.taps(label, await self._sees(question))
        self.given += 1

    async def _sees(self, what: str) -> Any:
        try:
            seen = await self.phone.sees(what, within=LONGEST)
        except AssertionError as error:
            raise AssertionError(f"{self.user} is stuck after {self.given} answers: {error}") from None
        await asyncio.sleep(self._random.uniform(0, LONGEST_THOUGHT))
        return seen


async def test_each_signs_once(both: BothDrill) -> None:
    drill = both
    people = [Signer(drill, number) for number in PEOPLE]
    await drill.database.run(lambda session: _prepare(session, people))
    await drill.start()
    async with asyncio.TaskGroup() as group:
        signing = [group.create_task(person.signs()) for person in people]
        for _kill in range(KILLS):
            enough = sum(person.given for person in people) + drill.random.randint(1, 4 * len(people) // KILLS)
            await eventually(lambda enough=enough: sum(each.given for each in people) >= enough, within=LONGEST)  # type: ignore[misc]  # mypy does not see its type in a default
            await drill.kill()
            await drill.start()
        await asyncio.wait(signing)
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    drill.told.append(f"{sum(person.given for person in people)} answers of {len(people)} signers")
    kept = await drill.database.read(_kept)
    assert kept == [(person.user, person.expected) for person in sorted(people, key=lambda each: each.user)]
    standing = Counter(person.expected.country for person in people if person.expected.stands)
    assert await drill.database.read(lambda session: countries_of(session, 1)) == standing
    (await audit(drill)).holds()
    (await track(drill)).holds()
    assert (drill.api.refusals, drill.twilio.refusals) == ([], [])


def _prepare(session: Session, people: list[Signer]) -> None:
    """It is open, also to strangers; members are known by name and country."""
    add_declaration(session, code=CODE)
    for person in (each for each in people if each.is_member):
        channel, phone = ("telegram", "") if person.on_telegram else ("whatsapp", person.user)
        known = {"name": person.expected.name, "country": person.expected.country}
        member = add_member(session, Clock(), person.user, channel=channel, **known)
        [address] = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member.id))
        address.last_inbound_at, address.phone = Clock().now(), phone


def _kept(session: Session) -> list[tuple[str, Signed]]:
    """Every signature, by whose it is."""
    frozen = session.get_one(Declaration, 1).frozen
    rows = select(MemberAddress.user, Signature).join(MemberAddress, MemberAddress.member_id == Signature.member_id)
    return [
        (user, Signed(each.name, each.organisation, each.country, each.frozen == frozen, each.withdrawn_at is None))
        for user, each in session.execute(rows.order_by(MemberAddress.user))
    ]
