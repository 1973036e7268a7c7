"""One event from its announcement to its feedback, with every tick, and a clock that is moved over all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.actions import broadcasts, eventmoves, events
from bot.actions.whereabouts import Whereabouts
from scheduler.publishing import Publications
from scheduler.reminders import Reminders
from scheduler.seats import Seats
from scheduler.verdicts import Verdicts
from storage.events import Event, EventState, Reply, Rsvp
from storage.members import Member, addresses_of
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import enrol, look, member_of, sqlite_alone
from tests.handlers.test_events import at_two, plan

WELCOME = "✓ Noted: you are at “Advocacy workshop”. Good that you have come."


async def passes(chat: Chat, until: datetime) -> None:
    """Time does, up to this moment, and everything happens that happens by itself."""
    chat.clock.advance(max(until - chat.clock.now(), timedelta()))
    around = (chat.database, chat.clock, chat.network)
    ticks = [Publications(*around, lambda: None).tick, Reminders(*around, lambda: None).tick]
    ticks += [Seats(*around, chat.files, lambda: None).tick, Verdicts(*around, lambda: None).tick]
    for tick in ticks:
        await tick()
    await chat.tick()


async def sent(chat: Chat, author: Person, event: int) -> None:
    member_id = (await member_of(author)).id

    def write(session: Session) -> None:
        member, now = session.get_one(Member, member_id), chat.clock.now()
        newsletter = events.publication(session, session.get_one(Event, event), events.EVENT, member, chat.network, now)
        broadcasts.fire(session, newsletter, addresses_of(session, member_id)[0], now)

    await chat.database.run(write)
    await chat.tick()


async def moved(chat: Chat, author: Person, event: int, to: datetime) -> None:
    member_id = (await member_of(author)).id

    def write(session: Session) -> None:
        found, member = session.get_one(Event, event), session.get_one(Member, member_id)
        eventmoves.move(session, found, Whereabouts(starts_at=to), member, chat.network, chat.clock.now())

    await chat.database.run(write)


@pytest.mark.parametrize("shape", ["buttons", "numbers"])
@sqlite_alone
async def test_from_its_announcement_to_its_feedback(chat: Chat, shape: str) -> None:
    leyla, aysel = chat.person("buttons", "9"), chat.person(shape)
    await enrol(leyla, staff=Role.COORDINATOR)
    await enrol(aysel)
    event = await plan(chat, days=20, state=EventState.DRAFT, published_at=None, topics=["education"], code="K7M4")
    starts_at = at_two(chat, 20)
    await sent(chat, leyla, event)
    assert aysel.options[:4] == ["I will come", "I cannot come", "Maybe", "More about it"]
    await passes(chat, chat.clock.now())
    assert await look(chat, lambda session: session.get_one(Event, event).state) == EventState.OPEN
    await aysel.picks("I will come", "For my calendar")

    aysel.news.clear()
    starts_at += timedelta(days=1)
    await moved(chat, leyla, event, starts_at)
    await passes(chat, chat.clock.now())
    files = [seen for seen in aysel.news if seen.outbound.attachment]
    assert [seen.text for seen in files if seen.text] == [
        "“Advocacy workshop” has changed. Open this file, and your calendar has the new time and place."
    ]
    assert any(seen.text.startswith("Advocacy workshop\nPlease note a change.") for seen in aysel.news)

    reminded = 0
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=2)):
        aysel.news.clear()
        await passes(chat, starts_at - before)
        reminded += sum(seen.text.startswith("See you soon") for seen in aysel.news)
    assert reminded == 3
    assert aysel.options[:3] == ["I am here", "I cannot come", "More about it"]

    await passes(chat, starts_at + timedelta(minutes=5))
    await aysel.picks("I am here")
    assert await aysel.says("k7m4") == WELCOME

    await passes(chat, starts_at + timedelta(hours=5))
    assert aysel.options[:5] == ["1: not useful", "2: of little use", "3: fair", "4: useful", "5: very useful"]
    await aysel.picks("5: very useful")
    await aysel.says("More of it")
    member_id = (await member_of(aysel)).id
    told = await look(chat, lambda session: session.get_one(Rsvp, (event, member_id)))
    assert (told.reply, told.rating, told.better) == (Reply.YES, 5, "More of it")
    assert await look(chat, lambda session: session.get_one(Event, event).state) == EventState.OVER
