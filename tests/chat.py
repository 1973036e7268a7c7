"""The conversation driver: people with phones of any shape, talking to the real handlers over a real database.

`person.picks("Education")` taps what can be tapped on a phone, buttons or quick replies, and else types the number, so
one test is the specification for all. Of the shapes three are drawn here, and one is WhatsApp itself: the real channel,
with Twilio emulated at the other end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Final
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.digests import Digests
from bot.actions.hours import Hours
from bot.actions.wording import Wording
from bot.channels.simulator.shapes import NUMBERS, TELEGRAM, WHATSAPP, Shape
from bot.core.channel import Capabilities, Refused, Sent
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import Address, Attachment, Inbound, Kind, Outbound, Point
from bot.core.numbered import pick
from bot.core.rendering import is_poll, render
from bot.core.richtext import plain
from bot.core.router import Router
from bot.network import Network
from bot.workers.accept import Accept
from bot.workers.converse import Converse
from bot.workers.items import together
from bot.workers.outcomes import written
from bot.workers.receipts import reference
from bot.workers.sharing import DIGESTS
from scheduler.broadcasts import Broadcasts
from scheduler.publishing import Publications
from storage.broadcasts import BroadcastState, in_state
from storage.claimed import Claim
from storage.claims import carry, claim, claim_digests
from storage.database import Database
from storage.delivery import external_id_of
from storage.files import Files
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import settle
from storage.terms import Terms
from storage.windows import Window
from tests.whatsapp import ALL, USER, WhatsApp

NOTHING = Markup()
_QUEUED = select(OutboxRow.channel).where(OutboxRow.state == OutboxState.QUEUED).distinct()
HERE: Final = Point(40.4093, 49.8671)
"""Where everybody is who sends their place; the emulated WhatsApp says the same."""

ITSELF: Final = "whatsapp"

SHAPES = {
    "buttons": TELEGRAM,
    "numbers": replace(WHATSAPP, capabilities=NUMBERS),
    "replies": replace(WHATSAPP, channel="demo-replies", capabilities=replace(NUMBERS, quick=3, listed=10)),
    ITSELF: Shape("whatsapp", WhatsApp.name, WhatsApp.label, USER, ALL),
}


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
        self.router = router
        self.clock = clock
        self.files = files
        self.people: dict[tuple[str, str], Person] = {}
        self.whatsapp = WhatsApp(database, clock, files)
        self.channels: dict[str, Phones | WhatsApp] = {}
        for shape in ("buttons", "numbers"):
            self._connect(shape)
        self.converse = Converse(database, clock, network, router, self.channels, files, lambda: None)  # type: ignore[arg-type]  # neither starts nor stops them
        self.broadcasts = Broadcasts(database, clock, network, self.channels, files, lambda: None)  # type: ignore[arg-type]  # as above
        self.publications = Publications(database, clock, network, lambda: None)
        self.accept = Accept(database, clock, self.converse.wake)
        self.wording = Wording(network)
        self.numbers = count(1)

    def person(self, shape: str, user: str = "1", language: str = "en", name: str = "") -> Person:
        """Someone with a phone of this shape ("buttons", "numbers", "replies" or "whatsapp").

        Their name on WhatsApp is an id made of `user`, and nobody hears there which language they read.
        """
        self._connect(shape)
        found = SHAPES[shape]
        if shape == ITSELF:
            user = f"{USER}{user}"
            self.whatsapp.phone(user, name)
        person = Person(self, found.channel, user, language, name, found.capabilities)
        self.people[person.channel, person.user] = person
        return person

    def _connect(self, shape: str) -> None:
        """The third shape is a channel of the network's only where somebody has such a phone.

        So is WhatsApp itself; where nobody has a phone of the second shape, it takes the place of that.
        """
        found = SHAPES[shape]
        if shape == ITSELF:
            self.channels[found.channel] = self.whatsapp
            if not any(channel == WHATSAPP.channel for channel, _user in self.people):
                self.channels.pop(WHATSAPP.channel, None)
        elif found.channel not in self.channels:
            self.channels[found.channel] = Phones(found.channel, found.label, found.capabilities, self.people)

    async def start(self) -> None:
        """WhatsApp is there, where somebody has it."""
        if self.whatsapp.name in self.channels:
            await self.whatsapp.start(self.accept)

    async def restarted(self) -> Chat:
        """The same network after a restart: nothing is left but what was stored, and screens are empty."""
        await self.whatsapp.stop()
        later = Chat(self.database, self.network, self.router, self.files, self.clock)
        later.numbers, later.whatsapp = self.numbers, self.whatsapp
        return later

    async def settle(self) -> None:
        """Handle everything that came in and deliver everything that is queued, broadcasts too, until all is quiet."""
        await self.start()
        while await self.database.run(self.converse.handle_next) or await self._deliver():
            pass

    async def tick(self) -> None:
        """The scheduler looks after calls, events and broadcasts (rows, cards, reports), and what that brings comes."""
        await self.publications.tick()
        await self.broadcasts.tick()
        await self.settle()

    async def _deliver(self) -> bool:
        """Every lane of the channels where something is queued: elsewhere no claim finds anything."""
        await self.whatsapp.quiet()
        queued = await self.database.read(lambda session: set(session.scalars(_QUEUED)))
        delivered = False
        for channel in {person.channel for person in self.people.values()} & queued:
            broadcasts = await self.database.read(lambda session: in_state(session, BroadcastState.SENDING))
            for lane in (None, DIGESTS, *(broadcast.id for broadcast in broadcasts)):
                delivered = await self._deliver_lane(channel, lane) or delivered
        return delivered

    async def _deliver_lane(self, channel: str, lane: int | None) -> bool:
        """As a foreman does, one message after another."""
        now, phones = self.clock.now(), self.channels[channel]
        terms = phones.capabilities
        window = Window(terms.window, terms.bells) if terms.window else None
        claiming = Terms(window, manners=Hours(self.network))
        found = await self.database.run(lambda session: _claim(session, channel, lane, now, claiming))
        if not found.rows:
            return found.looked_at > 0
        outbounds = await self.database.read(lambda session: self.wording.of(session, found.rows, phones))  # type: ignore[arg-type]  # as above
        digests = Digests(self.network)
        outbounds |= await self.database.read(lambda session: digests.of(session, found.rows, outbounds, terms))
        items = together(found.rows, outbounds, terms)
        joined = {row: lead for item in items for row, lead in item.carriers.items()}
        await self.database.run(lambda session: carry(session, joined))
        for item in items:
            row, outbound = item.row, item.outbound
            assert isinstance(outbound, Outbound)
            if row.edits is not None:
                edits = row.edits
                edited = await self.database.read(lambda session, edits=edits: external_id_of(session, edits))  # type: ignore[misc]
                outbound = outbound.having(edit=edited)
            answer = await phones.send(row.user, outbound, reference(row.id, bell=row.bell))
            if isinstance(answer, Sent) and phones is self.whatsapp:
                self.people[channel, row.user].receive(outbound, answer.external_id)
            tells = phones is self.whatsapp
            outcomes = [written(each.id, answer, now, bell=each.bell, patient=tells)[0] for each in item.rows]
            await self.database.run(lambda session, outcomes=outcomes: settle(session, outcomes, "driver", now))  # type: ignore[misc]
        await self.whatsapp.quiet()
        return found.looked_at > 0


def _claim(session: Session, channel: str, lane: int | None, now: datetime, terms: Terms) -> Claim:
    if lane == DIGESTS:
        return claim_digests(session, channel, 500, "driver", now, terms)
    return claim(session, channel, lane, 0, 500, "driver", now, terms)


@dataclass
class Phones:
    """The channel of all phones of one shape: what is sent is seen at once."""

    name: str
    label: str
    capabilities: Capabilities
    people: Mapping[tuple[str, str], Person]
    rate: float = 30

    def link(self, payload: str) -> str:
        return f"/start {payload}"

    async def send(self, user: str, outbound: Outbound, _reference: str = "") -> Answer:
        person = self.people.get((self.name, user))
        if person is None:
            return Sent("silent")
        if person.blocking:
            return Refused("blocked", unreachable=True)
        if outbound.delete:
            return person.lose(outbound.delete)
        if outbound.in_place and all(seen.id != outbound.edit for seen in person.screen):
            return Refused("uneditable")
        if outbound.poll == "closed":
            person.closed.add(outbound.edit)
            return Sent(outbound.edit)
        shown = person.receive(outbound)
        return Sent(shown, poll=f"{user}-{shown}" if is_poll(outbound, self.capabilities) else "")


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
    received: int = 0
    closed: set[str] = field(default_factory=set)

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
    def file(self) -> Attachment | None:
        """The newest file: beside the last text, or where the channel wants it alone, before that."""
        files = (seen.outbound.attachment for seen in reversed(self.screen) if seen.outbound.attachment)
        return next(files, None)

    @property
    def heard(self) -> list[str]:
        """Every text of the last turn."""
        return [seen.text for seen in self.news]

    async def says(self, text: str) -> str:
        return await self.sends(Kind.TEXT, text=escape(text))

    async def opens(self, link: str) -> str:
        """Follow a link of the channel's: it writes the words, or is itself what to write."""
        return await self.says(parse_qs(urlsplit(link).query).get("text", [link])[0])

    async def sends(self, kind: Kind, *, text: Markup = NOTHING, attachment: Attachment | None = None, tap: str = "",
                    message: str = "", times: int = 1) -> str:  # fmt: skip
        """Anything at all; returns the last answer's text. `times` delivers the same event more than once."""
        self.news.clear()
        if self.channel == self.chat.whatsapp.name:
            await self.chat.start()
            await self.chat.whatsapp.does(self.user, kind, text, attachment, tap, message, times)
            await self.chat.settle()
            return self.sees if self.news else ""
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
            point=HERE if kind is Kind.LOCATION else None,
        )
        for _ in range(times):
            await self.chat.accept([inbound])
        await self.chat.settle()
        return self.sees if self.news else ""

    async def votes(self, *labels: str, times: int = 1) -> str:
        """Vote in the newest poll; without labels, take the vote back."""
        polls = (seen for seen in reversed(self.screen) if is_poll(seen.outbound, self.capabilities))
        poll = next(polls)
        assert poll.id not in self.closed, "this poll is closed"
        offered = render(poll.outbound, self.capabilities).poll
        return await self.casts(f"{self.user}-{poll.id}", *map(offered.index, labels), times=times)

    async def casts(self, poll: str, *places: int, times: int = 1) -> str:
        """A vote as the platform tells of it; `times` delivers the same one more than once."""
        self.news.clear()
        address, key = Address(self.channel, self.user), str(next(self.chat.numbers))
        for _ in range(times):
            await self.chat.accept([Inbound(address, key, kind=Kind.VOTE, poll=poll, picked=places)])
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
                    if render(seen.outbound, self.capabilities).rows:
                        return await self.sends(Kind.TAP, tap=_payload(seen, option.id), message=seen.id)
                    if not seen.outbound.menu:
                        return await self.says(option.word)
                    answers = [one for one in seen.outbound.options if not one.navigation and not one.url]
                    typed = option.label if option.navigation else str(answers.index(option) + 1)
                    found = pick(typed, seen.outbound.options, several=False)
                    assert found == [option]
                    return await self.says(typed)
        raise AssertionError(f"{label!r} is nowhere to pick; the newest offers {self.options}")

    def receive(self, outbound: Outbound, external_id: str = "") -> str:
        """The platform shows a message; returns its id."""
        if outbound.edit and self.capabilities.edits:
            for place, seen in enumerate(self.screen):
                if seen.id == outbound.edit:
                    self.screen[place] = Seen(seen.id, outbound, self.capabilities)
                    self.news.append(self.screen[place])
                    return seen.id
        self.received += 1
        seen = Seen(external_id or str(self.received), outbound, self.capabilities)
        render(outbound, self.capabilities)
        self.screen.append(seen)
        self.news.append(seen)
        return seen.id

    def lose(self, messages: tuple[str, ...]) -> Answer:
        """The platform takes messages from the screen, if it ever does."""
        if self.capabilities.deletes is None:
            return Refused("undeletable")
        self.screen = [seen for seen in self.screen if seen.id not in messages]
        return Sent(messages[0])


def _payload(seen: Seen, option_id: str) -> str:
    return f"{seen.outbound.menu}:{option_id}" if seen.outbound.menu else option_id
