"""An event that moves or is called off: copies change in place, whoever answered is told, reminders follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.clock import Clock
from bot.core.locale import period_words
from bot.network import Manners, Network
from storage.broadcasts import Broadcast, BroadcastKind
from storage.database import Database
from storage.events import EventState, Reply
from storage.files import Files
from storage.newsletters import Newsletter
from storage.reminders import Reminder
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.gatherings import answers, begins, completes, day, look, publishes, typed, until, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


@pytest.fixture
def member(office: Office) -> Person:
    return office.member("buttons", "2", name="Rauf")


async def opens(coordinator: Person, office: Office, days: int = 10) -> datetime:
    """A published event; returns when it begins."""
    await begins(coordinator)
    starts_at = await completes(coordinator, office, days)
    await publishes(coordinator, office, "Send to 2 members")
    await forges(coordinator, "event_page:1")
    return starts_at


def due(office: Office) -> dict[str, datetime]:
    reminders = office.database.transact(lambda session: session.scalars(select(Reminder)).all())
    return {reminder.name: reminder.due_at for reminder in reminders}


def notices(office: Office) -> list[str]:
    """What was told of it, in English."""
    told = select(Newsletter).join(Broadcast, Broadcast.newsletter_id == Newsletter.id)
    told = told.where(Broadcast.kind == BroadcastKind.NOTICE).order_by(Broadcast.id)
    return office.database.transact(lambda session: [each.texts["en"] for each in session.scalars(told)])


async def test_a_moved_event_tells_whoever_answered_and_takes_its_reminders_along(
    office: Office, coordinator: Person, member: Person
) -> None:
    silent = office.member("buttons", "3")
    await begins(coordinator)
    starts_at = await completes(coordinator, office)
    await coordinator.picks("Ends")
    await coordinator.says("17:00")
    await publishes(coordinator, office, "Send to 3 members")
    answers(office, member, Reply.NO)
    later = day(office, 20, 11)
    await forges(coordinator, "event_page:1")
    await coordinator.picks("Change when or where")
    assert coordinator.sees.startswith(f"When does it begin?\nNow: {words(office, starts_at)}\nSkip it to leave it so.")
    await coordinator.says(typed(later))
    await coordinator.picks("Skip")
    await coordinator.says("Xaqani 8, Bakı")
    await coordinator.picks("Skip")
    assert coordinator.sees == "\n".join(
        [
            "Is everything right?",
            f"Begins: {words(office, later)}",
            "Ends: as it is",
            "Place: Xaqani 8, Bakı",
            "Online link: as it is",
        ]
    )
    await coordinator.picks("Change it and tell them")
    assert coordinator.sees.startswith(
        "Done. Its copies say so where they can be changed. 1 member who answered is told.\n\nYour event, published\n"
    )
    await office.tick()
    await office.tick()
    zone = office.network.zone
    when = period_words(later, later + timedelta(hours=2), zone)
    before = period_words(starts_at, starts_at + timedelta(hours=2), zone)
    invitation = member.screen[0]
    assert f"When: {when}\nWhere: Xaqani 8, Bakı" in invitation.text
    assert [seen.text.split("\n\n")[0] for seen in member.screen[1:]] == [
        "\n".join(
            [
                "Budget workshop",
                "Please note a change. This is how it is now:",
                f"When: {when}",
                f"Before: {before}",
                "Where: Xaqani 8, Bakı",
            ]
        )
    ]
    assert member.sees.split("\n\n")[-1] == "You receive this because you answered the invitation."
    assert member.options[:3] == ["I will come", "I cannot come", "Maybe"]
    assert [len(silent.screen), f"When: {when}" in silent.sees] == [1, True]
    assert due(office)["2h"] == later - timedelta(hours=2)
    assert look(office, lambda event: event.sequence) == 1


@both_shapes
async def test_nothing_is_told_where_nothing_changes(office: Office, coordinator: Person, member: Person) -> None:
    starts_at = await opens(coordinator, office)
    answers(office, member)
    await coordinator.picks("Change when or where", "Skip", "Skip", "Skip", "Skip", "Change it and tell them")
    assert coordinator.sees.startswith("All right, nothing was changed.\n\nYour event, published\n")
    await coordinator.picks("Change when or where")
    await coordinator.says(typed(starts_at))
    await coordinator.picks("Skip", "Skip", "Skip", "Change it and tell them")
    assert coordinator.sees.startswith("All right, nothing was changed.\n\nYour event, published\n")
    await coordinator.picks("Change when or where", "Cancel")
    assert coordinator.sees.startswith("All right, nothing was changed.\n\nYour event, published\n")
    assert [notices(office), look(office, lambda event: event.sequence)] == [[], 0]


@both_shapes
async def test_it_cannot_be_moved_into_the_past_nor_end_before_it_begins(
    office: Office, coordinator: Person, member: Person
) -> None:
    starts_at = await opens(coordinator, office)
    answers(office, member)
    await coordinator.picks("Change when or where")
    assert "is over already. Please write a later one." in await coordinator.says("01.02.2021 10:00")
    await coordinator.says(typed(starts_at + timedelta(days=1)))
    assert "An event ends after it has begun" in await coordinator.says(typed(starts_at))
    await coordinator.says("18:00")
    await coordinator.picks("Skip", "Skip", "Change it and tell them")
    assert look(office, lambda event: event.ends_at) == starts_at + timedelta(days=1, hours=3)


async def test_a_cancelled_event_is_told_to_everyone_who_answered(
    office: Office, coordinator: Person, member: Person
) -> None:
    starts_at = await opens(coordinator, office)
    answers(office, member, Reply.MAYBE)
    await coordinator.picks("Call it off")
    await coordinator.says("The hall is flooded & closed.")
    assert coordinator.sees == "Call “Budget workshop” off?\n1 member who answered will be told."
    await coordinator.picks("Yes, call it off")
    assert coordinator.sees.startswith(
        "It is called off. 1 member who answered is told.\n\nYour event, which was called"
    )
    await office.tick()
    await office.tick()
    assert member.screen[0].text.startswith("Budget workshop\n⚠ It was cancelled.\n\n")
    assert member.screen[0].options == ["Stop all messages"]
    assert member.sees.split("\n\n")[0] == "\n".join(
        [
            "Budget workshop",
            "I am sorry: it does not take place.",
            f"It was to be on {words(office, starts_at)}.",
            "The hall is flooded & closed.",
        ]
    )
    assert [due(office), look(office, lambda event: event.state)] == [{}, EventState.CANCELLED]
    assert (await forges(coordinator, "event_move:1")).startswith("Your event, which was called off")
    assert (await forges(coordinator, "event_off:1")).startswith("Your event, which was called off")


@both_shapes
async def test_news_comes_in_the_readers_language(office: Office, coordinator: Person, member: Person) -> None:
    russian = office.member("buttons", "3", language="ru")
    await begins(coordinator)
    await completes(coordinator, office)
    await publishes(coordinator, office, "Send to 3 members")
    assert russian.sees.startswith("Budget workshop (язык: английский)\n\nКогда: ")
    answers(office, russian)
    await forges(coordinator, "event_page:1")
    await coordinator.picks("Call it off", "Skip", "Yes, call it off")
    await office.tick()
    told = select(Newsletter).join(Broadcast).where(Broadcast.kind == BroadcastKind.NOTICE)
    texts = office.database.transact(lambda session: session.scalars(told).one().texts)
    assert sorted(texts) == ["az", "en", "ru"]
    assert texts["en"].startswith("<b>Budget workshop</b>\n")
    assert texts["ru"] != texts["en"]
    assert len(russian.screen) == 2
    assert len(member.screen) == 1


@both_shapes
async def test_other_words_change_every_copy_and_tell_nobody(
    office: Office, coordinator: Person, member: Person
) -> None:
    await opens(coordinator, office)
    answers(office, member)
    await coordinator.picks("Change: English")
    await coordinator.says("Budget seminar")
    await coordinator.says("Now with coffee.")
    assert coordinator.sees.startswith("Your event, published\nBudget seminar\n")
    await office.tick()
    await office.tick()
    assert member.screen[0].text.startswith("Budget seminar\n\nNow with coffee.\n\n")
    assert [len(member.screen), notices(office), look(office, lambda event: event.sequence)] == [1, [], 0]


@both_shapes
async def test_seats_are_never_fewer_than_are_taken(office: Office, coordinator: Person, member: Person) -> None:
    await opens(coordinator, office)
    answers(office, member, seats=4)
    await coordinator.picks("Seats")
    assert (await coordinator.says("3")).startswith("4 seats are taken already. Please write at least as many.")
    await coordinator.says("5")
    assert "Coming: 1 (4 seats)\nFree seats: 1 of 5" in coordinator.sees
    await office.tick()
    await office.tick()
    assert "Seats: 5" in member.screen[0].text


@both_shapes
async def test_what_was_asked_before_it_was_called_off_changes_nothing(office: Office, coordinator: Person) -> None:
    other = office.staff("buttons", "2", Role.COORDINATOR)
    await opens(coordinator, office)
    await coordinator.picks("Change when or where")
    await forges(other, "event_off:1")
    await other.picks("Skip", "Yes, call it off")
    await coordinator.says(typed(day(office, 12, 10)))
    await coordinator.picks("Skip", "Skip", "Skip", "Change it and tell them")
    assert coordinator.sees.startswith("Your event, which was called off")
    assert look(office, lambda event: (event.state, event.sequence)) == (EventState.CANCELLED, 0)


@pytest.fixture
def asleep(database: Database, network: Network, files: Files, clock: Clock) -> Office:
    """An office whose members are not disturbed at night, though what it sends leaves at once."""
    quiet = replace(network.manners, quiet_from=Manners().quiet_from, quiet_until=Manners().quiet_until)
    return Office(database, replace(network, manners=quiet), files, clock)


@both_shapes
@pytest.mark.parametrize(("days", "at_night"), [(10, 0), (1, 1)], ids=["far away", "tomorrow"])
async def test_news_waits_for_the_morning_unless_the_event_is_near(
    asleep: Office, shape: str, days: int, at_night: int
) -> None:
    await until(asleep, day(asleep, 1, 12))
    coordinator = asleep.staff(shape, "1", Role.COORDINATOR)
    member = asleep.member("buttons", "2")
    await opens(coordinator, asleep, days)
    answers(asleep, member)
    seen = len(member.screen)
    await until(asleep, day(asleep, 0, 23))
    await forges(coordinator, "event_off:1")
    await coordinator.picks("Skip", "Yes, call it off")
    await asleep.tick()
    await asleep.tick()
    assert len(member.screen) == seen + at_night
    await until(asleep, day(asleep, 1, 9))
    assert len(member.screen) == seen + 1


@both_shapes
async def test_what_takes_place_after_all_stays_as_it_is(office: Office, coordinator: Person, member: Person) -> None:
    await opens(coordinator, office)
    answers(office, member)
    await coordinator.picks("Call it off")
    await coordinator.picks("Skip")
    page = await coordinator.picks("No, it takes place")
    assert page.startswith("All right, nothing was changed.\n\nYour event, published")
    assert (look(office, lambda event: event.state), notices(office)) == (EventState.OPEN, [])
