"""A call's and an event's reminders go out while the bot is killed again and again: to all who asked, once a name.

Whoever saved the call or comes to the event gets each reminder exactly once, or a second copy that a kill explains and
the row tells of ("possibly twice"); nobody else gets any, and each name is one broadcast, however often it was due.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import calls, publishing
from bot.actions.reminding import event_reminders
from bot.core.i18n import _, speaking
from bot.network import Network
from storage.broadcasts import open_broadcasts
from storage.calls import CallMark, CallState
from storage.events import Reply, Rsvp
from storage.members import MemberAddress
from storage.outbox import OutboxRow
from storage.reminders import Reminder, due_reminders, set_reminders
from tests.crash.audit import audit
from tests.crash.coordinator import members, recruit
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE
from tests.crash.moving import MovingClock
from tests.crash.newcomer import LANGUAGES
from tests.emulators.telegram import Message
from tests.storage.occasions import add_event

pytestmark = pytest.mark.drill

MEMBERS = 300
KILLS = 4
"""At each moment at which something is due."""

RATE = 100
LIVES = (0.3, 1.6)
"""Seconds: reminders tick a second after the start, so some lives end before that, some in it and some behind it."""

FAILED: Final = "the next tick tries again"
"""What the log would say of a tick."""

SAVERS: Final = {number for number in members(MEMBERS) if number % 3}
COMERS: Final = {number for number in members(MEMBERS) if number % 2}
CHANGING: Final = set(sorted(COMERS)[:8])
"""They come no more, once they were reminded a day before."""

CALL: Final = "A reminder of the call you saved."
EVENT: Final = "See you soon: you said that you come."


async def test_everybody_is_reminded_once_of_each(drill: Drill, network: Network) -> None:
    def april(day: int, hour: int, minute: int = 0) -> datetime:
        """No holiday is in that month."""
        return datetime(2027, 4, day, hour, minute, tzinfo=network.zone)

    drill.rate = RATE
    clock = MovingClock(drill)
    await recruit(drill, MEMBERS)
    await drill.database.run(lambda session: _ask(session, network, april(7, 12), april(15, 23, 59), april(13, 18)))
    await clock.moves_to(april(12, 10))
    await _goes_out(drill, april(12, 10))
    first = _reached(drill)
    await asyncio.gather(*(_calls_off(drill, number) for number in CHANGING))
    assert await drill.stop() == 0
    await clock.moves_to(april(13, 16))
    await _goes_out(drill, april(13, 16))
    assert await drill.stop() == 0
    second = _reached(drill) - first

    found = await drill.database.read(_rows)
    asked = {("call", "3d"): SAVERS, ("event", "1d"): COMERS, ("event", "2h"): COMERS - CHANGING}
    doubled = sum(times > 1 for times in [*first.values(), *second.values()])
    drill.told.append(f"{len(found)} reminders, {sum(map(len, found.values()))} rows, {doubled} twice on a screen")
    assert set(first) == {*((CALL, number) for number in SAVERS), *((EVENT, number) for number in COMERS)}
    assert set(second) == {(EVENT, number) for number in COMERS - CHANGING}
    assert {name: set(rows) for name, rows in found.items()} == asked
    assert doubled <= sum(doubts > 0 for rows in found.values() for doubts in rows.values())
    (await audit(drill)).holds()
    assert FAILED not in drill.bot.log
    assert drill.api.refusals == []


def _ask(session: Session, network: Network, now: datetime, deadline: datetime, starts_at: datetime) -> None:
    """A call and an event are open, and people have made up their minds about both."""
    call = calls.blank("en", now)
    call.state, call.titles, call.texts, call.deadline = (
        CallState.OPEN,
        {"en": "Green schools"},
        {"en": "For all."},
        deadline,
    )
    session.add(call)
    event = add_event(session, now, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    publishing.remind_until(session, call, network, now)
    ahead = event_reminders(starts_at, network.zone)
    set_reminders(session, "event", event.id, {name: due for name, due in ahead.items() if due > now})
    others = (Reply.NO, Reply.MAYBE)
    for user, member in session.execute(select(MemberAddress.user, MemberAddress.member_id)):
        number = int(user)
        saved_at = now if number in SAVERS else None
        session.add(CallMark(call_id=call.id, member_id=member, saved_at=saved_at))
        reply = Reply.YES if number in COMERS else others[number % len(others)]
        session.add(Rsvp(event_id=event.id, member_id=member, reply=reply, replied_at=now))


async def _goes_out(drill: Drill, moment: datetime) -> None:
    """What is due then is sent, over several lives, and the bot runs."""
    await drill.start()
    for _kill in range(KILLS):
        await asyncio.sleep(drill.random.uniform(*LIVES))
        await drill.kill()
        await drill.start()
    async with asyncio.timeout(2 * PATIENCE):
        while await drill.database.read(lambda session: due_reminders(session, moment) or open_broadcasts(session)):
            await asyncio.sleep(0.1)


async def _calls_off(drill: Drill, number: int) -> None:
    """Who was just reminded of the event does not come after all."""
    person = drill.person(number)
    reminder = next(message for message in person.screen if _heading(message) == EVENT)
    await person.taps_data("rsvp:1:no", reminder)
    await person.sees(within=PATIENCE)


def _reached(drill: Drill) -> Counter[tuple[str, int]]:
    """How often each person got each heading."""
    reminders = ((_heading(message), message.chat["id"]) for message in drill.api.delivered())
    return Counter((heading, number) for heading, number in reminders if heading)


def _heading(message: Message) -> str:
    """In English; "" of what is no reminder."""
    for heading, language in product((CALL, EVENT), LANGUAGES):
        with speaking(language):
            if message.original.startswith(_(heading).unescape()):
                return heading
    return ""


def _rows(session: Session) -> dict[tuple[str, str], dict[int, int]]:
    """By reminder that was sent: how often each person's row was in doubt."""
    rows = select(Reminder.about, Reminder.name, MemberAddress.user, OutboxRow.doubts)
    rows = rows.join(OutboxRow, OutboxRow.broadcast_id == Reminder.broadcast_id)
    rows = rows.join(MemberAddress, MemberAddress.id == OutboxRow.address_id)
    found: dict[tuple[str, str], dict[int, int]] = {}
    for about, name, user, doubts in session.execute(rows):
        found.setdefault((about, name), {})[int(user)] = doubts
    return found
