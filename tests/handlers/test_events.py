"""/events: what is ahead for a member, and each event in full."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.core.locale import near_date, zoned_words
from storage.events import EventState, Rsvp
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import enrol, every_shape, look, sqlite_alone
from tests.storage.occasions import add_event

AHEAD = "Events ahead for you, the soonest first. What has a tick, you come to."
NOTHING = "There is no event ahead for your topics and your region. We write to you as soon as there is one."


def at_two(chat: Chat, days: int) -> datetime:
    """In so many days at two o'clock in Baku."""
    return (chat.clock.now() + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)


async def plan(chat: Chat, title: str = "Advocacy workshop", days: int = 7, **changes: Any) -> int:
    """An event so many days from now; returns its id."""
    starts_at = at_two(chat, days)
    values = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "titles": {"en": title}, "texts": {}}
    return await chat.database.run(lambda session: add_event(session, chat.clock.now(), **(values | changes)).id)


def line(chat: Chat, title: str, days: int = 7) -> str:
    zone = chat.network.zone
    return f"{near_date(at_two(chat, days).astimezone(zone).date(), chat.clock.now().date())} · {title}"


def when(chat: Chat, days: int = 7) -> str:
    return str(zoned_words(at_two(chat, days), chat.network.zone))


async def answers(chat: Chat) -> list[tuple[str, int]]:
    """Everybody's, in the order of members."""
    found = await look(chat, lambda session: session.scalars(select(Rsvp).order_by(Rsvp.member_id)).all())
    return [(rsvp.reply, rsvp.seats) for rsvp in found]


async def a_member(chat: Chat, shape: str, user: str = "1", **known: Any) -> Person:
    person = chat.person(shape, user)
    await enrol(person, **known)
    if shape == "whatsapp":
        await person.says("/en")
    return person


@every_shape
async def test_what_is_ahead_for_my_topics_and_region_soonest_first(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    await plan(chat, "Later", 9)
    await plan(chat, "Sooner", 2, topics=["education"])
    await plan(chat, "Of another topic", topics=["environment"])
    await plan(chat, "Elsewhere", regions=["baku"])
    await plan(chat, "Here", 3, regions=["mil-mughan"])
    await plan(chat, "Not published", state=EventState.DRAFT)
    await plan(chat, "Over", -2, state=EventState.OVER)
    assert await aysel.says("/events") == AHEAD
    listed = [line(chat, "Sooner", 2), line(chat, "Here", 3), line(chat, "Later", 9)]
    assert aysel.options == [*listed, "My answers", "Search"]


@every_shape
@sqlite_alone
async def test_nothing_is_ahead(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    assert await aysel.says("/events") == NOTHING
    assert aysel.options == ["My answers"]
    await aysel.picks("My answers")
    assert aysel.sees == "You have not said of any event ahead that you come."


@every_shape
@sqlite_alone
async def test_pages_of_five(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    for number in range(1, 8):
        await plan(chat, f"Event {number}", number)
    await aysel.says("/events")
    assert [label for label in aysel.options if "Event" in label] == [
        line(chat, f"Event {number}", number) for number in range(1, 6)
    ]
    await aysel.picks("More")
    assert aysel.options == [line(chat, "Event 6", 6), line(chat, "Event 7", 7), "More", "My answers", "Search"]
    await aysel.picks("More")
    assert aysel.options[0] == line(chat, "Event 1", 1)


@every_shape
@sqlite_alone
async def test_found_in_any_spelling_and_language(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    await plan(chat, "Budget", titles={"en": "Budget", "az": "Büdcə təlimi", "ru": "Бюджет"}, place="Şəki")
    await plan(chat, "Other", topics=["environment"])
    for typed in ("/events budce", "/events Бюджет", "/events sheki"):
        assert (await aysel.says(typed)).startswith("Budget")
    assert await aysel.says("/events nothing of the kind") == f"I found nothing for “nothing of the kind”.\n\n{AHEAD}"
    await aysel.picks("Search")
    await aysel.says("oter")
    await aysel.picks(line(chat, "Other"))
    assert aysel.sees.startswith("Other")


@every_shape
async def test_the_card_says_everything_and_how_one_stands_to_it(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, texts={"en": "How to be heard."}, capacity=20, place="Nizami 5", latitude=40.4,
                       longitude=49.8)  # fmt: skip
    await aysel.says("/events")
    await aysel.picks(line(chat, "Advocacy workshop"))
    told = (
        "Advocacy workshop\n\nHow to be heard.\n\n"
        f"When: {when(chat).replace('14:00', '14:00–16:00')}\n"
        "Where: Nizami 5\nOn the map: https://maps.google.com/?q=40.40000,49.80000\nSeats: 20\n\n"
    )
    assert aysel.sees == told + "20 seats are left."
    assert aysel.options == ["I will come", "I cannot come", "Maybe", "For my calendar", "Events"]
    await aysel.picks("I will come")
    await aysel.says(f"EVENT {event}")
    assert aysel.sees == told + "19 seats are left.\nYou come."
    await aysel.says("/events")
    assert aysel.options[0] == "✓ " + line(chat, "Advocacy workshop")
    await aysel.picks("My answers")
    assert aysel.options == ["✓ " + line(chat, "Advocacy workshop"), "All for me", "Search"]


@every_shape
@sqlite_alone
async def test_in_another_language_than_mine_it_says_so(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat, source="az", titles={"az": "Təlim"}, texts={"az": "Gəlin."})
    await aysel.says("/events")
    assert aysel.options[0] == line(chat, "Təlim (in Azerbaijani)")
    assert (await aysel.says(f"EVENT {event}")).startswith("Təlim (in Azerbaijani)\n\nGəlin.")


@every_shape
@sqlite_alone
async def test_what_is_over_or_gone_says_so(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    over = await plan(chat, days=-2, state=EventState.OVER)
    draft = await plan(chat, state=EventState.DRAFT)
    assert "It is over." in await aysel.says(f"EVENT {over}")
    assert aysel.options == ["Events"]
    for number in (str(draft), "999", "123456789012345678"):
        assert await aysel.says(f"EVENT {number}") == "I do not find this event any more."


@every_shape
@sqlite_alone
async def test_the_calendar_file(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape)
    event = await plan(chat)
    await aysel.says(f"EVENT {event}")
    await aysel.picks("For my calendar")
    said = "Open this file, and “Advocacy workshop” stands in your calendar. If the event moves, you get a new one."
    assert aysel.heard[-1].startswith(said)
    if shape != "whatsapp":
        assert aysel.file is not None
        assert (aysel.file.name, aysel.file.mime) == (f"azerbaijan-{event}.ics", "text/calendar")


@every_shape
@sqlite_alone
async def test_without_registration_one_reads_and_is_asked_to_register_before_answering(chat: Chat, shape: str) -> None:
    stranger = chat.person(shape)
    await stranger.says("/en")
    event = await plan(chat)
    await stranger.says(f"EVENT {event}")
    await stranger.picks("I will come")
    assert stranger.sees == "Please register first: it takes two minutes. Then we know who comes."
    assert await answers(chat) == []


@every_shape
@sqlite_alone
async def test_staff_find_their_own_tools_in_the_list_and_on_the_card(chat: Chat, shape: str) -> None:
    aysel = await a_member(chat, shape, staff=Role.COORDINATOR)
    bahar = await a_member(chat, shape, "2")
    event = await plan(chat)
    await aysel.says("/events")
    tools = ["New event", "Drafts", "A time is being found", "Published", "Over"]
    assert aysel.options == [line(chat, "Advocacy workshop"), *tools, "My answers", "Search"]
    await aysel.says(f"EVENT {event}")
    answers_and_tools = ["I will come", "I cannot come", "Maybe", "For my calendar", "Manage the event", "Events"]
    assert aysel.options == answers_and_tools
    await bahar.says(f"EVENT {event}")
    assert bahar.options == [label for label in answers_and_tools if label != "Manage the event"]
