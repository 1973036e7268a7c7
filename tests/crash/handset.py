"""A WhatsApp phone in the hand of somebody who taps what can be tapped and otherwise types its number or its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tests.emulators.twilio import Message, Person

_NUMBERED: Final = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
_MARKS: Final = str.maketrans("", "", "*_\N{ZERO WIDTH SPACE}")
"""None of our people has them in a name."""


class Seen:
    """One message, as whoever reads it takes it.

    Attributes:
        text: without WhatsApp's marks.
        labels: of the answers, in full, in the order of their numbers; what leads back and out is among those that are
            tapped, and beside those that are typed it has no number.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        self.text = message.text.translate(_MARKS)
        self._tapped = {choice.description or choice.title: choice.title for choice in message.buttons or message.items}
        self.labels = [*self._tapped] or _NUMBERED.findall(self.text)

    def title(self, label: str) -> str:
        """What is written on it where it can be tapped; a long label is shortened there."""
        return self._tapped.get(label, "")


class Handset:
    """The same that a person on Telegram can do, so that one script serves both."""

    def __init__(self, person: Person) -> None:
        self.person = person

    async def says(self, text: str) -> None:
        await self.person.says(text)

    async def taps(self, label: str, seen: Seen) -> None:
        """Tap it, or type its number; what has none is called by its name."""
        whole = next((one for one in seen.labels if one.removeprefix("✓ ") == label), None)
        whole = whole or next((one for one in seen.labels if label in one), label)
        if title := seen.title(whole):
            await self.person.taps(title, seen.message)
        else:
            await self.says(str(seen.labels.index(whole) + 1) if whole in seen.labels else label)

    async def sees(self, what: str | Callable[[Seen], object], *, within: float = 5.0) -> Seen:
        """Wait for a message with these words, or that fits, that came since they last acted or saw something.

        Raises:
            AssertionError: nothing of the kind came in time.
        """

        def fits(message: Message) -> object:
            seen = Seen(message)
            return what in seen.text if isinstance(what, str) else what(seen)

        try:
            return Seen(await self.person.sees(fits, within=within))
        except AssertionError:
            raise AssertionError(f"{self.person} never saw {what!r}, only {self.person.screen[-5:]}") from None
