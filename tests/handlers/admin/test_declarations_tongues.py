"""Declarations, as those who make them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

from typing import Final

import pytest
from sqlalchemy.orm import Session

from storage.declarations import Declaration
from storage.staff import Role
from tests.handlers.admin.office import Office
from tests.handlers.declarations.test_signing import CODE
from tests.handlers.told import Told, in_both_tongues, publishes

pytestmark = in_both_tongues

NAMES: Final = {"az": ("Orxan", "Leyla"), "ru": ("Орхан", "Лейла")}


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    staff, member = NAMES[language]
    people = {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        member: office.member(shape, "2", "education", language=language, name=member, country="AZ"),
    }
    return Told("declarations_office", language, shape, office, people)


async def test_a_declaration_is_written_opened_counted_and_closed(told: Told, office: Office) -> None:
    await told.goes("written", "terms", "in the other language")
    office.database.transact(_known_link)
    await publishes(told, "declaration_publish:1")
    await told.goes("announced", "page", "moved", "closed")


async def test_it_closes_at_its_hour(told: Told) -> None:
    await told.goes("written", "terms")
    await publishes(told, "declaration_publish:1")
    await told.goes("closed by itself")


async def test_a_draft_is_deleted(told: Told) -> None:
    await told.goes("written", "deleted")


def _known_link(session: Session) -> None:
    """One that can be told beforehand."""
    session.get_one(Declaration, 1).code = CODE
