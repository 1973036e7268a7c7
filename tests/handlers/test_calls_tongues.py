"""Funding calls, as members talk of them in Azerbaijani and in Russian; the words stand in tests/handlers/told."""

from __future__ import annotations

import pytest

from bot.actions.publishing import remind_until
from storage.calls import Call
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.handlers.calls import add_call, announce, ends
from tests.handlers.told import Told, in_both_tongues, passes

pytestmark = in_both_tongues

NAMES = {"az": ("Leyla", "Orxan"), "ru": ("Лейла", "Орхан")}

TITLES = [
    {"az": "Yaşıl məktəblər", "ru": "Зелёные школы"},
    {"az": "Kənd tibb məntəqələri", "ru": "Сельские медпункты"},
    {"az": "Kitabxana günləri", "ru": "Дни библиотек"},
    {"az": "Qadın kooperativləri", "ru": "Женские кооперативы"},
    {"az": "Gənc səslər", "ru": "Голоса молодых"},
]
PROJECTS = {"az": "Kiçik layihələr üçün.", "ru": "Для небольших проектов."}


@pytest.fixture
def people(office: Office, shape: str, language: str) -> dict[str, Person]:
    member, staff = NAMES[language]
    return {
        member: office.member(shape, "1", "education", "health", language=language, name=member),
        staff: office.staff(shape, "2", Role.COORDINATOR, language=language, name=staff),
    }


@pytest.fixture
def told(office: Office, shape: str, language: str, people: dict[str, Person]) -> Told:
    """Six calls are open, one of them written in English alone."""
    schools, clinics, libraries, cooperatives, voices = (
        {"titles": titles, "texts": PROJECTS, "source": "az", "author_id": office.id_of(people[NAMES[language][1]])}
        for titles in TITLES
    )
    add_call(office, "", **schools, donor="UNDP", amount_from=5000, amount_to=20000, currency="AZN",
             topics=["education"], deadline=ends(office.network, 3, 20), link="https://example.org/schools",
             registration="yes", eligible=["ngo", "youth"])  # fmt: skip
    add_call(office, "", **clinics, topics=["health"])
    add_call(office, "", **libraries, topics=["education"], deadline=ends(office.network, 4, 5), amount_to=3000,
             currency="EUR")  # fmt: skip
    add_call(office, "", **cooperatives, topics=["gender"], deadline=ends(office.network, 3, 9))
    add_call(office, "", **voices, topics=["rights"], deadline=ends(office.network, 5, 1))
    add_call(office, "Clean rivers", topics=["environment"], deadline=ends(office.network, 6, 1))
    return Told("calls", language, shape, office, people)


async def test_what_is_open_is_read_and_searched(told: Told) -> None:
    await told.goes("what is open", "searched")


async def test_one_is_announced_saved_and_reminds_before_its_deadline(
    told: Told, office: Office, language: str
) -> None:
    await announce(office, 1)
    await passes(office, office.clock.now())
    told.people[NAMES[language][1]].news.clear()  # how sending goes is told elsewhere
    office.database.transact(
        lambda session: remind_until(session, session.get_one(Call, 1), office.network, office.clock.now())
    )
    await told.goes("announced", "saved", "the deadline comes near")


async def test_a_reminder_of_ones_own(told: Told) -> None:
    await told.goes("remind me")


async def test_not_for_us_and_back_again(told: Told) -> None:
    await told.goes("not for us")


async def test_it_is_shared(told: Told) -> None:
    await told.goes("shared")


async def test_a_question_is_asked_and_answered(told: Told) -> None:
    await told.goes("asked")


async def test_a_member_proposes_one(told: Told) -> None:
    await told.goes("proposed", "accepted")


async def test_a_proposal_is_declined(told: Told) -> None:
    await told.goes("proposed", "declined")
