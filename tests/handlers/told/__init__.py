"""Conversations written down word for word, a file for each language, and played to the real handlers.

A line at the margin is what somebody does, and what is indented under it is all that comes to their phone:

    Leyla: /calls           she writes this; "a × 700" is that many of it, and "a ⏎ b" two lines
    Leyla → Yadda saxla     she picks this: taps it, or writes its number
    Leyla 📍                she sends where she is
    Rauf ←                  what came to him meanwhile
    06.03.2027 10:00        time passes until then in Baku, and everything happens that happens by itself
    == saving               a part begins, which a test plays by this name

A line that only phones of one shape show begins with it: "numbers| ...". Between two messages stands a line with "—".
Options stand in brackets, unless they are those of the message before; behind "=" is what is typed instead of a tap.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.core.messages import Kind
from bot.core.rendering import render
from scheduler.publishing import Publications
from scheduler.reminders import Reminders
from scheduler.schedules import Schedules
from scheduler.seats import Seats
from scheduler.verdicts import Verdicts
from storage.staff import Role
from tests.chat import Chat, Person, Seen
from tests.handlers.admin.office import Office
from tests.handlers.people import sqlite_alone

MARGIN: Final = "    "
CLOCK: Final = "%d.%m.%Y %H:%M"

_SHAPED: Final = re.compile(rf"{MARGIN}(buttons|numbers|whatsapp)\|\s?")
_TIME: Final = re.compile(r"\d\d\.\d\d\.\d{4} \d\d:\d\d")
_DOES: Final = re.compile(r"(\w+) ?(:|→|📍)\s*(.*)")
_MANY: Final = re.compile(r"(.+) × (\d+)")


in_both_tongues: Final = [
    sqlite_alone,
    pytest.mark.usefixtures("monday_noon"),
    pytest.mark.parametrize("shape", ["buttons", "numbers"]),
    pytest.mark.parametrize("language", ["az", "ru"]),
]
"""What a file's conversations begin with: Monday, 1 March 2027, 12:00."""


class Told:
    """A file's parts, played by people whose phones are of one shape.

    Args:
        people: by the names that the file gives them.
    """

    def __init__(self, feature: str, language: str, shape: str, chat: Chat, people: Mapping[str, Person]) -> None:
        text = Path(__file__).with_name(f"{feature}.{language}.txt").read_text(encoding="utf-8")
        _about, *parts = re.split(r"^== (.+)\n", text, flags=re.MULTILINE)
        self.parts = dict(zip(parts[::2], parts[1::2], strict=True))
        self._shape = shape
        self.chat = chat
        self.people = people
        self._offered: dict[str, list[str]] = {}

    @property
    def staff(self) -> Person:
        """Who was named first."""
        return next(iter(self.people.values()))

    async def goes(self, *parts: str) -> None:
        """Play these parts, one after another; all of it comes as it is written."""
        for part in parts:
            expected = list(self._written(self.parts[part].splitlines()))
            assert [line async for line in self.happens(expected)] == expected

    async def happens(self, written: Iterable[str]) -> AsyncIterator[str]:
        """What these lines do, and what comes of it, as the file would have it."""
        for line in self._came_by_itself():
            yield line
        for line in written:
            if _TIME.fullmatch(line):
                moment = datetime.strptime(line, CLOCK).replace(tzinfo=self.chat.network.zone)
                who = ""
                await passes(self.chat, moment)
            elif found := _DOES.fullmatch(line):
                who = found[1]
                await self._does(self.people[who], found[2], found[3])
            else:
                continue
            yield line
            for line_of_theirs in self._came(who):
                yield line_of_theirs
            for line_of_theirs in self._came_by_itself():
                yield line_of_theirs

    def _came_by_itself(self) -> Iterator[str]:
        for who, person in self.people.items():
            if person.news:
                yield f"{who} ←"
                yield from self._came(who)

    def _written(self, lines: Iterable[str]) -> Iterator[str]:
        """Those that phones of this shape show, without what parts turns from one another."""
        heading, blanks, within = "", 0, False
        for line in lines:
            shape = _SHAPED.match(line)
            if line.startswith("#") or (shape and shape[1] != self._shape):
                continue
            if not line:
                blanks += 1
            elif line.endswith(" ←"):  # comes where phones of this shape show something below it
                heading, within = line, False
            elif line.startswith(MARGIN):
                yield from [heading] if heading else [""] * (blanks * within)
                yield f"{MARGIN}{line[shape.end() :]}".rstrip() if shape else line
                heading, blanks, within = "", 0, True
            else:
                yield line
                heading, blanks, within = "", 0, False

    async def _does(self, person: Person, how: str, what: str) -> None:
        if how == "→":
            await person.picks(_named(person, what))
        elif how == "📍":
            await person.sends(Kind.LOCATION)
        else:
            many = _MANY.fullmatch(what)
            await person.says(many[1] * int(many[2]) if many else what.replace(" ⏎ ", "\n"))

    def _came(self, who: str) -> Iterator[str]:
        """All that came to their phone since the last time."""
        person = self.people.get(who)
        for place, seen in enumerate(person.news if person else ()):
            lines = ["—"] if place else []
            lines += seen.text.split("\n") if seen.text else []
            file = seen.outbound.attachment
            lines += [f"📎 {file.name or file.kind}"] if file else []
            options = [f"[{option}]" for option in _options(seen)]
            lines += options if options != self._offered.get(who) else []
            self._offered[who] = options
            yield from (f"{MARGIN}{_plain(line)}".rstrip() for line in lines)
        if person:
            person.news.clear()


def coordinator_and_member(office: Office, shape: str, language: str) -> dict[str, Person]:
    """Orxan runs the network, and Leyla follows education."""
    staff, member = {"az": ("Orxan", "Leyla"), "ru": ("Орхан", "Лейла")}[language]
    return {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        member: office.member(shape, "2", "education", language=language, name=member),
    }


async def passes(chat: Chat, until: datetime) -> None:
    """Time does, up to this moment, and everything happens that happens by itself."""
    chat.clock.advance(max(until - chat.clock.now(), timedelta()))
    around = (chat.database, chat.clock, chat.network)
    await Publications(*around, lambda: None).tick()
    await Reminders(*around, lambda: None).tick()
    await Seats(*around, chat.files, lambda: None).tick()
    await Verdicts(*around, lambda: None).tick()
    await Schedules(*around, chat.channels, chat.files, lambda: None).tick()  # type: ignore[arg-type]  # as in tests.chat
    await chat.settle()
    await chat.tick()
    await chat.tick()


async def publishes(told: Told, option: str) -> None:
    """The first of the people sends what this option leads to; how that goes is told elsewhere."""
    staff = told.staff
    await staff.picks(option)
    await staff.picks(staff.options[0])
    await passes(told.chat, told.chat.clock.now())
    staff.news.clear()


def _named(person: Person, label: str) -> str:
    """The option of this label, or of one that says more behind it, of the newest message that has one."""
    for seen in reversed(person.screen):
        for option in seen.outbound.options:
            if _plain(option.label) == label or option.label.startswith(f"{label} ("):
                return option.label
    return label


def _plain(text: str) -> str:
    """With the spaces of a keyboard: those that hold a date together look the same in a file."""
    return text.replace("\u00a0", " ")


def _options(seen: Seen) -> Iterator[str]:
    tapped = seen.outbound.menu or render(seen.outbound, seen.capabilities).rows
    for option, label in zip(seen.outbound.options, seen.options, strict=True):
        yield label if tapped else f"{label} = {option.word}"
