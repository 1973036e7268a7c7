"""Calendar files, read back by another library than the one that writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.actions import calendars
from bot.actions.calendars import written
from bot.core.clock import Clock
from bot.core.richtext import plain
from bot.network import Network
from scheduler.seats import Seats
from storage.calendars import all_taken, repoint
from storage.database import Database
from storage.events import Event, EventState
from storage.files import Files
from storage.members import Member
from storage.outbox import OutboxRow
from tests.storage.occasions import add_event
from tests.storage.people import add_member

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)

WORKSHOP: dict[str, Any] = {
    "id": 12,
    "state": EventState.OPEN,
    "source": "az",
    "titles": {"az": "Təlim: hesabat, büdcə; “Körpü”", "ru": "Тренинг"},
    "texts": {"az": "<b>Gəlin.</b>\nYer azdır, tələsin: " + "ə" * 200, "ru": "Приходите."},
    "starts_at": NOW + timedelta(days=3, hours=2),
    "ends_at": NOW + timedelta(days=3, hours=4),
    "place": "Nizami küç. 5, Bakı",
    "latitude": 40.3777,
    "longitude": 49.892,
    "link": "https://example.org/meet?id=1,2;3",
    "sequence": 3,
}


def event(**changes: Any) -> Event:
    return Event(**(WORKSHOP | changes))


def read(data: bytes) -> Any:
    """What vobject, which knows nothing of icalendar, makes of it; it raises where a rule is broken."""
    calendar = vobject.readOne(data.decode())
    calendar.validate(raiseException=True)
    return calendar


def facts(data: bytes) -> dict[str, Any]:
    return {line.name: line.value for line in read(data).vevent.getChildren()}


def test_another_library_reads_everything_back(network: Network) -> None:
    data = written(event(), "az", network, NOW)
    calendar = read(data)
    assert (calendar.version.value, calendar.method.value) == ("2.0", "PUBLISH")
    found = facts(data)
    assert found.pop("GEO") in {"40.3777;49.892", ("40.3777", "49.892"), (40.3777, 49.892)}
    assert found == {
        "UID": "event-12@azerbaijan.korpu",
        "SEQUENCE": "3",
        "DTSTAMP": NOW,
        "DTSTART": NOW + timedelta(days=3, hours=2),
        "DTEND": NOW + timedelta(days=3, hours=4),
        "SUMMARY": "Təlim: hesabat, büdcə; “Körpü”",
        "DESCRIPTION": "Gəlin.\nYer azdır, tələsin: " + "ə" * 200,
        "LOCATION": "Nizami küç. 5, Bakı",
        "URL": "https://example.org/meet?id=1,2;3",
        "STATUS": "CONFIRMED",
        "ORGANIZER": "invalid:nomail",
    }


def test_the_bytes_keep_the_rules_of_rfc_5545(network: Network) -> None:
    """Lines end in CRLF and have at most 75 bytes, none of them half a letter; moments are in UTC and say so."""
    data = written(event(), "az", network, NOW)
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert [line for line in lines if len(line) > 75 or b"\n" in line] == []
    assert [line.decode() for line in lines]
    assert b"DTSTART:20261128T100000Z" in lines
    assert b"DTEND:20261128T120000Z" in lines


def test_what_is_not_known_is_left_out(network: Network) -> None:
    data = written(event(ends_at=None, place="", latitude=None, longitude=None, link="", texts={}), "az", network, NOW)
    assert sorted(facts(data)) == ["DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "STATUS", "SUMMARY", "UID"]


def test_online_it_is_met_where_the_link_leads(network: Network) -> None:
    assert facts(written(event(place=""), "ru", network, NOW))["LOCATION"] == "https://example.org/meet?id=1,2;3"


def test_in_the_readers_language_or_the_one_it_was_written_in(network: Network) -> None:
    summaries = [facts(written(event(), language, network, NOW))["SUMMARY"] for language in ("ru", "en")]
    assert summaries == ["Тренинг", "Təlim: hesabat, büdcə; “Körpü”"]


def test_a_cancelled_one_takes_the_entry_from_the_calendar(network: Network) -> None:
    data = written(event(state=EventState.CANCELLED), "az", network, NOW)
    found = facts(data)
    assert read(data).method.value == "CANCEL"
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == ("event-12@azerbaijan.korpu", "4", "CANCELLED")


@settings(max_examples=60)
@given(
    title=st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=200).map(str.strip),
    text=st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n"), max_size=400),
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.timezones()),  # noqa: DTZ001 - its zone follows
)
def test_whatever_is_written_comes_back(network: Network, title: str, text: str, starts_at: datetime) -> None:
    whole = starts_at.replace(microsecond=0).astimezone(UTC)
    there = event(titles={"az": title}, texts={"az": str(escape(text))}, starts_at=whole, ends_at=None)
    found = facts(written(there, "az", network, NOW))
    assert (found["SUMMARY"], found["DTSTART"]) == (title, whole)
    assert found.get("DESCRIPTION", "") == text


class Calendars:
    """People with calendars, and an event that changes."""

    def __init__(self, database: Database, network: Network, files: Files, clock: Clock) -> None:
        self.database, self.network, self.files, self.clock = database, network, files, clock
        self.seats = Seats(database, clock, network, files, lambda: None)
        self.event = database.transact(lambda session: add_event(session, clock.now(), place="Nizami 5").id)

    def takes(self, user: str, **known: Any) -> int:
        def take(session: Session) -> int:
            member = add_member(session, self.clock, user, **known)
            now = self.clock.now()
            calendars.hand_out(session, session.get_one(Event, self.event), member, self.network, self.files, now)
            return member.id

        return self.database.transact(take)

    def change(self, **changes: Any) -> None:
        def write(session: Session) -> None:
            found = session.get_one(Event, self.event)
            found.sequence += 1
            for name, value in changes.items():
                setattr(found, name, value)

        self.database.transact(write)

    async def sent(self) -> list[tuple[int | None, str, str]]:
        """To whom, what was said, and what the file does, since the beginning; after a tick."""
        await self.seats.tick()
        rows = self.database.transact(lambda session: session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all())
        return [
            (row.member_id, plain(row.payload["text"]), self._method(row.payload["attachment"]["file"]))
            for row in rows
            if row.payload
        ]

    def _method(self, file: str) -> str:
        calendar = read(self.files.path(file).read_bytes())
        return f"{calendar.method.value} {calendar.vevent.dtstart.value:%H:%M} {calendar.vevent.sequence.value}"


@pytest.fixture
def shelf(database: Database, network: Network, files: Files, clock: Clock) -> Calendars:
    return Calendars(database, network, files, clock)


MOVED = "“Advocacy workshop” has changed. Open this file, and your calendar has the new time and place."
OFF = "“Advocacy workshop” was cancelled. Open this file, and it is taken from your calendar."


async def test_who_took_one_gets_a_new_one_when_the_event_moves_and_nobody_else(shelf: Calendars) -> None:
    aysel = shelf.takes("1")
    shelf.database.transact(lambda session: add_member(session, shelf.clock, "2"))
    assert await shelf.sent() == []
    there = (shelf.clock.now() + timedelta(days=9)).replace(hour=9, minute=30)
    shelf.change(starts_at=there, ends_at=there + timedelta(hours=1))
    assert await shelf.sent() == [(aysel, MOVED, "PUBLISH 09:30 1")]
    assert await shelf.sent() == [(aysel, MOVED, "PUBLISH 09:30 1")]
    shelf.change(state=EventState.CANCELLED)
    assert await shelf.sent() == [(aysel, MOVED, "PUBLISH 09:30 1"), (aysel, OFF, "CANCEL 09:30 3")]
    assert shelf.database.transact(lambda session: [*all_taken(session)]) == []


async def test_no_new_file_for_what_no_calendar_shows(shelf: Calendars) -> None:
    shelf.takes("1")
    shelf.change(capacity=20, texts={"en": "Something more."})
    assert await shelf.sent() == []


async def test_who_said_stop_gets_none(shelf: Calendars) -> None:
    shelf.takes("1", stopped_at=shelf.clock.now())
    shelf.change(place="Nizami 7")
    assert await shelf.sent() == []


async def test_nothing_is_kept_of_those_who_are_gone(shelf: Calendars) -> None:
    aysel = shelf.takes("1")
    shelf.database.transact(lambda session: session.execute(delete(Member).where(Member.id == aysel)))
    await shelf.seats.tick()
    assert shelf.database.transact(lambda session: [*all_taken(session)]) == []


async def test_two_who_turn_out_to_be_one_person_get_one(shelf: Calendars) -> None:
    aysel, again = shelf.takes("1"), shelf.takes("2")
    shelf.database.transact(lambda session: repoint(session, again, aysel))
    shelf.change(place="Nizami 7")
    assert [member for member, _said, _file in await shelf.sent()] == [aysel]
