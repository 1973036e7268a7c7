"""Finding a time together: times are offered, members mark what suits them, and the result picks the date."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.audiences import Audience, count
from storage.events import EventState, ProposedTime, TimeMark
from storage.newsletters import Newsletter
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.gatherings import begins, day, look, publishes, typed, until, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


async def offers(coordinator: Person, *moments: datetime) -> None:
    await begins(coordinator)
    await coordinator.picks("Find a time together")
    for moment in moments:
        await coordinator.picks("Add a time")
        await coordinator.says(typed(moment))


async def asks(coordinator: Person, office: Office, members: str) -> None:
    await coordinator.picks("Ask the members", members)
    await office.tick()
    await office.tick()


def short(moment: datetime) -> str:
    return f"{moment:%-d %b %Y, %H:%M}"


def marks(office: Office, person: Person, *places: int) -> None:
    """These of the times suit the person, the first one 0."""
    member = office.id_of(person)

    def write(session: Session) -> None:
        times = session.scalars(select(ProposedTime).order_by(ProposedTime.starts_at)).all()
        session.add_all(TimeMark(time_id=times[place].id, member_id=member) for place in places)

    office.database.transact(write)


async def test_a_time_is_found_and_the_event_goes_on_to_be_published(office: Office, coordinator: Person) -> None:
    rauf, aysel, silent = (office.member("buttons", name, name=name) for name in ("Rauf", "Aysel", "Nigar"))
    early, late = day(office, 5, 11), day(office, 6, 16)
    await offers(coordinator, late, early)
    assert coordinator.sees == "\n\n".join(
        [
            "Budget workshop",
            "Offer two times or more. Members mark what suits them, and you pick one.",
            f"• {words(office, early)}\n• {words(office, late)}",
        ]
    )
    await asks(coordinator, office, "Send to 4 members")
    assert rauf.sees.startswith(
        f"Budget workshop\n\nIt could be at one of these times. Which of them suit you?\n• {words(office, early)}\n"
    )
    assert rauf.options[0] == "Choose times"
    assert look(office, lambda event: (event.state, event.published_at)) == (EventState.CHOOSING, None)
    marks(office, rauf, 0, 1)
    marks(office, aysel, 1)
    await forges(coordinator, "event_page:1")
    assert coordinator.sees.startswith("A time is being found\nBudget workshop\n\n2 members have said what suits them.")
    assert ": 1 member\nRauf\n\n" in coordinator.sees
    assert ": 2 members\nRauf and Aysel\n\n" in coordinator.sees
    assert coordinator.options[:2] == [short(late), short(early)]
    await coordinator.picks(short(late))
    assert coordinator.sees == f"Shall it be on {words(office, late)}?"
    await coordinator.picks("Yes, take this time")
    assert coordinator.sees.startswith(
        "Whoever marked a time is told. Complete the event, and publish it.\n\nAn event, not"
    )
    await office.tick()
    await office.tick()
    assert look(office, lambda event: (event.state, event.starts_at)) == (EventState.DRAFT, late)
    assert aysel.sees.startswith(f"Budget workshop\nThe time is found: {words(office, late)}.\n")
    assert len(silent.screen) == 1
    assert silent.screen[0].text.startswith(f"Budget workshop\n\nWhen: {words(office, late)}\n\n")
    assert silent.screen[0].options == ["Stop all messages"]
    await coordinator.picks("Place")
    await coordinator.says("Nizami 5, Bakı")
    await publishes(coordinator, office, "Send to 4 members")
    assert look(office, lambda event: event.state) == EventState.OPEN
    assert silent.sees.startswith(f"Budget workshop\n\nWhen: {words(office, late)}\nWhere: Nizami 5, Bakı\n\n")
    assert silent.options[:3] == ["I will come", "I cannot come", "Maybe"]


@both_shapes
async def test_while_a_time_is_found_it_is_no_draft(office: Office, coordinator: Person) -> None:
    await coordinator.says("/events")
    assert await coordinator.picks("A time is being found") == "No event waits for its time at the moment."
    await offers(coordinator, day(office, 5, 11), day(office, 6, 16))
    office.member("buttons", "Rauf")
    await asks(coordinator, office, "Send to 2 members")
    await coordinator.says("/events")
    assert await coordinator.picks("Drafts") == "There is no draft of an event."
    await coordinator.says("/events")
    assert await coordinator.picks("A time is being found") == "A time is being found"
    assert coordinator.options == ["Budget workshop", "New event"]
    assert (await coordinator.picks("Budget workshop")).startswith("A time is being found\nBudget workshop")


@both_shapes
async def test_there_must_be_a_choice_and_all_of_it_to_come(office: Office, coordinator: Person) -> None:
    one, two = day(office, 1, 11), day(office, 6, 11)
    await offers(coordinator, one)
    assert "Ask the members" not in coordinator.options
    assert (await forges(coordinator, "event_time_ask:1")).startswith("Please offer at least two times, all of them to")
    await coordinator.picks("Add a time")
    assert "is over already. Please write a later one." in await coordinator.says("01.02.2021 10:00")
    await coordinator.says(typed(one))
    assert coordinator.sees.startswith("This time is among them already, or there are enough to choose from.")
    await coordinator.picks("Add a time")
    await coordinator.says(typed(two))
    await coordinator.picks(f"Not: {short(one)}")
    assert words(office, one) not in coordinator.sees
    await coordinator.picks("Add a time")
    await coordinator.says(typed(one))
    await until(office, day(office, 2, 11))
    assert (await forges(coordinator, "event_time_ask:1")).startswith("Please offer at least two times, all of them to")


@both_shapes
async def test_a_time_that_is_over_is_not_picked(office: Office, coordinator: Person) -> None:
    office.member("buttons", "2")
    one, two = day(office, 1, 11), day(office, 6, 11)
    await offers(coordinator, one, two)
    await asks(coordinator, office, "Send to 2 members")
    await until(office, day(office, 2, 11))
    await forges(coordinator, "event_page:1")
    assert coordinator.options[0] == short(two)
    assert (await forges(coordinator, "event_time_pick:1:1:1")).startswith("That moment is over already.")
    for made_up in ("event_time_pick:1", "event_time_pick:1:x:1", "event_time_pick:9:1:1", "event_time_drop:1:1"):
        await forges(coordinator, made_up)
    assert look(office, lambda event: (event.state, event.starts_at)) == (EventState.CHOOSING, None)


@both_shapes
async def test_called_off_while_a_time_is_found_whoever_marked_one_is_told(office: Office, coordinator: Person) -> None:
    rauf, silent = (office.member("buttons", name, name=name) for name in ("Rauf", "Nigar"))
    await offers(coordinator, day(office, 5, 11), day(office, 6, 11))
    await asks(coordinator, office, "Send to 3 members")
    marks(office, rauf, 0)
    await forges(coordinator, "event_page:1")
    await coordinator.picks("Call it off", "Skip", "Yes, call it off")
    assert coordinator.sees.startswith("It is called off. 1 member who answered is told.")
    await office.tick()
    await office.tick()
    assert rauf.sees.startswith("Budget workshop\nI am sorry: it does not take place.\n\n")
    assert [seen.text.split("\n\n")[0] for seen in silent.screen] == ["Budget workshop\n⚠ It was cancelled."]


@both_shapes
async def test_once_members_were_asked_it_is_called_off_and_not_just_deleted(
    office: Office, coordinator: Person
) -> None:
    rauf = office.member("buttons", "Rauf", name="Rauf")
    await offers(coordinator, day(office, 5, 11), day(office, 6, 11))
    await asks(coordinator, office, "Send to 2 members")
    marks(office, rauf, 0)
    await forges(coordinator, "event_time_pick:1:1:1")
    assert coordinator.options[-1] == "Call it off"
    assert (await forges(coordinator, "event_delete:1:1")).startswith("An event, not published yet")
    await coordinator.picks("Call it off", "Skip", "Yes, call it off")
    await office.tick()
    await office.tick()
    assert rauf.sees.startswith("Budget workshop\nI am sorry: it does not take place.\nIt was to be on ")
    assert look(office, lambda event: event.state) == EventState.CANCELLED


@both_shapes
async def test_the_question_is_of_use_until_the_last_of_its_times(office: Office, coordinator: Person) -> None:
    one, two = day(office, 5, 11), day(office, 6, 11)
    await offers(coordinator, one, two)
    await coordinator.picks("Preview")
    assert coordinator.heard[-2].startswith("Budget workshop\n\nIt could be at one of these times.")
    await coordinator.picks("Ask the members")
    assert f"Of use until {words(office, two)}." in coordinator.sees
    await coordinator.picks("Back to the draft")
    assert coordinator.sees.startswith("Budget workshop\n\nOffer two times or more.")
    until_when = office.database.transact(lambda session: session.scalars(select(Newsletter)).one().useful_until)
    assert until_when == two


@both_shapes
async def test_those_who_marked_a_time_are_an_audience(office: Office, coordinator: Person) -> None:
    rauf = office.member("buttons", "2")
    office.member("buttons", "3")
    await offers(coordinator, day(office, 5, 11), day(office, 6, 11))
    marks(office, rauf, 0, 1)
    parts = office.database.transact(lambda session: count(session, Audience(marked=(1,))))
    assert sum(part.members for part in parts) == 1
    assert office.database.transact(lambda session: count(session, Audience(marked=(2,)))) == []
