"""Somebody who registers, in their language and in their way, and does not care what happens to the bot meanwhile.

A newcomer answers each question once, when it comes, and says nothing else: no second "/start", no answer again. So
whoever gets to the end was asked everything, and whoever does not is stuck.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import places
from bot.core.form import WORDS
from bot.core.i18n import _, speaking
from bot.core.locale import own_name
from bot.handlers.membership.questions import QUESTIONS
from bot.network import Network, Place
from storage.members import Member, MemberAddress, topics_of
from storage.organisations import Organisation
from tests.crash.lives import PATIENCE

LANGUAGES: Final = ("az", "ru", "en")
NAMES: Final = ("Aysel & Nərgiz", "Иван <Ваня> Петров", "O'Neil “Mic” Smith")
STATUSES: Final = {"none": "No", "general": "General status", "special": "Special status", "roster": "Roster"}
_ASKS: Final = {field.name: str(field.question) for field in QUESTIONS}
_LONGEST_THOUGHT: Final = 0.4
_DIGITS: Final = 7


class Phone(Protocol):
    """What somebody holds in their hand, on any messenger; what is seen has `text` and `labels`."""

    async def says(self, text: str) -> object: ...

    async def taps(self, label: str, message: Any) -> object: ...

    async def sees(self, what: Any, *, within: float) -> Any: ...


class Newcomer:
    """One person; the even numbers tap, the odd ones type.

    Args:
        ticks: topics can be tapped, one after the other.

    Attributes:
        answers: what they answer, as `registered` reads it back.
        reached: the question they answered last.
    """

    def __init__(self, phone: Phone, network: Network, number: int, seed: int, *, ticks: bool = True) -> None:
        self.number = number
        self.language = LANGUAGES[number % 3]
        self.reached = "nothing"
        self._random = Random(seed * 1000 + number)  # noqa: S311 - repeatable on purpose
        self._taps = number % 2 == 0
        self._ticks = ticks and self._taps
        self._network = network
        self._corrects = number % 5 == 0
        self._person = phone
        self._place = self._random.choice(self._districts())
        with speaking(self.language):
            self._found = places.find(network, self._place.labels[self.language])[0]
        keys = [topic.key for topic in network.topics]
        organisation = f"{self._random.choice(['Ümid', 'Надежда', 'Hope'])} {self._random.getrandbits(64):x} {number}"
        self.answers: dict[str, Any] = {
            "language": self.language,
            "organisation": organisation,
            "where": tuple(places.parse(network, self._found.id)),
            "ecosoc": self._random.choice([*STATUSES]),
            "topics": set(self._random.sample(keys, self._random.randint(1, len(keys)))),
            "name": f"{NAMES[number % 3]} {number}",
            "role": f"role of {number}",
            "phone": self._random.choice(["", f"+99450{1_000_000 + number}"]),
            "email": self._random.choice(["", f"person{number}@example.org"]),
        }

    async def register(self) -> None:
        """From "/start" to the end.

        Raises:
            AssertionError: a question did not come: this person is stuck.
        """
        with self._speaking():
            await self._person.says("/start")
            await self._picks(_("Which language do you prefer?"), own_name(self.language))
            await self._picks(_("Do you agree?"), _("Yes, I agree").unescape())
            organisation = self.answers["organisation"]
            await self._says(self._question("organisation"), organisation)
            await self._picks(organisation, _("Add “{typed}”").format(typed=organisation).unescape())
            await self._says(self._question("place"), self._place.labels[self.language])
            await self._picks(_("Is it one of these? If not, write it in another way."), self._found.label)
            await self._picks(self._question("ecosoc"), _(STATUSES[self.answers["ecosoc"]]).unescape())
            await self._chooses_topics()
            await self._says(self._question("name"), "Misspelt" if self._corrects else self.answers["name"])
            await self._says(self._question("role"), self.answers["role"])
            await self._says_or_skips("phone")
            await self._says_or_skips("email")
            await self._looks_through()
            thanks = _("Thank you, {name}. You are registered.").format(name=self.answers["name"])
            await self._sees(thanks.unescape())

    async def _chooses_topics(self) -> None:
        """Whoever taps does not wait for the ticks; whoever types names all of them at once."""
        labels = {topic.key: topic.labels[self.language] for topic in self._network.topics}
        message = await self._sees(self._question("topics"))
        if self._ticks:
            for topic in self.answers["topics"]:
                await self._person.taps(labels[topic], message)
                await asyncio.sleep(self._random.uniform(0, _LONGEST_THOUGHT / 4))
        else:
            numbers = sorted(list(labels).index(topic) + 1 for topic in self.answers["topics"])
            await self._person.says(" ".join(map(str, numbers)))
            message = await self._sees(self._question("topics"))
        await self._pick(_("Done").unescape(), message)

    async def _looks_through(self) -> None:
        summary = _("Is everything right?").unescape()
        if self._corrects:
            change = _("Change: {label}").format(label=_("Name")).unescape()
            await self._picks(summary, change)
            await self._says(self._question("name"), self.answers["name"])
        await self._picks(summary, _("Done").unescape())

    async def _says_or_skips(self, name: str) -> None:
        if self.answers[name]:
            await self._says(self._question(name), self.answers[name])
        else:
            await self._picks(self._question(name), _(WORDS["skip"]).unescape())

    async def _says(self, question: str, answer: str) -> None:
        await self._sees(question)
        await self._person.says(answer)

    async def _picks(self, question: str, label: str) -> None:
        await self._pick(label, await self._sees(question))

    async def _pick(self, label: str, message: Any) -> None:
        """Tap it, or type its number; what leads on, back and out has no number and is typed as it is called."""
        if self._taps:
            await self._person.taps(label, message)
            return
        leading = {_(word).unescape() for word in (*WORDS.values(), "Done", "More")}
        answers = [shown.removeprefix("✓ ") for shown in message.labels if shown not in leading]
        await self._person.says(label if label in leading else str(answers.index(label) + 1))

    async def _sees(self, question: str) -> Any:
        try:
            message = await self._person.sees(question, within=PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{self.number} is stuck after {self.reached!r}: {error}") from None
        self.reached = question
        await asyncio.sleep(self._random.uniform(0, _LONGEST_THOUGHT))
        return message

    def _districts(self) -> list[Place]:
        """Those one has to look for: a name that is on a button is picked as soon as it is typed."""
        shown = {region.labels[self.language] for region in self._network.regions}
        districts = [place for region in self._network.regions for place in region.districts]
        return [place for place in districts if place.labels[self.language] not in shown]

    def _question(self, name: str) -> str:
        return _(_ASKS[name]).unescape()

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        with speaking(self.language):
            yield


def registered(session: Session) -> dict[int, dict[str, Any]]:
    """Everybody's answers as the database has them, by number; of who is not registered, nothing.

    The last digits of a user's name are the number, whatever the messenger calls people.
    """
    rows = select(MemberAddress.user, Member, Organisation.name)
    rows = rows.join(Member, Member.id == MemberAddress.member_id).outerjoin(
        Organisation, Organisation.id == Member.organisation_id
    )
    return {
        int(user[-_DIGITS:]): {
            "language": member.language,
            "organisation": organisation,
            "where": (member.region, member.district, member.country),
            "ecosoc": member.ecosoc,
            "topics": topics_of(session, member.id),
            "name": member.name,
            "role": member.role,
            "phone": member.phone,
            "email": member.email,
        }
        for user, member, organisation in session.execute(rows)
        if member.registered and member.consented_at and member.membership == "confirmed"
    }
