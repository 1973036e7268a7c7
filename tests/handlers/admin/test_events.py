"""An event from its title to its invitation: every field a tap or a line, and nothing lost on bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.core.clock import Clock
from bot.core.locale import period_words
from bot.core.messages import Kind
from bot.network import Manners, Network
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.events import Event, EventState
from storage.files import Files
from storage.newsletters import Newsletter
from storage.reminders import Reminder
from storage.staff import Role
from tests.chat import HERE, Person
from tests.handlers.admin.gatherings import begins, completes, day, look, publishes, typed, until, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


def page(*lines: str, members: str = "1 member") -> str:
    """The sheet down to the count."""
    return "\n".join(["An event, not published yet", "Budget workshop", *lines, "", members])


async def test_a_title_is_enough_to_begin_and_what_is_missing_is_said(office: Office, coordinator: Person) -> None:
    answer = await begins(coordinator)
    kept, sheet = answer.split("\n\n", 1)
    assert kept == "Kept as a draft. Now add what is known of it, as much as you like, at any time."
    assert sheet.startswith(page("", "Written in: English", "Not written in: Azerbaijani and Russian"))
    assert answer.endswith("Missing: when it begins.\nMissing: the place, or the link to join from afar.")
    assert coordinator.options == [
        "Add: Azərbaycanca",
        "Add: Русский",
        "Change: English",
        "Begins",
        "Place",
        "Online link",
        "Seats",
        "Topics",
        "Regions",
        "Who may come",
        "Preview",
        "Publish",
        "Find a time together",
        "Delete the draft",
    ]
    assert (await coordinator.picks("Publish")).startswith("Missing: when it begins.")
    assert look(office, lambda event: (event.state, len(event.code))) == (EventState.DRAFT, 4)


async def test_every_field_is_a_tap_or_a_line(office: Office, coordinator: Person) -> None:
    office.member("buttons", "2", "education", region="baku", language="ru")
    await begins(coordinator)
    starts_at = await completes(coordinator, office)
    await coordinator.picks("Ends")
    await coordinator.says("17:00")
    assert len(coordinator.heard) == 1
    await coordinator.picks("Place")
    await coordinator.sends(Kind.LOCATION)
    await coordinator.picks("Online link")
    await coordinator.says("www.example.org/meet")
    await coordinator.picks("Seats")
    await coordinator.says("30 nəfər")
    await coordinator.picks("Topics", "Education", "Done")
    await coordinator.picks("Regions", "Baku", "Done")
    await coordinator.picks("Who may come", "Youth organisations", "Done")
    await coordinator.picks("Change: English")
    await coordinator.picks("Skip")
    await coordinator.says("Bring last year’s budget.")
    await coordinator.picks("Add: Русский")
    await coordinator.says("Семинар по бюджету")
    card = await coordinator.says("Возьмите бюджет прошлого года.")
    ends_at = starts_at + timedelta(hours=2)
    assert card.startswith(
        page(
            "",
            "Bring last year’s budget.",
            "",
            f"When: {period_words(starts_at, ends_at, office.network.zone)}",
            "Where: Nizami 5, Bakı",
            f"On the map: https://maps.google.com/?q={HERE.latitude:.5f},{HERE.longitude:.5f}",
            "Online: https://www.example.org/meet",
            "Who may come: youth organisations",
            "Regions: Baku",
            "Topics: Education",
            "Seats: 30",
            "Written in: Russian and English",
            "Not written in: Azerbaijani",
        )
    )
    assert look(office, lambda event: (event.starts_at, event.ends_at, event.capacity)) == (starts_at, ends_at, 30)
    assert look(office, lambda event: event.titles) == {"en": "Budget workshop", "ru": "Семинар по бюджету"}


WRONG = [
    ("Begins", "01.02.2020 10:00", " is over already. Please write a later one."),
    ("Begins", "31.02.2027 10:00", "There is no such day in the calendar."),
    ("Begins", "soon", "I do not understand when that is."),
    ("Ends", "14:00", "An event ends after it has begun, and this one begins on "),
    ("Online link", "zoom", "This is not a link."),
    ("Seats", "0", "Please write a number from 1 to 100,000."),
    ("Seats", "many", "Please write a whole number, such as 10."),
    ("Place", "https://example.org/", "This link does not tell me where it is."),
]


@both_shapes
@pytest.mark.parametrize(("field", "said", "sentence"), WRONG, ids=[f"{row[0]}: {row[1]}" for row in WRONG])
async def test_bad_input_gets_a_sentence_and_the_field_again(
    office: Office, coordinator: Person, field: str, said: str, sentence: str
) -> None:
    await begins(coordinator)
    await completes(coordinator, office)
    before = look(office, lambda event: (event.starts_at, event.ends_at, event.link, event.capacity, event.place))
    await coordinator.picks(field)
    question = coordinator.sees
    answer = await coordinator.says(said)
    assert sentence in answer
    assert answer.endswith("\n\n" + question)
    await coordinator.picks("Cancel")
    assert coordinator.sees.startswith("All right, nothing was changed.")
    assert (
        look(office, lambda event: (event.starts_at, event.ends_at, event.link, event.capacity, event.place)) == before
    )


async def test_a_text_that_fits_nowhere_near_is_asked_for_again(office: Office, coordinator: Person) -> None:
    office.member("numbers", "2")
    await begins(coordinator)
    await coordinator.picks("Change: English", "Skip")
    answer = await coordinator.says("word " * 1000)
    assert "characters too long for WhatsApp" in answer
    await coordinator.says("Short")
    assert look(office, lambda event: event.texts) == {"en": "Short"}


@both_shapes
async def test_an_end_after_midnight_names_its_day(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    starts_at = await completes(coordinator, office)
    await coordinator.picks("Ends")
    await coordinator.says(typed(starts_at + timedelta(days=1)))
    assert look(office, lambda event: event.ends_at) == starts_at + timedelta(days=1)
    await coordinator.picks("Begins")
    await coordinator.says(typed(starts_at + timedelta(days=7)))
    assert look(office, lambda event: event.ends_at) == starts_at + timedelta(days=8)


@both_shapes
async def test_other_words_for_the_place_take_the_old_point_away(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await completes(coordinator, office)
    await coordinator.picks("Place")
    await coordinator.sends(Kind.LOCATION)
    assert look(office, lambda event: (event.place, event.latitude)) == ("Nizami 5, Bakı", HERE.latitude)
    await coordinator.picks("Place")
    await coordinator.says("Xaqani 8, Bakı")
    assert look(office, lambda event: (event.place, event.latitude)) == ("Xaqani 8, Bakı", None)


async def test_it_is_published_by_the_road_every_newsletter_takes(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2", "education", language="ru")
    await begins(coordinator)
    starts_at = await completes(coordinator, office)
    await coordinator.picks("Topics", "Education", "Done")
    asked = await coordinator.picks("Publish")
    assert asked.startswith("Send to 1 member now?")
    assert f"Of use until {words(office, starts_at)}." in asked
    await coordinator.picks("Send to 1 member")
    await office.tick()
    assert member.sees.startswith("Budget workshop (язык: английский)\n\n")
    assert "Место: Nizami 5, Bakı" in member.sees
    await office.tick()
    assert look(office, lambda event: (event.state, event.sequence)) == (EventState.OPEN, 0)
    reminders = office.database.transact(lambda session: session.scalars(select(Reminder.name)).all())
    assert sorted(reminders) == ["1d", "2h", "7d"]
    await forges(coordinator, "event_page:1")
    code = look(office, lambda event: event.code)
    assert coordinator.sees == "\n".join(
        [
            "Your event, published",
            "Budget workshop",
            "",
            f"When: {words(office, starts_at)}",
            "Where: Nizami 5, Bakı",
            "Topics: Education",
            "",
            "Nobody has answered yet.",
            "",
            f"Door code: {code}. Say it at the door on the day: whoever writes it to me is noted as present.",
        ]
    )


@both_shapes
async def test_from_its_card_those_who_hold_it_come_to_its_page(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await begins(coordinator)
    await completes(coordinator, office)
    await publishes(coordinator, office, "Send to 2 members")
    await forges(member, "event:1")
    assert "Manage the event" not in member.options
    await forges(coordinator, "event:1")
    await coordinator.picks("Manage the event")
    assert coordinator.sees.startswith("Your event, published\nBudget workshop\n")
    await forges(coordinator, "event_field:1:place")
    await coordinator.says("Xaqani 8, Bakı")
    assert coordinator.sees.startswith("It is published meanwhile, so nothing was changed.\n\nYour event, published\n")


@both_shapes
async def test_the_preview_leads_back_to_the_sheet(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await completes(coordinator, office)
    await coordinator.picks("Preview")
    assert coordinator.heard[-2].startswith("Budget workshop\n\nWhen: ")
    assert coordinator.sees.startswith("An event, not published yet\nBudget workshop\n")
    await coordinator.says("/newsletter")
    assert coordinator.options == ["Cancel"]


@pytest.fixture
def slow(database: Database, mannered: Network, files: Files, clock: Clock) -> Office:
    """An office with time to take back what was sent."""
    manners = replace(Manners(), quiet_from=mannered.manners.quiet_until)
    return Office(database, replace(mannered, manners=manners), files, clock)


@both_shapes
async def test_on_its_way_it_cannot_be_changed_and_taken_back_it_can(slow: Office, shape: str) -> None:
    coordinator = slow.staff(shape, "1", Role.COORDINATOR)
    await begins(coordinator)
    await completes(coordinator, slow)
    await coordinator.picks("Publish", "Send to 1 member")
    await forges(coordinator, "event_field:1:place")
    assert coordinator.sees == "This event is on its way out and cannot be changed. Take it back first."
    await coordinator.picks("See where it stands", "Undo sending")
    assert coordinator.sees.startswith("All right, it was not sent to anybody. It is a draft again.\n\nAn event, not")
    await coordinator.picks("Place")
    await coordinator.says("Xaqani 8, Bakı")
    await coordinator.picks("Publish", "Send to 1 member")
    await until(slow, slow.clock.now() + timedelta(seconds=100))
    assert look(slow, lambda event: event.state) == EventState.OPEN
    sent = slow.database.transact(lambda session: session.scalar(select(func.count()).select_from(Newsletter)))
    assert sent == 1
    assert any("Where: Xaqani 8, Bakı" in seen.text for seen in coordinator.screen)


@both_shapes
async def test_an_event_whose_beginning_is_over_is_not_published(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await completes(coordinator, office, days=1)
    await until(office, day(office, 3, 9))
    answer = await forges(coordinator, "event_publish:1")
    assert answer.startswith("Its beginning is over already. Please choose another time.")


@both_shapes
async def test_what_is_about_to_be_sent_says_what_was_changed_meanwhile(office: Office, coordinator: Person) -> None:
    other = office.staff("buttons", "2", Role.COORDINATOR)
    await begins(coordinator)
    await completes(coordinator, office)
    await coordinator.picks("Publish")
    await forges(other, "event_field:1:place")
    await other.says("Xaqani 8, Bakı")
    await coordinator.picks("Send to 2 members")
    await office.tick()
    assert "Where: Xaqani 8, Bakı" in other.sees


@both_shapes
async def test_a_draft_is_deleted_after_a_second_question(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await completes(coordinator, office)
    await coordinator.picks("Preview")
    await coordinator.picks("Delete the draft", "Keep it", "Delete the draft")
    assert coordinator.sees == "Delete “Budget workshop”? Nobody was told of it."
    await coordinator.picks("Yes, delete it")
    left = office.database.transact(
        lambda session: [*session.scalars(select(Event)), *session.scalars(select(Newsletter))]
    )
    assert left == []
    assert (await forges(coordinator, "event_page:1")).startswith("I do not find this event among yours.")


@both_shapes
async def test_drafts_wait_for_as_long_as_it_takes(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await begins(coordinator, "Summer school")
    office.clock.advance(timedelta(days=40))
    await coordinator.says("/events")
    await coordinator.picks("Drafts")
    assert coordinator.options == ["Summer school", "Budget workshop", "New event"]
    await coordinator.picks("Budget workshop")
    assert coordinator.sees.startswith("An event, not published yet\nBudget workshop\n")
    await coordinator.says("/events")
    await coordinator.picks("Published")
    assert coordinator.sees == "No event is published at the moment."


@both_shapes
async def test_a_focal_point_invites_those_who_follow_its_topics_alone(office: Office, shape: str) -> None:
    point = office.staff(shape, "1", Role.FOCAL_POINT, topics=["education"])
    office.member("buttons", "2", "education")
    office.member("buttons", "3", "health")
    await begins(point)
    assert "Topics: Education" in point.sees
    await point.picks("Topics")
    assert [option.lstrip("✓ ") for option in point.options] == ["Education", "Done", "Cancel"]
    await point.picks("Education", "Done")
    await completes(point, office)
    await publishes(point, office)
    audience = office.database.transact(lambda session: session.get_one(Broadcast, 1).audience)
    assert audience == {"topics": ["education"]}


@both_shapes
async def test_an_event_is_open_to_its_author_and_to_those_who_run_the_network(office: Office, shape: str) -> None:
    author = office.staff(shape, "1", Role.FOCAL_POINT, topics=["education"])
    other = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    running = office.staff("buttons", "3", Role.COORDINATOR)
    member = office.member("buttons", "4")
    await begins(author)
    for option in ("event_page:1", "event_field:1:place", "event_words:1:en", "event_publish:1", "event_delete:1:1"):
        assert (await forges(other, option)).startswith("I do not find this event among yours.")
        assert (await forges(member, option)).startswith("This is not open to you.")
    assert (await forges(running, "event_page:1")).startswith("An event, not published yet")
    await member.says("/events")
    assert "New event" not in member.options


@both_shapes
async def test_what_a_second_person_agreed_to_keeps_its_words(
    database: Database, network: Network, files: Files, clock: Clock, shape: str
) -> None:
    strict = Office(database, replace(network, manners=replace(network.manners, approval=True)), files, clock)
    author = strict.staff(shape, "1", Role.COORDINATOR, name="Leyla")
    second = strict.staff("buttons", "2", Role.COORDINATOR, name="Rauf")
    await begins(author)
    await completes(author, strict)
    await author.picks("Publish", "Ask for approval")
    await second.picks("Approve")
    await strict.tick()
    await strict.tick()
    assert look(strict, lambda event: event.state) == EventState.OPEN
    await forges(author, "event_page:1")
    assert "Change: English" not in author.options
    answer = await forges(author, "event_words:1:en")
    assert answer.startswith("A second person agreed to this event as it stands, so only its time and place can be")
