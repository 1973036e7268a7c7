"""The menu leads to the declarations for whom there are any, and holds no more than a list of WhatsApp's does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from storage.declarations import DeclarationState
from storage.members import Member
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.handlers.declarations.test_signing import CODE, closes, opened
from tests.handlers.declarations.test_strangers import signs
from tests.handlers.people import in_english, sqlite_alone

pytestmark = sqlite_alone

LISTED = 10
"""https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages"""

MENU = ["Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]
WITH_DECLARATIONS = ["Funding calls", "Events", "Surveys", "Declarations", "Topics", "My profile", "Help"]


async def menu(person: Person) -> list[str]:
    await person.says("thanks")
    return person.options


@pytest.fixture
def leyla(office: Office, shape: str) -> Person:
    return office.member(shape, "2", name="Leyla", country="AZ")


async def test_it_leads_there_while_one_is_open(office: Office, leyla: Person) -> None:
    opened(office, state=DeclarationState.DRAFT)
    assert await menu(leyla) == MENU
    opened(office)
    assert await menu(leyla) == WITH_DECLARATIONS
    assert await leyla.picks("Declarations") == "Declarations you can sign, the newest first"


async def test_once_all_are_closed_it_leads_there_for_whoever_signed(office: Office, leyla: Person) -> None:
    opened(office)
    other = office.member("buttons", "3")
    await menu(leyla)
    await leyla.picks("Declarations", "Schools (open)", "Sign it")
    await leyla.picks("Skip", "I sign")
    closes(office)
    assert (await menu(leyla), await menu(other)) == (WITH_DECLARATIONS, MENU)
    await leyla.picks("Declarations", "Schools (signed)", "Take my signature back", "Yes, take it back")
    assert await menu(leyla) == MENU


async def test_who_is_no_member_comes_back_to_what_they_signed(office: Office, shape: str) -> None:
    opened(office, code=CODE)
    nino = office.person(shape, "9")
    await in_english(nino)
    assert "Declarations" not in await menu(nino)
    await signs(nino)
    assert await menu(nino) == ["Register", "Funding calls", "Events", "Surveys", "Declarations", "Topics", "Help"]


@pytest.mark.parametrize("stopped_at", [None, datetime(2027, 1, 1, tzinfo=UTC)])
async def test_the_longest_menu_is_a_list_yet(office: Office, shape: str, stopped_at: datetime | None) -> None:
    opened(office)
    owner = office.staff(shape, "1", Role.OWNER)
    owner_id = office.id_of(owner)

    def stop(session: Session) -> None:
        session.get_one(Member, owner_id).stopped_at = stopped_at

    office.database.transact(stop)
    options = await menu(owner)
    assert len(options) == LISTED
    assert options[-3:] == ["Newsletter", "Broadcasts", "Staff"]
