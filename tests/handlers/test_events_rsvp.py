"""Answering an event: yes, no, maybe, with colleagues, from the list of those who wait, and under its newsletter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import telling
from scheduler.seats import Seats
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.events import Event, EventState, Reply
from tests.chat import Chat, Person
from tests.handlers.people import enrol, every_shape, sqlite_alone
from tests.handlers.test_events import a_member, answers, plan, when

COMING = ["Number of seats", "For my calendar", "I cannot come"]


async def announced(chat: Chat, event: int) -> None:
    """What tells of it reaches everybody who answers to the network."""

    def write(session: Session) -> None:
        texts = {"en": Markup("<b>Advocacy workshop</b>")}
        telling.tell(session, BroadcastKind.NOTICE, "event", event, texts, "en", Audience(), chat.clock.now())

    await chat.database.run(write)
    await chat.tick()


async def passes(chat: Chat, time: timedelta) -> None:
    """Time does, and the tick looks after the seats."""
    chat.clock.advance(time)
    await Seats(chat.database, chat.clock, chat.network, chat.files, lambda: None).tick()
    await chat.settle()


async def says(person: Person, event: int, label: str) -> str:
    await person.says(f"EVENT {event}")
    await person.picks(label)
    return person.sees


@every_shape
async def test_yes_no_and_maybe_at_any_time(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat)
    assert await says(aysel, event, "I will come") == f"Good, you come to “Advocacy workshop”, {when(chat)}."
    assert aysel.options == COMING
    await aysel.picks("I cannot come")
    assert aysel.sees == "Noted: you do not come to “Advocacy workshop”. If that changes, just answer again."
    assert aysel.options == ["I will come", "More about it"]
    assert await says(aysel, event, "Maybe") == (
        f"Noted: you may come to “Advocacy workshop”, {when(chat)}. Please tell us once you know."
    )
    assert await answers(chat) == [(Reply.MAYBE, 1)]


@every_shape
async def test_seats_for_colleagues(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, capacity=5)
    await says(aysel, event, "I will come")
    await aysel.picks("Number of seats")
    asked = "How many of you will come to “Advocacy workshop”, you among them? Please write a number up to 10."
    assert aysel.sees == asked
    assert await aysel.says("0") == f"Please write a number from 1 to 10.\n\n{asked}"
    assert await aysel.says("11") == f"Please write a number from 1 to 10.\n\n{asked}"
    assert await aysel.says("many") == f"Please write a whole number, such as 10.\n\n{asked}"
    assert await aysel.says("4 nəfər") == f"Good, you come to “Advocacy workshop”, {when(chat)}.\n4 seats are yours."
    await aysel.picks("Number of seats")
    assert await aysel.says("6") == "So many do not fit into “Advocacy workshop”.\nIt has 5 seats in all."
    assert await answers(chat) == [(Reply.YES, 4)]


@every_shape
async def test_a_full_event_a_list_an_offer(chat: Chat, shape: str) -> None:
    """Aysel has the only seat; Bahar and Ceyhun wait for it."""
    aysel = await a_member(chat, shape, "1")
    bahar = await a_member(chat, shape, "2")
    ceyhun = await a_member(chat, shape, "3")
    event = await plan(chat, capacity=1)
    moment = when(chat)
    await says(aysel, event, "I will come")
    full = "All seats at “Advocacy workshop” are taken, or not enough are left for all of you.\n"
    waits = "You are number {} in the waiting list. We write to you as soon as a seat is free."
    assert await says(bahar, event, "I will come") == full + waits.format(1)
    assert bahar.options == ["Number of seats", "Leave the list"]
    assert await says(ceyhun, event, "I will come") == full + waits.format(2)
    assert (await ceyhun.says(f"EVENT {event}")).endswith(
        "All seats are taken. Whoever answers now joins the waiting list. 2 members wait.\n"
        "You are number 2 in the waiting list."
    )
    bahar.news.clear()
    ceyhun.news.clear()
    await says(aysel, event, "I cannot come")
    assert bahar.sees.startswith(f"A seat is free for you at “Advocacy workshop”, {moment}.\nWe keep it for you until")
    assert bahar.options == ["Yes, I take it", "No, I cannot come"]
    assert ceyhun.news == []
    await passes(chat, timedelta(hours=12))
    assert bahar.sees.startswith("We could not keep the seat at “Advocacy workshop”")
    assert ceyhun.sees.startswith("A seat is free for you")
    await ceyhun.picks("Yes, I take it")
    assert ceyhun.sees == f"Good, you come to “Advocacy workshop”, {moment}."
    await bahar.picks("I will come")
    assert bahar.sees == full + waits.format(1)
    await bahar.picks("Leave the list")
    assert await answers(chat) == [(Reply.NO, 1), (Reply.NO, 1), (Reply.YES, 1)]


@every_shape
@sqlite_alone
async def test_no_room_for_more_colleagues_changes_nothing(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape, "1")
    bahar = await a_member(chat, shape, "2")
    event = await plan(chat, capacity=4)
    await says(aysel, event, "I will come")
    await says(bahar, event, "I will come")
    await bahar.picks("Number of seats")
    assert await bahar.says("4") == (
        "There is no room for so many at “Advocacy workshop”, so nothing was changed.\n3 seats are there for you."
    )
    await bahar.picks("Number of seats")
    await bahar.says("3")
    assert await answers(chat) == [(Reply.YES, 1), (Reply.YES, 3)]


@every_shape
async def test_under_the_message_that_tells_of_it(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat)
    await announced(chat, event)
    assert aysel.options[:4] == ["I will come", "I cannot come", "Maybe", "More about it"]
    if shape != "buttons":
        assert f"I will come – write COMING {event}" in aysel.last.screen.replace("_", "")
    await aysel.picks("I will come")
    assert await answers(chat) == [(Reply.YES, 1)]
    await aysel.picks("Maybe")
    assert await answers(chat) == [(Reply.MAYBE, 1)]
    await aysel.picks("More about it")
    assert aysel.sees.startswith("Advocacy workshop\n\nWhen: ")


@every_shape
@sqlite_alone
async def test_the_words_alone_show_what_is_ahead(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    await plan(chat)
    for word in ("COMING", "NOT COMING", "MAYBE COMING", "EVENT"):
        assert (await aysel.says(word)).startswith("Events ahead for you")
    assert await answers(chat) == []


@every_shape
@sqlite_alone
async def test_why_nobody_can_answer_any_more(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    cancelled = await plan(chat, state=EventState.CANCELLED)
    begun = await plan(chat, days=0, starts_at=chat.clock.now() - timedelta(minutes=1))
    choosing = await plan(chat, state=EventState.CHOOSING, starts_at=None, ends_at=None)
    assert await aysel.says(f"COMING {cancelled}") == "This event was cancelled."
    assert await aysel.says(f"COMING {begun}") == "This event has begun already, so the list is closed."
    assert await aysel.says(f"COMING {choosing}") == "Its time is not decided yet. We write to you when it is."
    assert await answers(chat) == []


@every_shape
@sqlite_alone
async def test_stop_gives_the_seats_up_and_says_so(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape, "1")
    bahar = await a_member(chat, shape, "2")
    event = await plan(chat, capacity=1)
    await says(aysel, event, "I will come")
    await says(bahar, event, "I will come")
    assert (await aysel.says("STOP")).endswith("Your seats are free for others now: Advocacy workshop.")
    assert bahar.sees.startswith("A seat is free for you")
    await aysel.says(f"COMING {event}")
    assert aysel.sees.startswith("You stopped our messages. To receive them again, write START.\n\nAll seats at")


@every_shape
@sqlite_alone
async def test_an_answer_that_comes_twice_counts_once(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, capacity=2)
    await aysel.says(f"COMING {event}")
    await aysel.says(f"coming {event}")
    assert await answers(chat) == [(Reply.YES, 1)]
    assert await chat.database.read(lambda session: session.get_one(Event, event).capacity) == 2


@pytest.mark.parametrize("language", ["az", "ru", "en"])
@pytest.mark.parametrize("shape", ["buttons", "numbers"])
@sqlite_alone
async def test_in_every_language_of_the_network(chat: Chat, shape: str, language: str) -> None:
    """A tap or the word of the language under the message, the list, the card, seats, and the way out again."""
    aysel = chat.person(shape, language=language)
    await enrol(aysel)
    titles = {"az": "Təlim", "ru": "Тренинг", "en": "Training"}
    event = await plan(chat, titles=titles, capacity=3)
    await announced(chat, event)
    await aysel.picks(f"rsvp:{event}:maybe", f"rsvp:{event}:yes")
    assert titles[language] in aysel.sees
    await aysel.picks(f"seats:{event}")
    await aysel.says("2")
    assert await answers(chat) == [(Reply.YES, 2)]
    await aysel.says("/events")
    await aysel.picks(f"event:{event}")
    assert aysel.sees.startswith(titles[language] + "\n\n")
    await aysel.picks(f"rsvp:{event}:no")
    assert await answers(chat) == [(Reply.NO, 1)]


@every_shape
@sqlite_alone
async def test_who_waits_for_more_takes_the_fewer_that_become_free(chat: Chat, shape: str) -> None:
    aysel, bahar = await a_member(chat, shape), await a_member(chat, "buttons", "2")
    event = await plan(chat, capacity=2)
    await says(bahar, event, "I will come")
    await bahar.says(f"COMING {event} 2")
    await says(aysel, event, "I will come")
    await aysel.says(f"COMING {event} 2")
    await bahar.says(f"COMING {event} 1")
    await chat.settle()
    assert aysel.sees.split("\n")[0] == f"1 seat is free at “Advocacy workshop”, {when(chat)}."
    assert aysel.options == ["Take 1 seat"]
    await aysel.says(f"COMING {event} 1")
    assert aysel.sees == f"Good, you come to “Advocacy workshop”, {when(chat)}."
    assert await answers(chat) == [(Reply.YES, 1), (Reply.YES, 1)]
