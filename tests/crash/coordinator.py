"""The owner of the network, who joins by a one-time link and sends a newsletter to everybody."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.actions import invitations
from bot.actions.fates import ARRIVED
from bot.core.clock import Clock
from storage.broadcasts import Broadcast
from storage.delivery import tally
from storage.members import Member
from storage.outbox import UNFINISHED
from storage.staff import Role
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import LANGUAGES, Phone
from tests.crash.whatsapp import WhatsAppDrill
from tests.storage.people import add_member

OWNER: Final = 1
_TWICE: Final = re.compile(r"([\d,]+) members? may have got it twice")


class Coordinator:
    """Steps of the conversation, each up to where the bot has answered it."""

    def __init__(self, drill: Drill | WhatsAppDrill) -> None:
        self._drill = drill
        self._person: Phone = drill.person(OWNER)

    async def joins(self) -> None:
        """Become the owner; the bot runs."""
        clock = Clock()
        token = await self._drill.database.run(
            lambda session: invitations.invite(session, Role.OWNER, (), None, clock.now())
        )
        await self._person.says(f"/start {token}")
        await self._picks("Which language do you prefer?", "English")
        await self._picks("Do you agree?", "Yes, I agree")
        await self._picks("Which organisation are you from?", "Cancel")
        await self._sees("we leave it there")

    async def drafts(self, text: str, number: int) -> Any:
        """Write a newsletter, up to the question whether to send it."""
        await self._person.says("/newsletter")
        await self._sees("Send me the text")
        await self._person.says(text)
        await self._picks("Which language is it in?", "English")
        await self._picks("Your newsletter, not sent yet", "Send")
        return await self._sees(f"Send to {number:,} members now?")

    async def sends(self, message: Any) -> None:
        """Tap the last button; nothing is waited for."""
        await self._person.taps("Send to", message)

    async def reads_report(self) -> str:
        """Its words."""
        report = await self._person.sees(self._drill.is_report, within=PATIENCE)
        return str(report.text)

    async def _picks(self, question: str, label: str) -> None:
        await self._person.taps(label, await self._sees(question))

    async def _sees(self, words: str) -> Any:
        return await self._person.sees(words, within=PATIENCE)


def members(number: int) -> range:
    """The numbers of so many members. The owner has not registered, so newsletters do not go there."""
    return range(OWNER + 1, OWNER + 1 + number)


async def recruit(drill: Drill, number: int, *, strangers: int = 0) -> None:
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


def reached(drill: Drill, text: str) -> Counter[int]:
    """How often each person got the newsletter."""
    return Counter(message.chat["id"] for message in drill.api.delivered() if message.original.startswith(text))


def told_twice(report: str) -> int:
    """How many members the report calls possibly reached twice."""
    found = _TWICE.search(report)
    return int(found[1].replace(",", "")) if found else 0
