"""People on two messengers who answer each question once, when it comes, while the bot is killed again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, Final, TypeVar

from tests.crash.both import BothDrill
from tests.crash.lives import PATIENCE, eventually
from tests.crash.newcomer import Phone

LONGEST: Final = 5 * PATIENCE
"""Seconds until something has come: the bot may be killed ten times meanwhile."""

LONGEST_THOUGHT: Final = 0.8

P = TypeVar("P", bound="Patient")


class Patient:
    """One person.

    Attributes:
        on_telegram: those with even numbers; the others are on WhatsApp.
        given: how many answers they gave.
        random: theirs alone, and the same for the same seed.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        self.on_telegram = number % 2 == 0
        self.user = str(number) if self.on_telegram else f"+99455{number:07d}"
        self.phone: Phone = drill.friend(number) if self.on_telegram else drill.at(number)
        self.random = Random(drill.seed * 1000 + number)  # noqa: S311 - repeatable on purpose
        self.given = 0

    async def says(self, question: str, answer: str) -> None:
        await self.sees(question)
        await self.phone.says(answer)
        self.given += 1

    async def picks(self, question: str, label: str) -> None:
        await self.phone.taps(label, await self.sees(question))
        self.given += 1

    async def sees(self, what: str) -> Any:
        try:
            seen = await self.phone.sees(what, within=LONGEST)
        except AssertionError as error:
            raise AssertionError(f"{self.user} is stuck after {self.given} answers: {error}") from None
        await asyncio.sleep(self.random.uniform(0, LONGEST_THOUGHT))
        return seen


async def talk(drill: BothDrill, people: Sequence[P], script: Callable[[P], Coroutine[Any, Any, None]], kills: int,
               between: int) -> None:  # fmt: skip
    """Let each follow the script; kill the bot so often, each time after 1 to `between` more answers; then stop it."""
    await drill.start()
    async with asyncio.TaskGroup() as group:
        talking = [group.create_task(script(person)) for person in people]
        for _kill in range(kills):
            enough = sum(person.given for person in people) + drill.random.randint(1, between)
            await eventually(lambda enough=enough: sum(each.given for each in people) >= enough, within=LONGEST)  # type: ignore[misc]  # mypy does not see its type in a default
            await drill.kill()
            await drill.start()
        await asyncio.wait(talking)
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0
