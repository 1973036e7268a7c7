"""Declarations, as signers talk of them in Azerbaijani and in Russian; the words stand in tests/handlers/told."""

from __future__ import annotations

from typing import Final

import pytest

from storage.staff import Role
from tests.handlers.admin.office import Office, forges
from tests.handlers.declarations.test_signing import CODE, closes, opened
from tests.handlers.told import Told, in_both_tongues

pytestmark = in_both_tongues

NAMES: Final = {"az": ("Orxan", "Leyla", "Nino"), "ru": ("Орхан", "Лейла", "Нино")}
TITLES: Final = {"az": "Hər uşağa məktəb", "ru": "Школа каждому ребёнку"}
TEXTS: Final = {
    "az": "Hər uşağın yaxında məktəbi olmalıdır.",
    "ru": "У каждого ребёнка должна быть школа рядом с домом.",
}


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    staff, member, stranger = NAMES[language]
    people = {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        member: office.member(shape, "2", "education", language=language, name=member, country="AZ"),
        stranger: office.person(shape, "9", language),
    }
    opened(office, code=CODE, source="az", titles=TITLES, texts=TEXTS)
    return Told("declarations", language, shape, office, people)


async def test_a_member_signs_takes_it_back_and_reads_it_in_the_other_language(told: Told) -> None:
    await told.goes("what waits", "signed", "taken back", "left")


async def test_a_stranger_signs_through_the_link_alone(told: Told) -> None:
    await told.goes("guessed", "through the link")


async def test_it_closes_while_somebody_signs(told: Told, office: Office, language: str) -> None:
    await forges(told.people[NAMES[language][1]], f"sign_now:1:{language}")
    closes(office)
    await told.goes("closed meanwhile")
