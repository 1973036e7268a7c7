"""Events, as members talk of them in Azerbaijani and in Russian; the words stand in tests/handlers/told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import reminding, telling
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.events import EventState, ProposedTime
from storage.reminders import set_reminders
from tests.handlers.admin.office import Office
from tests.handlers.told import Told, in_both_tongues
from tests.storage.occasions import add_event

pytestmark = in_both_tongues

NAMES = {"az": ("Leyla", "Rauf", "Bahar"), "ru": ("Лейла", "Рауф", "Бахар")}
TITLES = {"az": "Büdcə təlimi", "ru": "Тренинг по бюджету"}
TEXTS = {"az": "Büdcəni birlikdə oxuyuruq.", "ru": "Вместе читаем бюджет."}


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    leyla, rauf, bahar = (
        office.member(shape, str(place), "education", language=language, name=name)
        for place, name in enumerate(NAMES[language])
    )
    people = dict(zip(NAMES[language], (leyla, rauf, bahar), strict=True))
    return Told("events", language, shape, office, people)


def plans(office: Office, *, days: int = 14, **changes: Any) -> None:
    """An event so many days after 1 March 2027, at 15:00, with its reminders."""
    starts_at = datetime(2027, 3, 1, 15, tzinfo=office.network.zone) + timedelta(days=days)
    values = {"titles": TITLES, "texts": TEXTS, "source": "az", "place": "Nizami 5, Bakı", "capacity": 3,
              "code": "K7M4", "topics": ["education"],
              "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}  # fmt: skip

    def write(session: Session) -> None:
        event = add_event(session, office.clock.now(), **(values | changes))
        if event.starts_at is not None:
            set_reminders(session, "event", event.id, reminding.event_reminders(event.starts_at, office.network.zone))

    office.database.transact(write)


async def announces(office: Office, about: str) -> None:
    texts = {language: Markup("<b>{}</b>").format(title) for language, title in TITLES.items()}
    office.database.transact(
        lambda session: telling.tell(
            session, BroadcastKind.NOTICE, about, 1, texts, "az", Audience(), office.clock.now()
        )
    )
    await office.tick()


async def test_what_is_ahead_is_read_and_searched(told: Told, office: Office) -> None:
    await told.goes("nothing ahead")
    plans(office)
    plans(office, days=21, titles={"en": "Summer school"}, texts={}, source="en", place="", capacity=None, topics=[])
    await told.goes("what is ahead")


async def test_coming_not_coming_and_maybe(told: Told, office: Office) -> None:
    plans(office)
    await announces(office, "event")
    await told.goes("answers", "seats for colleagues", "for my calendar")


async def test_a_seat_is_waited_for_offered_and_passed_on(told: Told, office: Office) -> None:
    plans(office, capacity=1)
    await told.goes("waiting list")


async def test_reminders_the_door_and_how_it_was(told: Told, office: Office) -> None:
    plans(office)
    await told.goes("reminders", "at the door", "how it was")


async def test_a_time_is_found(told: Told, office: Office) -> None:
    plans(office, state=EventState.CHOOSING, starts_at=None, ends_at=None)
    first = datetime(2027, 3, 10, 11, tzinfo=office.network.zone)
    times = [ProposedTime(event_id=1, starts_at=first + timedelta(days=days, hours=days)) for days in range(3)]
    office.database.transact(lambda session: session.add_all(times))
    await announces(office, "time")
    await told.goes("find a time")
