"""Who comes, who was there and what they thought of it: on the page, in the file and at the door."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from sqlalchemy import select

from storage.events import EventState, Reply, Rsvp
from storage.staff import AuditEntry, Role
from tests.chat import Person
from tests.handlers.admin.gatherings import answers, begins, completes, look, publishes, until
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

COUNTS = """Coming: 2 (4 seats)
Waiting for a seat: 1 (2 seats)
Maybe: 1
Not coming: 1
Free seats: 26 of 30
Were there: 1"""

NAMES = """Budget workshop

Coming (2)
• Rauf (3)
✓ Aysel

Waiting for a seat (1)
• <b>Nigar</b> (2)

Maybe (1)
• Tural

Not coming (1)
• Samir"""

VERDICT = """Budget workshop
2 of 2 who were there answered.
On average: 4.5 of 5
5: 1
4: 1
3: 0
2: 0
1: 0
What should be better:
• More coffee"""


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


async def opens(coordinator: Person, office: Office, seats: str = "") -> datetime:
    """A published event that nobody but the coordinator was invited to; returns when it begins."""
    await begins(coordinator)
    starts_at = await completes(coordinator, office)
    if seats:
        await coordinator.picks("Seats")
        await coordinator.says(seats)
    await publishes(coordinator, office)
    return starts_at


def there(office: Office) -> dict[int, datetime | None]:
    rows = office.database.transact(lambda session: session.scalars(select(Rsvp)).all())
    return {row.member_id: row.attended_at for row in rows}


async def test_the_list_names_everybody_by_their_answer(office: Office, coordinator: Person) -> None:
    await opens(coordinator, office, "30")
    answers(office, office.member("buttons", "2", name="Rauf"), seats=3)
    answers(office, office.member("buttons", "3", name="Aysel"), there=True)
    answers(office, office.member("buttons", "4", name="<b>Nigar</b>"), Reply.WAITING, seats=2)
    answers(office, office.member("buttons", "5", name="Tural"), Reply.MAYBE)
    answers(office, office.member("buttons", "6", name="Samir"), Reply.NO)
    await forges(coordinator, "event_page:1")
    assert coordinator.sees.split("\n\n")[2] == COUNTS
    await coordinator.picks("Who comes")
    assert coordinator.sees == NAMES
    answers(office, office.member("buttons", "7", name="Günay"))
    await coordinator.picks("Look again")
    assert "Coming (3)\n• Rauf (3)\n✓ Aysel\n• Günay" in coordinator.sees


async def test_names_are_ticked_at_the_door(office: Office, coordinator: Person) -> None:
    starts_at = await opens(coordinator, office)
    people = {name: office.member("buttons", name, name=name) for name in ("Rauf", "Aysel", "Nigar")}
    answers(office, people["Rauf"])
    answers(office, people["Aysel"], Reply.MAYBE)
    answers(office, people["Nigar"], Reply.NO)
    await forges(coordinator, "event_page:1")
    assert "Tick who is there" not in coordinator.options
    await until(office, starts_at - timedelta(hours=1))
    await forges(coordinator, "event_page:1")
    await coordinator.picks("Tick who is there")
    assert coordinator.options == ["Rauf", "Aysel", "Done", "Cancel"]
    await coordinator.picks("Rauf", "Aysel", "Aysel", "Done")
    assert coordinator.sees.startswith("1 is there of 2 on the list.\n\nYour event, published\n")
    assert [key for key, moment in there(office).items() if moment] == [office.id_of(people["Rauf"])]
    await coordinator.picks("Tick who is there")
    assert coordinator.options == ["✓ Rauf", "Aysel", "Done", "Cancel"]
    await coordinator.picks("Rauf", "Done")
    assert set(there(office).values()) == {None}


@both_shapes
async def test_who_came_in_with_the_code_meanwhile_stays_ticked(office: Office, coordinator: Person) -> None:
    starts_at = await opens(coordinator, office)
    rauf, aysel = (office.member("buttons", name, name=name) for name in ("Rauf", "Aysel"))
    answers(office, rauf)
    answers(office, aysel)
    await until(office, starts_at)
    await forges(coordinator, "event_tick:1")
    await aysel.says(look(office, lambda event: event.code))
    await coordinator.picks("Rauf", "Done")
    assert all(there(office).values())


@both_shapes
async def test_many_names_come_a_page_after_the_other(office: Office, coordinator: Person) -> None:
    starts_at = await opens(coordinator, office)
    for number in range(25):
        answers(office, office.member("buttons", f"m{number}", name=f"Member {number:02}"))
    await until(office, starts_at)
    await forges(coordinator, "event_tick:1")
    await coordinator.picks("Member 03", "Done")
    assert coordinator.sees == "1 is there of 25 on the list.\n\nThere are more names."
    await coordinator.picks("More names")
    assert coordinator.options[:-2] == [f"Member {number}" for number in range(20, 25)]
    await coordinator.picks("Member 24", "Done")
    assert coordinator.sees.startswith("2 are there of 25 on the list.\n\nYour event, published")


async def test_the_list_is_taken_away_as_a_table_that_runs_nothing(office: Office, coordinator: Person) -> None:
    await opens(coordinator, office)
    hostile = {"name": '=HYPERLINK("https://evil.example","x")', "role": "@SUM(1)", "email": "rauf@example.org"}
    answers(office, office.member("buttons", "2", phone="+994501234567", **hostile), seats=2, there=True)
    answers(office, office.member("buttons", "3", name="Aysel", language="ru"), Reply.NO)
    await forges(coordinator, "event_page:1")
    await coordinator.picks("List as CSV")
    assert coordinator.file is not None
    assert (coordinator.file.name, coordinator.file.mime) == ("event-1.csv", "text/csv")
    text = office.files.path(coordinator.file.file).read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(StringIO(text, newline=""))
    assert header == [
        "Organisation", "Name", "Role", "Phone", "E-mail", "Language", "Answer", "Seats", "Answered", "Was there"
    ]  # fmt: skip
    assert [row[:8] for row in rows] == [
        ["", f"'{hostile['name']}", "'@SUM(1)", "'+994501234567", "rauf@example.org", "English", "Coming", "2"],
        ["", "Aysel", "", "", "", "Russian", "Not coming", ""],
    ]
    assert [bool(row[9]) for row in rows] == [True, False]
    await forges(coordinator, "event_excel:1")
    assert coordinator.file.name == "event-1.xlsx"
    sheet = load_workbook(BytesIO(office.files.path(coordinator.file.file).read_bytes())).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == header
    assert [(cell.value, cell.data_type) for cell in sheet["B"]][1:] == [(hostile["name"], "s"), ("Aysel", "s")]
    actions = office.database.transact(lambda session: session.scalars(select(AuditEntry.action)).all())
    assert actions.count("event.file") == 2


async def test_those_who_were_there_are_asked_once_and_their_words_come_without_names(
    office: Office, coordinator: Person
) -> None:
    starts_at = await opens(coordinator, office)
    rauf = office.member("buttons", "2", name="Rauf")
    aysel = office.member("numbers", "3", name="Aysel")
    absent = office.member("buttons", "4", name="Nigar")
    for person in (rauf, aysel):
        answers(office, person, there=True)
    answers(office, absent)
    await until(office, starts_at + timedelta(hours=4))
    assert look(office, lambda event: (event.state, event.asked_at)) == (EventState.OVER, None)
    await until(office, starts_at + timedelta(hours=5, minutes=1))
    asked = "Budget workshop\nThank you for having been there. How useful was it for you?\n\n"
    assert rauf.sees.startswith(asked)
    assert aysel.sees.startswith(asked)
    assert [seen.text for seen in absent.screen if seen.text.startswith(asked)] == []
    await rauf.picks("5: very useful")
    await rauf.says("More coffee")
    await aysel.picks("4: useful")
    await until(office, starts_at + timedelta(hours=6))
    assert [seen.text for seen in rauf.screen].count(rauf.screen[0].text) == 1
    await forges(coordinator, "event_verdict:1")
    assert coordinator.sees == VERDICT


@both_shapes
async def test_nobody_is_asked_where_nobody_was_or_long_after(office: Office, coordinator: Person) -> None:
    starts_at = await opens(coordinator, office)
    rauf = office.member("buttons", "2", name="Rauf")
    answers(office, rauf)
    await until(office, starts_at + timedelta(days=4))
    await forges(coordinator, "event_tick:1")
    await coordinator.picks("Rauf", "Done")
    await until(office, starts_at + timedelta(days=4, hours=1))
    assert look(office, lambda event: event.asked_at) is None
    assert (await forges(coordinator, "event_verdict:1")).endswith("Nobody has said yet what they thought of it.")


@both_shapes
async def test_lists_and_files_are_for_those_who_hold_the_event(office: Office, coordinator: Person) -> None:
    await opens(coordinator, office)
    other = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    for option in ("event_people:1", "event_excel:1", "event_csv:1", "event_tick:1", "event_verdict:1"):
        assert (await forges(other, option)).startswith("I do not find this event among yours.")
    for made_up in ("event_people", "event_people:x", "event_people:99", "event_tick:1:-5", "event_tick:1:999"):
        assert await forges(coordinator, made_up)
