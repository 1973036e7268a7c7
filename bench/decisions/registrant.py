"""People who register whatever happens to the bot: each answers every question once, and notices what goes wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase
from typing import Final

from tests.emulators.telegram import BotApi, Message


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody does about a message, once.

    Attributes:
        asks: a part of the message's text.
        taps: the button to press, or a part of its label; "" to type `says`.
        says: what is typed; {n} is the person's number and {word} a word of theirs, like nobody else's.
        shows: a part of some button's label, where the text alone does not tell.
        label: what the summary calls this answer; "" when it does not stand there.
        value: how the summary shows it, or how what it shows begins, when not as it was typed.
    """

    asks: str
    taps: str = ""
    says: str = ""
    shows: str = ""
    label: str = ""
    value: str = ""

    def fits(self, message: Message) -> bool:
        wanted = self.shows or self.taps
        return self.asks in message.text and (not wanted or message.button(wanted) is not None)


@dataclass(frozen=True, slots=True)
class Script:
    """A whole conversation.

    Attributes:
        replies: in order; the first that fits and was not used yet is what the person does.
        summary: a part of the message that shows every answer, each on a line "label: value".
        end: a part of the message after which the person has what they came for.
        begin: the first thing they write.
    """

    replies: Sequence[Reply]
    summary: str
    end: str
    begin: str = "/start"


REGISTRATION: Final = Script(
    (
        Reply("Which language do you prefer?", taps="English"),
        Reply("Do you agree?", taps="Yes, I agree"),
        Reply("Which organisation are you from?", says="{word}", label="Organisation"),
        Reply("", taps="Add “"),
        Reply("Where do you work?", says="Sabirabad", label="Region"),
        Reply("Is it one of these?", taps="Sabirabad"),
        Reply("consultative status with ECOSOC?", taps="General status", label="ECOSOC status", value="General status"),
        Reply("What may we write to you about?", shows="✓ Education", taps="Done"),
        Reply("What may we write to you about?", taps="Education", label="Topics", value="Education"),
        Reply("What is your name?", says="Aygün {n}", label="Name"),
        Reply("What do you do in your organisation?", says="Role {n}", label="Your role"),
        Reply("On which phone number", taps="Skip"),
        Reply("What is your e-mail address?", says="n{n}@example.org", label="E-mail"),
        Reply("Is everything right?", taps="Done"),
    ),
    summary="Is everything right?",
    end="You are registered",
)


class Registrant:
    """One person on the emulator, following the script.

    Attributes:
        given: the answers given so far that the summary must show, by its label.
        wrong: labels under which the summary showed something else.
        done: has seen the end.
    """

    def __init__(self, api: BotApi, number: int, script: Script, random: Random) -> None:
        self.number = number
        self.given: dict[str, str] = {}
        self.wrong: set[str] = set()
        self.done = False
        self._person = api.person(number, first_name=f"Aygün {number}", language_code="en")
        self._chat = api.world.chats[number]
        self._script = script
        self._random = random
        self._used: set[Reply] = set()
        self._word = "".join(random.choices(ascii_lowercase, k=12))

    @property
    def twice(self) -> int:
        """Messages that came again: the same question in a new bubble."""
        prompts = {reply.asks for reply in self._script.replies if reply.asks} | {self._script.end}
        sent = Counter(prompt for message in self._sent for prompt in prompts if prompt in message.original)
        return sum(count - 1 for count in sent.values())

    async def register(self, *, starts_within: float, thinks: tuple[float, float]) -> None:
        """Follow the script to its end, or for ever: whoever hears nothing more is stuck, and does not write again.

        Args:
            starts_within: seconds, at most, before they write first.
            thinks: seconds, from and to, before each answer.
        """
        await asyncio.sleep(self._random.uniform(0, starts_within))
        await self._person.says(self._script.begin)
        read = 0
        while not self.done:
            while read == len(self._chat.shown):
                await self._chat.news.wait()
            message = self._chat.shown[read]
            read += 1
            await self._react(message, thinks)

    async def _react(self, message: Message, thinks: tuple[float, float]) -> None:
        if self._script.end in message.text:
            self.done = True
            return
        if self._script.summary in message.text:
            shown = f"\n{message.text}"
            self.wrong = {label for label, value in self.given.items() if f"\n{label}: {value}" not in shown}
        reply = next((one for one in self._script.replies if one not in self._used and one.fits(message)), None)
        if reply is None:
            return
        self._used.add(reply)
        await asyncio.sleep(self._random.uniform(*thinks))
        said = reply.says.format(n=self.number, word=self._word)
        if reply.label:
            self.given[reply.label] = reply.value or said
        if reply.taps:
            await self._person.taps(reply.taps, message)
        else:
            await self._person.says(said)

    @property
    def _sent(self) -> list[Message]:
        return [message for message in self._chat.messages.values() if message.from_bot]
