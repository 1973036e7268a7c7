"""The conversation driver: people with phones of two shapes, talking to the real handlers over a real database.

`person.picks("Education")` taps the button on a phone that has buttons and types the number on one without, so one
test is the specification for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from markupsafe import Markup, escape

from bot.actions.wording import Wording
from bot.channels.simulator.shapes import TELEGRAM, WHATSAPP
from bot.core.channel import Capabilities
from bot.core.clock import Clock
from bot.core.messages import Address, Attachment, Inbound, Kind, Outbound
from bot.core.numbered import pick
from bot.core.rendering import render
from bot.core.richtext import plain
from bot.core.router import Router
from bot.network import Network
from bot.workers.accept import Accept
from bot.workers.converse import Converse
from scheduler.broadcasts import Broadcasts
from storage.broadcasts import BroadcastState, in_state
from storage.database import Database
from storage.delivery import Outcome, claim, external_id_of, settle
from storage.files import Files
from storage.outbox import OutboxState

NOTHING = Markup()

SHAPES = {"buttons": TELEGRAM, "numbers": WHATSAPP}


@dataclass
class Seen:
    """One message on a person's phone."""

    id: str
    outbound: Outbound
    capabilities: Capabilities

    @property
    def text(self) -> str:
        """What is read, without formatting and without the numbered options."""
        return plain(self.outbound.text)

    @property
    def options(self) -> list[str]:
        """The labels, ticked ones with a tick before them."""
        return [("✓ " if option.chosen else "") + option.label for option in self.outbound.options]

    @property
    def screen(self) -> str:
        """Exactly what the channel shows."""
        return render(self.outbound, self.capabilities).text


class Chat:
    """A network with people in it. Time stands in `clock`; nothing happens by itself but what a turn brings."""

    def __init__(self, database: Database, network: Network, router: Router, files: Files, clock: Clock) -> None:
        self.database = database
        self.network = network
        self.clock = clock
        self.files = files
        shapes = {shape.channel: _Phone(shape.channel, shape.label, shape.capabilities) for shape in SHAPES.values()}
        self.converse = Converse(database, clock, network, router, shapes, files, lambda: None)  # type: ignore[arg-type]  # reads names and capabilities only
        self.broadcasts = Broadcasts(database, clock, network, shapes, files, lambda: None)  # type: ignore[arg-type]  # as above
        self.accept = Accept(database, clock, self.converse.wake)
        self.wording = Wording(network)
        self.people: dict[tuple[str, str], Person] = {}
        self.numbers = count(1)

    def person(self, shape: str, user: str = "1", language: str = "en", name: str = "") -> Person:
        """Someone with a phone of this shape ("buttons" or "numbers")."""
        person = Person(self, SHAPES[shape].channel, user, language, name, SHAPES[shape].capabilities)
        self.people[person.channel, user] = person
        return person

    async def settle(self) -> None:
        """Handle everything that came in and deliver everything that is queued, broadcasts too, until all is quiet."""
        while await self.database.run(self.converse.handle_next) or await self._deliver():
            pass

    async def tick(self) -> None:
        """The scheduler looks after the broadcasts (rows, cards, reports), and what that brings is delivered."""
        await self.broadcasts.tick()
        await self.settle()

    async def _deliver(self) -> bool:
        delivered = False
        for channel in {person.channel for person in self.people.values()}:
            broadcasts = await self.database.read(lambda session: in_state(session, BroadcastState.SENDING))
            for lane in (None, *(broadcast.id for broadcast in broadcasts)):
                delivered = await self._deliver_lane(channel, lane) or delivered
        return delivered

    async def _deliver_lane(self, channel: str, lane: int | None) -> bool:
        now = self.clock.now()
        found = await self.database.run(lambda session: claim(session, channel, lane, 0, 500, "driver", now))
        outbounds = await self.database.read(lambda session: self.wording.of(session, found.rows))
        for row in found.rows:
            outbound = outbounds[row.id]
            assert isinstance(outbound, Outbound)
            if row.edits is not None:
                edits = row.edits
                edited = await self.database.read(lambda session, edits=edits: external_id_of(session, edits))  # type: ignore[misc]
                outbound = outbound.having(edit=edited)
            person = self.people.get((channel, row.user))
            if person is None:
                outcome = Outcome(row.id, OutboxState.SENT, external_id="silent")
            elif person.blocking:
                outcome = Outcome(row.id, OutboxState.REFUSED, "blocked", unreachable=True)
            else:
                outcome = Outcome(row.id, OutboxState.SENT, external_id=person.receive(outbound))
            await self.database.run(lambda session, outcome=outcome: settle(session, [outcome], "driver", now))  # type: ignore[misc]
        return found.looked_at > 0


@dataclass
class _Phone:
    """What Converse asks of a channel."""

    name: str
    label: str
    capabilities: Capabilities

    def link(self, payload: str) -> str:
        return f"/start {payload}"


@dataclass
class Person:
    """Somebody with a phone."""

    chat: Chat
    channel: str
    user: str
    language: str
    name: str
    capabilities: Capabilities
    blocking: bool = False
    screen: list[Seen] = field(default_factory=list)
    news: list[Seen] = field(default_factory=list)

    @property
    def last(self) -> Seen:
        """The newest message, or the one that was edited last."""
        return self.news[-1] if self.news else self.screen[-1]

    @property
    def sees(self) -> str:
        return self.last.text

    @property
    def options(self) -> list[str]:
        """What can be picked under the last message."""
        return self.last.options

    @property
    def heard(self) -> list[str]:
        """Every text of the last turn."""
        return [seen.text for seen in self.news]

    async def says(self, text: str) -> str:
        return await self.sends(Kind.TEXT, text=escape(text))

    async def sends(self, kind: Kind, *, text: Markup = NOTHING, attachment: Attachment | None = None, tap: str = "",
                    message: str = "", times: int = 1) -> str:  # fmt: skip
        """Anything at all; returns the last answer's text. `times` delivers the same event more than once."""
        self.news.clear()
        inbound = Inbound(
            Address(self.channel, self.user),
            str(next(self.chat.numbers)),
            kind=kind,
            text=text,
            tap=tap,
            message=message,
            attachment=attachment,
            language=self.language,
            name=self.name,
        )
        for _ in range(times):
            await self.chat.accept([inbound])
        await self.chat.settle()
        return self.sees if self.news else ""

    async def picks(self, *labels: str) -> str:
        """Choose options of the newest message that has them, by tapping or by writing the number."""
        answer = ""
        for label in labels:
            answer = await self._pick(label)
        return answer

    async def taps(self, seen: Seen, label: str) -> str:
        """Tap a button under any message, however old."""
        buttons = [button for row in render(seen.outbound, seen.capabilities).rows for button in row]
        payload = next(button.payload for button in buttons if label in button.label)
        return await self.sends(Kind.TAP, tap=payload, message=seen.id)

    async def _pick(self, label: str) -> str:
        for seen in reversed(self.screen):
            for option in seen.outbound.options:
                if label in {option.label, option.id}:
                    if self.capabilities.buttons:
                        return await self.sends(Kind.TAP, tap=_payload(seen, option.id), message=seen.id)
                    if not seen.outbound.menu:
                        return await self.says(option.word)
                    answers = [one for one in seen.outbound.options if not one.navigation and not one.url]
                    typed = option.label if option.navigation else str(answers.index(option) + 1)
                    found = pick(typed, seen.outbound.options, several=False)
                    assert found == [option]
                    return await self.says(typed)
        raise AssertionError(f"{label!r} is nowhere to pick; the newest offers {self.options}")

    def receive(self, outbound: Outbound) -> str:
        """The platform shows a message; returns its id."""
        if outbound.edit and self.capabilities.edits:
            for place, seen in enumerate(self.screen):
                if seen.id == outbound.edit:
                    self.screen[place] = Seen(seen.id, outbound, self.capabilities)
                    self.news.append(self.screen[place])
                    return seen.id
        seen = Seen(str(len(self.screen) + 1), outbound, self.capabilities)
        render(outbound, self.capabilities)
        self.screen.append(seen)
        self.news.append(seen)
        return seen.id


def _payload(seen: Seen, option_id: str) -> str:
    return f"{seen.outbound.menu}:{option_id}" if seen.outbound.menu else option_id
