"""Members on WhatsApp: some wrote lately and can be written to, and every third hears a bell first and taps it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.members import MemberAddress
from tests.crash.coordinator import members
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import LANGUAGES
from tests.crash.whatsapp import WhatsAppDrill, names
from tests.storage.people import add_member

_LONG_AGO: Final = timedelta(hours=25)
_THOUGHT: Final = (1.1, 4.0)
"""Seconds until a bell is answered: Twilio's list tells times in whole ones, and nobody is faster."""

_LONGEST: Final = 5 * PATIENCE
"""Seconds until something has come: the bot may be killed twenty times meanwhile."""


class Reader:
    """One member.

    Attributes:
        closed: their window has closed.
    """

    def __init__(self, drill: WhatsAppDrill, number: int) -> None:
        self.closed = number % 3 == 0
        self._number = number
        self._random = Random(drill.seed * 1000 + number)  # noqa: S311 - repeatable on purpose
        self._phone = drill.person(number)
        device = self._phone.person.device
        device.heard = drill.twilio.world.now() - (_LONG_AGO if self.closed else timedelta(hours=1)).total_seconds()
        device.receipts = number % 5 > 0

    async def answers_bell(self) -> None:
        """Hear it and tap it, with a thought between."""
        bell = await self._phone.sees(lambda seen: seen.message.approved, within=_LONGEST)
        await asyncio.sleep(self._random.uniform(*_THOUGHT))
        await self._phone.taps(bell.labels[0], bell)

    async def reads(self, text: str, quiet: asyncio.Event) -> None:
        """Answer the bell, if there is one, and wait for the text; some look into the chat again.

        Args:
            quiet: nobody is killed any more; some wait for that with their answer, and with going online.

        Raises:
            AssertionError: it does not come.
        """
        if self._number % 7 == 0:
            await self._phone.person.goes_offline()
            await quiet.wait()
            await self._phone.person.comes_online()
        if self.closed:
            if self._number % 2 == 0:
                await quiet.wait()
            await self.answers_bell()
        await self._phone.sees(text, within=_LONGEST)
        if self._number % 2 == 0:
            await self._phone.person.opens()

    def bells(self) -> int:
        return sum(1 for message in self._phone.person.screen if message.approved)

    def texts(self, text: str) -> int:
        return sum(1 for message in self._phone.person.screen if text in message.text and not message.approved)


async def recruit(drill: WhatsAppDrill, number: int, *, after: int = 0) -> list[Reader]:
    """So many members, behind those who are there."""
    clock, numbers = Clock(), members(after + number)[after:]

    def add(session: Session) -> None:
        for one in numbers:
            phone, user = names(one)
            add_member(session, clock, user or phone, language=LANGUAGES[one % 3], channel="whatsapp")
            theirs = update(MemberAddress).where(MemberAddress.user == (user or phone))
            wrote = clock.now() - (_LONG_AGO if one % 3 == 0 else timedelta(hours=1))
            session.execute(theirs.values(phone=phone, last_inbound_at=wrote))

    await drill.database.run(add)
    return [Reader(drill, one) for one in numbers]
