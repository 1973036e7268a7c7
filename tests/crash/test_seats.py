"""Sixty people answer an event with few seats at once, on two messengers, while the bot is killed again and again.

At no moment are more seats taken or offered than there are, and none stays free while somebody waits. Who waits is
served in the order of the list: nobody is offered a seat before somebody who stood in front of them. Each answer is
heard and answered, and what somebody said last is what holds. What nobody takes in time passes on by itself, to as many
as there are seats, and whoever lost it is told once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import events
from bot.actions.telling import tell
from bot.core.clock import Clock
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.events import EventState, Reply, Rsvp
from storage.inbox import InboxRow, InboxState
from storage.members import MemberAddress
from storage.outbox import UNFINISHED, OutboxRow
from storage.rsvps import HOLDING
from tests.crash.audit import audit
from tests.crash.both import BothDrill
from tests.crash.lives import PATIENCE, eventually
from tests.crash.newcomer import Phone
from tests.crash.tracking import track
from tests.storage.occasions import add_event
from tests.storage.people import add_member

pytestmark = pytest.mark.drill

CAPACITY: Final = 5
GUESTS: Final = range(1, 61)
"""The even numbers are on Telegram and tap, the odd ones on WhatsApp and type."""

KILLS: Final = 7
"""While people answer; two more each time that offers expire."""

EXPIRIES: Final = 2
AHEAD: Final = timedelta(hours=30)
"""How long before the event all this is: nobody is reminded meanwhile."""

LONGEST_THOUGHT: Final = 0.6
LONGEST: Final = 5 * PATIENCE
"""Seconds until something has come: the bot may be killed several times meanwhile, and asks each time what left."""

ANSWERS: Final = ("Good, you come to", "Noted: you do not come", "All seats at")
"""What comes at once for one phone is one message on WhatsApp: they may stand behind an offer."""
FAILED: Final = "the next tick tries again"
"""What the log would say of a tick."""


class _Place(NamedTuple):
    """What somebody answered, and where that has led to."""

    reply: str
    seats: int
    waits_since: datetime | None
    offered_until: datetime | None


class _Hall(dict[str, _Place]):
    """Everybody's places at one moment, by user, whoever asked first in front."""

    def those(self, *replies: Reply) -> list[str]:
        return [user for user, place in self.items() if place.reply in replies]

    def check(self) -> None:
        """What is so at every moment."""
        taken = sum(self[user].seats for user in self.those(*HOLDING))
        assert taken <= CAPACITY, f"{taken} of {CAPACITY} seats are taken"
        assert taken == CAPACITY or not self.those(Reply.WAITING), "a seat is free, and somebody waits"

    def check_order(self, before: _Hall) -> None:
        """Nobody who stood in the list then is still there, while somebody behind them has a seat."""
        passed = False
        for user in reversed(before.those(Reply.WAITING)):
            place = self[user]
            stays = place.reply == Reply.WAITING and place.waits_since == before[user].waits_since
            assert not (stays and passed), f"somebody passed {user}"
            passed = passed or place.reply in HOLDING


class Guest:
    """Says whether they come, again and again, and waits for each answer.

    Attributes:
        said: what they said last.
    """

    def __init__(self, drill: BothDrill, number: int) -> None:
        self.on_telegram = number % 2 == 0
        self.phone: Phone = drill.friend(number) if self.on_telegram else drill.at(number)
        self.user = str(number) if self.on_telegram else f"+99455{number:07d}"
        self.said = Reply.NO
        self.answered = 0
        self._invitation: Any = None
        self._random = Random(drill.seed * 1000 + number)  # noqa: S311 - repeatable on purpose

    async def dithers(self, quiet: asyncio.Event) -> None:
        """Once invited, come, and change their mind until it is quiet; the last word counts."""
        self._invitation = await self.phone.sees("Advocacy workshop", within=LONGEST)
        await self.says(Reply.YES)
        while not quiet.is_set():
            await asyncio.sleep(self._random.uniform(0, LONGEST_THOUGHT))
            await self.says(self._random.choices([Reply.YES, Reply.NO], [3, 2])[0])

    async def says(self, reply: Reply) -> None:
        """That they come, or do not; up to the answer."""
        self.said = reply
        if self.on_telegram:
            await self.phone.taps("I will come" if reply == Reply.YES else "I cannot come", self._invitation)
        else:
            await self.phone.says("COMING 1" if reply == Reply.YES else "NOT COMING 1")
        await self.phone.sees(lambda seen: any(words in seen.text for words in ANSWERS), within=LONGEST)
        self.answered += 1


async def test_no_seat_is_given_twice_and_the_list_keeps_its_order(both: BothDrill, network: Network) -> None:
    drill, quiet, over = both, asyncio.Event(), asyncio.Event()
    guests = {guest.user: guest for guest in (Guest(drill, number) for number in GUESTS)}
    await drill.database.run(lambda session: _invite(session, guests, network))
    for number in GUESTS:
        drill.api.person(number, started=True)
    for guest in guests.values():
        if not guest.on_telegram:
            drill.twilio.person(guest.user, wrote=True)
    await drill.start()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(drill, over))
        answering = [group.create_task(guest.dithers(quiet)) for guest in guests.values()]
        for _kill in range(KILLS):
            await _more_answers(drill, guests)
            await drill.kill()
            await drill.start()
        quiet.set()
        await asyncio.wait(answering)
        await _settles(drill)
        hall = await drill.database.read(_look)
        assert set(hall.those(Reply.NO)) == {user for user, guest in guests.items() if guest.said == Reply.NO}
        assert set(hall) == set(guests)
        lost = Counter[str]()
        for _expiry in range(EXPIRIES):
            lost.update(await _expire(drill, guests))
        await _take_and_leave(drill, guests)
        over.set()
    async with asyncio.timeout(PATIENCE):
        while await drill.database.read(_unsent):
            await asyncio.sleep(0.05)
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    offers, looks = await drill.database.read(_offers), watching.result()
    drill.told.append(f"{_answered(guests)} answers, {offers['seat']} offers, {lost.total()} expired, {looks} looks")
    assert offers["unseat"] == lost.total()
    (await audit(drill)).holds()
    (await track(drill)).holds()
    assert FAILED not in drill.bot.log
    assert (drill.api.refusals, drill.twilio.refusals) == ([], [])


def _invite(session: Session, guests: dict[str, Guest], network: Network) -> None:
    """An event with few seats is about to be published to all of them."""
    now = Clock().now()
    for user, guest in guests.items():
        channel, phone = ("telegram", "") if guest.on_telegram else ("whatsapp", user)
        member = add_member(session, Clock(), user, channel=channel)
        [address] = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member.id))
        address.last_inbound_at, address.phone = now, phone
    event = add_event(session, now, state=EventState.DRAFT, published_at=None, capacity=CAPACITY,
                      starts_at=now + AHEAD, ends_at=None)  # fmt: skip
    texts = events.cards(session, event, network)
    tell(session, BroadcastKind.NEWSLETTER, "event", event.id, texts, "en", Audience(), now, expires_at=event.starts_at)


async def _more_answers(drill: BothDrill, guests: dict[str, Guest]) -> None:
    """Some were answered, and perhaps a moment passed."""
    enough = _answered(guests) + drill.random.randint(1, len(GUESTS) // 4)
    await eventually(lambda: _answered(guests) >= enough)
    await asyncio.sleep(drill.random.uniform(0, 0.2))


def _answered(guests: dict[str, Guest]) -> int:
    return sum(guest.answered for guest in guests.values())


async def _watch(drill: BothDrill, over: asyncio.Event) -> int:
    """Look until it is over; how often that was."""
    looks, before = 0, _Hall()
    while not over.is_set():
        hall = await drill.database.read(_look)
        hall.check()
        hall.check_order(before)
        looks, before = looks + 1, hall
        await asyncio.sleep(0.03)
    return looks


async def _settles(drill: BothDrill) -> None:
    """Everything that people said was heard, also by whom a second copy of an earlier answer was taken for the last."""
    await eventually(lambda: not drill.api.feed.pending)
    async with asyncio.timeout(PATIENCE):
        while await drill.database.read(_unheard):
            await asyncio.sleep(0.05)


async def _expire(drill: BothDrill, guests: dict[str, Guest]) -> list[str]:
    """Nobody takes what is offered, and the bot is killed; who lost it. It goes to those who are next."""
    hall = await drill.database.read(_look)
    for user in hall.those(Reply.YES)[:2]:
        await guests[user].says(Reply.NO)
    hall = await drill.database.read(_look)
    offered, waiting = hall.those(Reply.OFFERED), hall.those(Reply.WAITING)
    assert len(offered) >= 2
    await drill.kill()
    await drill.database.run(_let_pass)
    await drill.start()
    await asyncio.sleep(drill.random.uniform(0, 1))
    await drill.kill()
    await drill.start()
    async with asyncio.timeout(PATIENCE):
        while set(offered) & set((hall := await drill.database.read(_look)).those(Reply.OFFERED)):
            await asyncio.sleep(0.02)
    assert (hall.those(Reply.OFFERED), hall.those(Reply.WAITING)) == (
        waiting[: len(offered)],
        waiting[len(offered) :],
    )
    assert {hall[user].reply for user in offered} == {Reply.MAYBE}
    for user in offered:
        await guests[user].phone.sees("We could not keep the seat", within=PATIENCE)
    return offered


async def _take_and_leave(drill: BothDrill, guests: dict[str, Guest]) -> None:
    """Of those to whom a seat is offered one takes it, and one leaves it to the next."""
    hall = await drill.database.read(_look)
    taker, leaver = hall.those(Reply.OFFERED)[:2]
    following = hall.those(Reply.WAITING)[0]
    await guests[taker].says(Reply.YES)
    await guests[leaver].says(Reply.NO)
    hall = await drill.database.read(_look)
    assert [hall[user].reply for user in (taker, leaver, following)] == [Reply.YES, Reply.NO, Reply.OFFERED]
    await guests[following].phone.sees("A seat is free for you", within=PATIENCE)


def _look(session: Session) -> _Hall:
    places = select(MemberAddress.user, Rsvp.reply, Rsvp.seats, Rsvp.waits_since, Rsvp.offered_until)
    places = places.join(MemberAddress, MemberAddress.member_id == Rsvp.member_id)
    found = session.execute(places.order_by(Rsvp.waits_since, Rsvp.member_id))
    return _Hall({user: _Place(reply, seats, since, until) for user, reply, seats, since, until in found})


def _unheard(session: Session) -> object:
    return session.scalars(select(InboxRow.id).where(InboxRow.state == InboxState.NEW)).first()


def _unsent(session: Session) -> object:
    """What Twilio is asked about, if it was given it in the moment of a kill, waits twenty seconds for that."""
    return session.scalars(select(OutboxRow.id).where(OutboxRow.state.in_(UNFINISHED))).first()


def _let_pass(session: Session) -> None:
    """Half a day: no clock of a bot on WhatsApp can be moved, so what was kept until then was kept until now."""
    offered = update(Rsvp).where(Rsvp.reply == Reply.OFFERED)
    session.execute(offered.values(offered_until=Clock().now()))


def _offers(session: Session) -> Counter[str]:
    """Messages that offer a seat, and that tell it is kept no longer."""
    keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.is_not(None)))
    return Counter(str(key).partition(":")[0] for key in keys)
