"""The weekly digest: to each member what is open and ahead for them, in their language, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import broadcasts, weekly_rows
from bot.core.clock import Clock
from bot.network import Network, Weekly
from scheduler.schedules import Schedules
from storage.broadcasts import Broadcast
from storage.calls import Call, Dislike
from storage.database import Database
from storage.events import Event
from storage.files import Files
from storage.members import Member
from storage.outbox import OutboxRow
from storage.schedules import Run, Schedule
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import sqlite_alone
from tests.storage.people import add_broadcast

SUNDAY = datetime(2026, 11, 29, 6, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
"""10:00 in Baku, the hour of the digest."""

FRIDAY = datetime(2026, 12, 4, 19, 59, 59, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 10, 14, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.advance(SUNDAY - clock.now())
    return clock


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


def opens(office: Office, title: str, **values: Any) -> None:
    """A call that is open."""
    known = {"state": "open", "source": "en", "titles": {"en": title}, "texts": {}, "deadline": FRIDAY}
    call = Call(created_at=SUNDAY, **known | values)
    office.database.transact(lambda session: session.add(call))


def invites(office: Office, title: str, **values: Any) -> None:
    """An event that is open."""
    known = {
        "state": "open",
        "source": "en",
        "titles": {"en": title},
        "texts": {},
        "starts_at": DEADLINE,
        "place": "Bakı",
    }
    event = Event(created_at=SUNDAY, **known | values)
    office.database.transact(lambda session: session.add(event))


def schedules(office: Office) -> Schedules:
    return Schedules(office.database, office.clock, office.network, office.channels, office.files, lambda: None)  # type: ignore[arg-type]  # as in tests.chat


async def goes_on(office: Office, until: datetime | None = None) -> None:
    """Time passes until then, and everything ticks."""
    office.clock.advance(max((until or MONDAY) - office.clock.now(), timedelta()))
    await schedules(office).tick()
    await office.tick()
    await office.tick()


async def weeks_begin(office: Office) -> None:
    """The digest is known since Sunday, and leaves on Monday."""
    await goes_on(office, SUNDAY)
    await goes_on(office)


def digests(person: Person) -> list[list[str]]:
    """The paragraphs of each digest that came."""
    return [seen.text.split("\n\n") for seen in person.screen]


def titles(person: Person) -> list[str]:
    """What the last digest tells of."""
    lines = person.screen[-1].text.split("\n") if person.screen else []
    return [line.removeprefix("• ") for line in lines if line.startswith("• ")]


async def test_calls_and_events_the_soonest_first(office: Office) -> None:
    leyla = office.member("buttons", "1", "education")
    opens(office, "Later", deadline=DEADLINE, whole_day=False, amount_to=50_000, currency="AZN")
    opens(office, "Sooner")
    opens(office, "Always", deadline=None, amount_from=100, amount_to=100, currency="EUR")
    invites(office, "Meeting")
    await weeks_begin(office)
    heading, calls, events, reason = digests(leyla)[0]
    assert heading == "This week: calls and events for you"
    assert calls.split("\n") == [
        "Open funding calls",
        "• Sooner",
        "until 4 Dec 2026",
        "• Later",
        "up to 50,000\u00a0AZN · until Thursday, 10 December 2026, 18:00 (Baku time)",
        "• Always",
        "100\u00a0EUR",
    ]
    assert events.split("\n") == ["Coming events", "• Meeting", "Thursday, 10 December 2026, 18:00 (Baku time) · Bakı"]
    assert reason == "This digest comes once a week."
    assert leyla.screen[-1].options == ["Calls", "Events", "Stop the digest"]


async def test_to_each_what_concerns_them(office: Office) -> None:
    education = office.member("buttons", "1", "education", region="baku")
    health = office.member("numbers", "2", "health", region="mil-mughan")
    nobody = office.member("buttons", "3", "peace")
    opens(office, "Schools", topics=["education"])
    opens(office, "Clinics", topics=["health"])
    opens(office, "Sabirabad", topics=["education", "health"], regions=["mil-mughan"])
    opens(office, "Closed", topics=["peace"], state="closed")
    opens(office, "Over", topics=["peace"], deadline=SUNDAY)
    opens(office, "Draft", topics=["peace"], state="draft")
    invites(office, "Was", topics=["peace"], starts_at=SUNDAY)
    await weeks_begin(office)
    assert [titles(each) for each in (education, health, nobody)] == [["Schools"], ["Clinics", "Sabirabad"], []]


async def test_what_somebody_does_not_want_is_left_out(office: Office) -> None:
    leyla = office.member("buttons", "1", "education", "health")
    opens(office, "Schools", topics=["education"])
    opens(office, "Clinics", topics=["health"])
    member = office.id_of(leyla)
    office.database.transact(lambda session: session.add(Dislike(member_id=member, what="topic:education")))
    await weeks_begin(office)
    assert titles(leyla) == ["Clinics"]


@sqlite_alone
async def test_in_the_readers_language_with_what_there_is_in_another(office: Office) -> None:
    leyla = office.member("buttons", "1", language="ru")
    opens(office, "Schools", titles={"en": "Schools", "ru": "Школы"})
    opens(office, "Clinics", deadline=DEADLINE)
    await weeks_begin(office)
    found = titles(leyla)
    assert found[0] == "Школы"
    assert found[1].startswith("Clinics (")


async def test_where_nothing_is_open_nothing_is_sent(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await weeks_begin(office)
    sent = office.database.transact(lambda session: list(session.scalars(select(Broadcast))))
    assert (leyla.screen, sent) == ([], [])
    opens(office, "Schools", deadline=DEADLINE)
    await goes_on(office, MONDAY + timedelta(weeks=1))
    assert titles(leyla) == ["Schools"]


@pytest.mark.parametrize("shape", ["buttons", "numbers", "whatsapp"])
async def test_stopping_it_right_under_it(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    opens(office, "Schools", deadline=None)
    await weeks_begin(office)
    if shape == "whatsapp":
        await leyla.picks("Read")
    await leyla.picks("Stop the digest")
    assert leyla.sees == "Done. The weekly digest does not come any more; everything else does."
    received = leyla.received
    await goes_on(office, MONDAY + timedelta(weeks=1))
    assert leyla.received == received
    await leyla.says("/topics")
    await leyla.picks("Weekly digest: calls and events")
    await goes_on(office, MONDAY + timedelta(weeks=2))
    assert leyla.received > received


@sqlite_alone
async def test_the_topics_show_whether_it_comes(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await leyla.says("/topics")
    assert leyla.options[-1] == "✓ Weekly digest: calls and events"
    await leyla.picks("Weekly digest: calls and events")
    assert leyla.options[-1] == "Weekly digest: calls and events"


@sqlite_alone
async def test_undoing_that(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await leyla.says("STOP DIGEST")
    await leyla.picks("Undo")
    assert leyla.sees == "The weekly digest comes again, once a week."
    opens(office, "Schools")
    await weeks_begin(office)
    assert titles(leyla) == ["Schools"]


@pytest.mark.parametrize("shape", ["buttons", "numbers"])
async def test_it_is_one_message_however_much_there_is(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    for number in range(30):
        opens(office, f"{'A call with a very long name ' * 5}{number}", deadline=FRIDAY + timedelta(hours=number))
    invites(office, "Meeting", starts_at=FRIDAY + timedelta(days=20))
    await weeks_begin(office)
    assert leyla.received == 1
    shown = len(titles(leyla))
    assert 2 <= shown <= weekly_rows.MOST
    last = [part for part in digests(leyla)[0] if "write" in part]
    assert last == [
        f"{30 - shown} more calls: write {'/calls' if shape == 'buttons' else 'Calls'}",
        f"1 more event: write {'/events' if shape == 'buttons' else 'Events'}",
    ]


@sqlite_alone
@pytest.mark.parametrize(("late", "came"), [(timedelta(minutes=119), 1), (timedelta(minutes=121), 0)])
async def test_a_missed_hour_follows_the_grace(office: Office, late: timedelta, came: int) -> None:
    leyla = office.member("buttons", "1")
    opens(office, "Schools", deadline=None)
    await goes_on(office, SUNDAY)
    await goes_on(office, MONDAY + timedelta(weeks=3) + late)
    assert leyla.received == came
    runs = office.database.transact(lambda session: [(run.at, run.state) for run in session.scalars(select(Run))])
    assert runs == [(MONDAY + timedelta(weeks=3), "sent" if came else "missed")]


async def test_a_kill_between_two_slices_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_rows, "SLICE", 1)
    people = [office.member("buttons", str(number), "education") for number in range(1, 6)]
    opens(office, "Schools", topics=["education"])
    await goes_on(office, SUNDAY)
    office.clock.advance(MONDAY - office.clock.now())
    await schedules(office).tick()
    now = office.clock.now()

    def dies(session: Session) -> None:
        key = session.scalars(select(Broadcast.id)).one()
        for _ in range(2):
            broadcasts.advance(session, key, office.channels, now)  # type: ignore[arg-type]  # as in tests.chat
        raise InterruptedError

    with pytest.raises(InterruptedError):
        office.database.transact(dies)
    office.database.transact(lambda session: broadcasts.advance(session, 1, office.channels, now))  # type: ignore[arg-type]
    assert office.queued() == 1
    opens(office, "Too late for this one", topics=["education"])
    for _ in range(2):
        await schedules(office).tick()
        await office.tick()
    assert [titles(each) for each in people] == [["Schools"]] * 5
    assert [each.received for each in people] == [1] * 5


@sqlite_alone
async def test_who_stops_it_before_it_reaches_them_does_not_get_it(office: Office) -> None:
    leyla = office.member("buttons", "1")
    opens(office, "Schools")
    await goes_on(office, SUNDAY)
    office.clock.advance(MONDAY - office.clock.now())
    await schedules(office).tick()
    await office.database.run(lambda session: broadcasts.advance(session, 1, office.channels, office.clock.now()))  # type: ignore[arg-type]
    key = office.id_of(leyla)

    def stop(session: Session) -> None:
        session.get_one(Member, key).digest = False

    office.database.transact(stop)
    await office.tick()
    await office.tick()
    row = office.database.transact(lambda session: session.scalars(select(OutboxRow)).one())
    assert (leyla.screen, row.state, row.reason) == ([], "skipped", "left")


@sqlite_alone
async def test_nobody_but_members_who_agreed_gets_it(office: Office) -> None:
    gone = office.member("buttons", "1", stopped_at=SUNDAY)
    new = office.member("buttons", "2", registered_at=None)
    opens(office, "Schools")
    await weeks_begin(office)
    assert (gone.screen, new.screen) == ([], [])


@sqlite_alone
async def test_it_follows_the_file_of_the_network(office: Office) -> None:
    async def known(weekly: Weekly | None) -> list[tuple[int, str, str, datetime | None]]:
        changed = replace(office.network, digest=weekly)
        await Schedules(office.database, office.clock, changed, {}, office.files, lambda: None).tick()
        rows = office.database.transact(lambda session: list(session.scalars(select(Schedule))))
        return [(row.day, row.hour, row.state, row.next_at) for row in rows]

    tuesday = datetime(2026, 12, 1, 5, 30, tzinfo=UTC)
    assert await known(None) == []
    assert await known(Weekly(0, time(10))) == [(0, "10:00", "active", MONDAY)]
    assert await known(Weekly(1, time(9, 30))) == [(1, "09:30", "active", tuesday)]
    assert await known(None) == [(1, "09:30", "ended", None)]
    assert await known(Weekly(0, time(10))) == [(0, "10:00", "active", MONDAY)]


@sqlite_alone
async def test_staff_see_how_it_went(office: Office) -> None:
    owner = office.staff("buttons", "1", Role.OWNER)
    opens(office, "Schools")
    await weeks_begin(office)
    assert titles(owner) == ["Schools"]
    await owner.says("/broadcasts")
    assert [option.partition(": ")[0] for option in owner.options] == ["30 Nov, sent"]


@sqlite_alone
async def test_on_a_day_with_too_much_it_waits_with_the_rest(
    database: Database, mannered: Network, files: Files, clock: Clock
) -> None:
    office = Office(database, mannered, files, clock)
    leyla = office.member("buttons", "1")
    opens(office, "Schools", deadline=None)
    await goes_on(office, MONDAY - timedelta(hours=1))
    for text in ("One", "Two"):
        office.database.transact(partial(add_broadcast, clock=clock, text=text))
        await office.tick()
    await goes_on(office, MONDAY)
    office.database.transact(lambda session: add_broadcast(session, clock, "Three"))
    await office.tick()
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["One", "Two"]
    await goes_on(office, MONDAY + timedelta(days=1))
    assert leyla.received == 3
    assert leyla.sees.split("\n\n")[:4] == [
        "2 messages we kept for you",
        "This week: calls and events for you",
        "Open funding calls\n• Schools",
        "This digest comes once a week.",
    ]
    await leyla.picks("Read: This week: calls and events for you")
    assert (titles(leyla), leyla.options) == (["Schools"], ["Calls", "Stop the digest"])


async def test_what_somebody_declined_is_not_among_it(office: Office) -> None:
    leyla, boris = office.member("buttons", "1"), office.member("buttons", "2")
    for title in ("Schools", "Clinics"):
        opens(office, title)
    invites(office, "Meeting")
    for button in ("because:1:other", "rsvp:1:no"):
        await forges(leyla, button)
        await forges(boris, button.replace(":no", ":maybe"))
    await forges(boris, "for_us:1")
    await weeks_begin(office)
    assert (titles(leyla), titles(boris)) == (["Clinics"], ["Schools", "Clinics", "Meeting"])


@sqlite_alone
async def test_a_schedule_that_goes_on_again_tells_of_no_week_twice(office: Office) -> None:
    leyla = office.member("buttons", "1")
    opens(office, "Schools")
    await weeks_begin(office)

    def put_back(session: Session) -> None:
        """The clock was wrong, somebody paused the digest, and let it go on."""
        session.execute(update(Schedule).values(next_at=MONDAY))

    office.database.transact(put_back)
    await goes_on(office)
    assert len(digests(leyla)) == 1
