"""The owner of the network, who joins by a one-time link and sends a newsletter to everybody."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.actions import invitations
from bot.core.clock import Clock
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.delivery import tally
from storage.members import Member
from storage.outbox import ARRIVED, UNFINISHED
from storage.staff import Role
from tests.crash.audit import OnTelegram
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import LANGUAGES, Phone
from tests.storage.people import add_member

OWNER: Final = 1
CARD: Final = "Your newsletter, not sent yet"
"""How the card of a draft begins."""

_TWICE: Final = re.compile(r"([\d,]+) members? may have got it twice")


class Stage(Protocol):
    """A drill, on any messenger."""

    @property
    def database(self) -> Database: ...

    def person(self, number: int) -> Phone: ...

    def is_report(self, message: Any) -> bool: ...


class Coordinator:
    """Steps of the conversation, each up to where the bot has answered it."""

    def __init__(self, drill: Stage) -> None:
        self._drill = drill
        self.person: Phone = drill.person(OWNER)

    async def joins(self) -> None:
        """Become the owner; the bot runs."""
        clock = Clock()
        token = await self._drill.database.run(
            lambda session: invitations.invite(session, Role.OWNER, (), None, clock.now())
        )
        await self.person.says(f"/start {token}")
        await self.picks("Which language do you prefer?", "English")
        await self.picks("Do you agree?", "Yes, I agree")
        await self.picks("Which organisation are you from?", "Cancel")
        await self.sees("we leave it there")

    async def drafts(self, text: str, number: int) -> Any:
        """Write a newsletter, up to the question whether to send it."""
        await self.writes(text)
        return await self.readies(number)

    async def writes(self, text: str) -> None:
        """A newsletter's text, up to its card."""
        await self.begins()
        await self.person.says(text)
        await self.picks("Which language is it in?", "English")

    async def begins(self) -> None:
        """A newsletter, up to where its text is asked for."""
        await self.person.says("/newsletter")
        await self.sees("Send me the text")

    async def addresses_to(self, line: str, *labels: str) -> None:
        """Choose who gets it, on a draft's card, up to the card."""
        await self.picks(CARD, "Who gets it")
        await self.picks("Who gets it", line)
        question = await self.sees(f"Members {'who follow' if line == 'Topics' else 'on'} which")
        for label in labels:
            await self.person.taps(label, question)
        await self.person.taps("Done", question)
        await self.picks("Who gets it", "Back to the draft")

    async def readies(self, number: int) -> Any:
        """From the card to the question whether to send it."""
        await self.picks(CARD, "Send")
        return await self.sees(f"Send to {number:,} member")

    async def plans(self, moment: str, message: Any) -> None:
        """From the question whether to send it to its being planned for a moment, as one types it."""
        await self.person.taps("Send at another time", message)
        await self.sees("When shall it leave?")
        await self.person.says(moment)
        await self.picks("Send to", "Plan it")
        await self.sees("All right. It goes to")

    async def sends(self, message: Any) -> None:
        """Tap the last button; nothing is waited for."""
        await self.person.taps("Send to", message)

    async def reads_report(self) -> str:
        """Its words."""
        report = await self.person.sees(self._drill.is_report, within=PATIENCE)
        return str(report.text)

    async def picks(self, question: str, label: str) -> None:
        await self.person.taps(label, await self.sees(question))

    async def sees(self, words: str) -> Any:
        return await self.person.sees(words, within=PATIENCE)


def members(number: int) -> range:
    """The numbers of so many members. The owner has not registered, so newsletters do not go there."""
    return range(OWNER + 1, OWNER + 1 + number)


async def recruit(drill: OnTelegram, number: int, *, strangers: int = 0) -> None:
    """Members who can be written to; before them, people who never agreed to anything."""
    clock = Clock()

    def add(session: Session) -> None:
        if strangers:
            session.execute(insert(Member), [{"language": "az", "created_at": clock.now()}] * strangers)
        for user in members(number):
            add_member(session, clock, str(user), language=LANGUAGES[user % 3])

    await drill.database.run(add)
    for user in members(number):
        drill.api.person(user, started=True)


class Sums(NamedTuple):
    """What the tables say of a broadcast: its state, whether fan-out has begun and ended, and its rows."""

    state: str
    begun: bool
    fanned: bool
    rows: int
    sent: int
    unfinished: int
    twice: int


def sums(session: Session) -> Sums:
    """Of the newest broadcast; zeros before there is one."""
    broadcast = session.scalar(select(Broadcast).order_by(Broadcast.id.desc()).limit(1))
    if broadcast is None:
        return Sums("", begun=False, fanned=False, rows=0, sent=0, unfinished=0, twice=0)
    counted = tally(session, broadcast.id)
    return Sums(
        broadcast.state,
        broadcast.fanned_to > 0,
        broadcast.fanned_at is not None,
        rows=sum(one.rows for one in counted),
        sent=sum(one.rows for one in counted if one.state in ARRIVED),
        unfinished=sum(one.rows for one in counted if one.state in UNFINISHED),
        twice=sum(one.rows for one in counted if one.twice),
    )


def reached(drill: OnTelegram, text: str) -> Counter[int]:
    """How often each person got the newsletter."""
    return Counter(message.chat["id"] for message in drill.api.delivered() if message.original.startswith(text))


def told_twice(report: str) -> int:
    """How many members the report calls possibly reached twice."""
    found = _TWICE.search(report)
    return int(found[1].replace(",", "")) if found else 0
