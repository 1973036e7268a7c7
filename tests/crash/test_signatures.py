"""Members, and strangers with the link, sign a declaration on two messengers while the bot is killed again and again.

Each answers each question once, when it comes, and says nothing else, so whoever is thanked was asked everything. Some
take their signature back, and some of those give it again. In the end there is one signature of each, under the text
that was opened, as they gave it; it stands unless they took it back.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.locale import country_name
from storage.declarations import Declaration, Signature, countries_of
from storage.members import MemberAddress
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.patient import Patient, talk
from tests.crash.tracking import track
from tests.storage.declaring import add_declaration
from tests.storage.people import add_member

pytestmark = pytest.mark.drill

PEOPLE: Final = range(1, 81)
"""The even numbers are on Telegram, the odd ones on WhatsApp; of each, every other one is a member."""

KILLS: Final = 10
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


class Signer(Patient):
    """One person.

    Attributes:
        expected: what should be kept of them in the end.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        self.is_member = number % 4 < 2
        if number % 2 == 0:
            drill.api.person(number, language_code="en", started=self.is_member)
        super().__init__(drill, number)
        if not self.on_telegram:
            drill.twilio.person(self.user, wrote=self.is_member)
        self._takes_back = number % 5 == 0
        self._signs_again = self._takes_back and number % 3 == 0
        self.expected = Signed(
            f"Signer {number}",
            f"Union {number}" if self.random.random() < 0.5 else "",
            self.random.choice(COUNTRIES),
            frozen=True,
            stands=self._signs_again or not self._takes_back,
        )

    async def signs(self) -> None:
        """From the first word to the last thanks."""
        if not (self.on_telegram or self.is_member):
            await self.phone.says("/en")
            await self.sees("English")
        await self.phone.says("SIGN 1" if self.is_member else f"/start sign_{CODE}")
        await self._gives()
        if self._takes_back:
            await self.picks("Thank you. You signed", "Take my signature back")
            await self.picks("Take your signature under", "Yes, take it back")
            if self._signs_again:
                await self._gives()
        await self.sees("does not count any more" if not self.expected.stands else "Thank you. You signed")

    async def _gives(self) -> None:
        await self.picks("Every child has a school.", "Sign it")
        if not self.is_member:
            await self.says("What is your name", self.expected.name)
        if self.expected.organisation:
            await self.says("Which organisation do you sign for?", self.expected.organisation)
        else:
            await self.picks("Which organisation do you sign for?", "Skip")
        if not self.is_member:
            country = country_name(self.expected.country, "en")
            await self.says("Which country are you from?", country)
            await self.picks("Is it one of these?", country)
        await self.picks("Is everything right?", "I sign")


async def test_each_signs_once(both: BothDrill) -> None:
    drill = both
    people = [Signer(drill, number) for number in PEOPLE]
    await drill.database.run(lambda session: _prepare(session, people))
    await talk(drill, people, Signer.signs, KILLS, 4 * len(people) // KILLS)

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
