"""Before the day a time is found, on it a code lets one in, and afterwards one says how it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import checkin, telling
from bot.core.locale import moment_words
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.events import Event, EventState, ProposedTime, Reply, Rsvp, TimeMark
from tests.chat import Chat
from tests.handlers.people import every_shape, look, sqlite_alone
from tests.handlers.test_events import a_member, at_two, plan

WHICH = "Advocacy workshop\nWhich of these suit you? Those with a tick do, and you can change it until one is picked."
CODE = "What is the code that is said at the door?"
WELCOME = "✓ Noted: you are at “Advocacy workshop”. Good that you have come."
BETTER = "Noted for “Advocacy workshop”, thank you. What should be better next time? A line is enough."


async def told(chat: Chat, kind: BroadcastKind, about: str, event: int) -> None:
    def write(session: Session) -> None:
        telling.tell(session, kind, about, event, {"en": Markup("News")}, "en", Audience(), chat.clock.now())

    await chat.database.run(write)
    await chat.tick()


async def rsvp(chat: Chat) -> dict[str, Any]:
    """The only answer there is."""
    found = await look(chat, lambda session: session.scalars(select(Rsvp)).one())
    return {
        "reply": found.reply,
        "there": found.attended_at is not None,
        "rating": found.rating,
        "better": found.better,
    }


async def today(chat: Chat, **changes: Any) -> int:
    """An event that began a minute ago."""
    now = chat.clock.now()
    values: dict[str, Any] = {
        "starts_at": now - timedelta(minutes=1),
        "ends_at": now + timedelta(hours=1),
        "code": "K7M4",
    }
    return await plan(chat, **(values | changes))


@every_shape
async def test_marking_what_suits_me(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, state=EventState.CHOOSING, starts_at=None, ends_at=None)
    offered = [at_two(chat, days) for days in (3, 4, 5)]
    times = [ProposedTime(event_id=event, starts_at=moment) for moment in reversed(offered)]
    await chat.database.run(lambda session: session.add_all(times))
    labels = [moment_words(moment, chat.network.zone) for moment in offered]
    await told(chat, BroadcastKind.NOTICE, "time", event)
    await aysel.picks("Choose times")
    assert aysel.sees == WHICH
    await aysel.says("/events")
    await aysel.picks("Choose times: Advocacy workshop")
    assert aysel.sees == WHICH
    assert aysel.options == labels
    await aysel.picks(labels[0], labels[2])
    assert aysel.options == [f"✓ {labels[0]}", labels[1], f"✓ {labels[2]}"]
    await aysel.picks(labels[0])
    marks = await look(chat, lambda session: session.scalars(select(TimeMark.time_id)).all())
    assert marks == [times[0].id]
    if shape != "buttons":
        await aysel.says("1 2")
        assert aysel.options == [f"✓ {label}" for label in labels]


@every_shape
@sqlite_alone
async def test_a_time_that_was_picked_already(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, state=EventState.CHOOSING, starts_at=None, ends_at=None)
    await chat.database.run(lambda session: session.add(ProposedTime(event_id=event, starts_at=at_two(chat, 3))))
    await aysel.says(f"TIMES {event}")
    label = aysel.options[0]

    def pick(session: Session) -> None:
        found = session.get_one(Event, event)
        found.state, found.starts_at = EventState.OPEN, at_two(chat, 3)

    await chat.database.run(pick)
    await aysel.picks(label)
    assert aysel.sees == "The times were changed, or one was picked already."
    assert (await aysel.says(f"TIMES {event}")).startswith("The time is found. This is what it has become:")
    await chat.database.run(lambda session: setattr(session.get_one(Event, event), "state", EventState.CANCELLED))
    assert (await aysel.says(f"TIMES {event}")).startswith("Advocacy workshop\n⚠ It was cancelled.")


@every_shape
async def test_the_code_alone_lets_one_in(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    await today(chat)
    await aysel.says("k7 m4")
    assert aysel.sees == WELCOME
    assert await rsvp(chat) == {"reply": Reply.YES, "there": True, "rating": None, "better": ""}


@every_shape
@sqlite_alone
async def test_a_code_of_another_day_or_of_nothing(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    await plan(chat, code="K7M4", days=3)
    for typed in ("K7M4", "A2B3"):
        assert (await aysel.says(typed)).startswith("I know no event of today with this code.")
    assert await look(chat, lambda session: session.scalars(select(Rsvp)).all()) == []


@every_shape
async def test_the_button_of_the_last_reminder_asks_for_the_code(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await today(chat, starts_at=chat.clock.now() + timedelta(minutes=1))
    await told(chat, BroadcastKind.REMINDER, "event", event)
    assert aysel.options[:3] == ["I am here", "I cannot come", "More about it"]
    await aysel.picks("I am here")
    assert aysel.sees == CODE
    assert (
        await aysel.says("X2Y3") == f"That is not the code of this event. Please ask at the door once more.\n\n{CODE}"
    )
    assert await aysel.says("К7М4") == WELCOME
    assert await aysel.says(f"HERE {event}") == WELCOME


@every_shape
@sqlite_alone
async def test_an_earlier_reminder_asks_for_answers(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat)
    await told(chat, BroadcastKind.REMINDER, "event", event)
    assert aysel.options[:4] == ["I will come", "I cannot come", "Maybe", "More about it"]
    assert await aysel.says(f"HERE {event}") == "This works on the day of the event."


@every_shape
async def test_how_it_was_in_two_lines(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await today(chat)
    await aysel.says("K7M4")
    await chat.database.run(lambda session: setattr(session.get_one(Event, event), "state", EventState.OVER))
    await told(chat, BroadcastKind.NOTICE, "feedback", event)
    assert aysel.options[:5] == ["1: not useful", "2: of little use", "3: fair", "4: useful", "5: very useful"]
    await aysel.picks("4: useful")
    assert aysel.sees == BETTER
    assert await aysel.says("More time for questions") == "Thank you. Those who prepare the next event will read it."
    assert await rsvp(chat) == {"reply": Reply.YES, "there": True, "rating": 4, "better": "More time for questions"}
    await aysel.picks("5: very useful")
    assert await aysel.picks("Skip") == "All right. Your rating is noted, thank you."
    assert await rsvp(chat) == {"reply": Reply.YES, "there": True, "rating": 5, "better": "More time for questions"}


@every_shape
@sqlite_alone
async def test_who_was_not_there_cannot_say_how_it_was(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await today(chat)
    assert await aysel.says(f"RATE {event} 5") == "Only those who were at “Advocacy workshop” can say how it was."


DAY = datetime(2026, 10, 24, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "on"),
    [
        (datetime(2026, 10, 24, 17, 29, tzinfo=UTC), False),
        (datetime(2026, 10, 24, 17, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 19, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 20, 0, tzinfo=UTC), False),
    ],
)
def test_the_day_is_the_networks_also_when_clocks_change_elsewhere(chat: Chat, now: datetime, on: bool) -> None:
    """It begins in Baku on the 25th, half past midnight, while Europe puts its clocks back."""
    event = Event(state=EventState.OPEN, starts_at=DAY, ends_at=DAY + timedelta(hours=2))
    assert checkin.is_on(event, now, chat.network.zone) is on
