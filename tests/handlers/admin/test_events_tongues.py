"""Events, as those who hold them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

import pytest

from storage.events import Event
from storage.staff import Role
from tests.handlers.admin.office import Office
from tests.handlers.told import Told, in_both_tongues, publishes

pytestmark = in_both_tongues

NAMES = {"az": ("Orxan", "Leyla", "Rauf"), "ru": ("Орхан", "Лейла", "Рауф")}


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    staff, leyla, rauf = NAMES[language]
    people = {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        leyla: office.member(shape, "2", "education", language=language, name=leyla, phone="+994501234567"),
        rauf: office.member(shape, "3", "education", language=language, name=rauf),
    }
    return Told("events_office", language, shape, office, people)


def with_code(office: Office) -> None:
    """At the door of the first event one says K7M4."""
    office.database.transact(lambda session: setattr(session.get_one(Event, 1), "code", "K7M4"))


async def test_an_event_from_its_title_to_what_was_thought_of_it(told: Told, office: Office) -> None:
    await told.goes("begun", "details")
    with_code(office)
    await publishes(told, "event_publish:1")
    await told.goes("published", "moved", "the day", "afterwards")


async def test_bad_input_gets_a_sentence_and_the_field_again(told: Told) -> None:
    await told.goes("begun", "a beginning that cannot be", "an end that cannot be", "seats, place and link")


async def test_an_event_is_called_off(told: Told, office: Office) -> None:
    await told.goes("begun", "details")
    with_code(office)
    await publishes(told, "event_publish:1")
    await told.goes("published", "called off")


async def test_a_time_is_found_together(told: Told) -> None:
    await told.goes("begun", "times offered")
    await publishes(told, "event_time_ask:1")
    await told.goes("times announced", "a time picked")


async def test_a_draft_is_deleted(told: Told) -> None:
    await told.goes("begun", "deleted")
