"""A member reads a declaration, signs it, and can take that back; whoever is new here signs it through its link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.declarations import Declaration, DeclarationState, Signature
from storage.members import Member
from storage.organisations import Organisation
from tests.chat import Person
from tests.handlers.admin.declaring import signatures
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import sqlite_alone
from tests.storage.declaring import add_declaration, add_signature

pytestmark = sqlite_alone

CODE = "402913377105"

CONSENT = (
    "If you sign, your name, organisation and country are kept with the text and stand in the list of signers, which "
    "may be published. You can take your signature back at any time, and {forget} erases all of it.\n\n"
)


def opened(office: Office, **values: Any) -> None:
    office.database.transact(lambda session: add_declaration(session, **values))


def signs_already(office: Office, *countries: str) -> None:
    """Somebody else, once from each of these."""

    def write(session: Session) -> None:
        for country in countries:
            add_signature(session, session.get_one(Declaration, 1), "Nino Beridze", country)

    office.database.transact(write)


def closes(office: Office) -> None:
    def write(session: Session) -> None:
        declaration = session.get_one(Declaration, 1)
        declaration.state, declaration.closed_at = DeclarationState.CLOSED, office.clock.now()

    office.database.transact(write)


def consent(person: Person) -> str:
    return CONSENT.format(forget="/forget" if person.capabilities.commands else "Forget me")


def command(person: Person) -> str:
    return "/declarations" if person.capabilities.commands else "Declarations"


@pytest.fixture
def rauf(office: Office, shape: str) -> Person:
    """Known by name, organisation and country."""
    person = office.member(shape, "2", "education", name="Rauf", country="AZ")

    member_id = office.id_of(person)

    def join(session: Session) -> None:
        organisation = Organisation(name="Qafqaz", folded="qafqaz", created_at=office.clock.now())
        session.add(organisation)
        session.flush()
        session.get_one(Member, member_id).organisation_id = organisation.id

    office.database.transact(join)
    return person


async def test_a_member_signs_as_whom_they_are_known(office: Office, rauf: Person) -> None:
    opened(office)
    signs_already(office, "GE")
    assert await rauf.says(command(rauf)) == "Declarations you can sign, the newest first"
    assert rauf.options == ["Schools (open)"]
    text = await rauf.picks("Schools (open)")
    assert text == "Schools\n\nEvery child has a school.\n\nSigned by 1 person from 1 country"
    assert rauf.options == ["Sign it", "Azərbaycanca", "Русский", "Declarations"]
    assert (await rauf.picks("Sign it")).startswith(
        f"{consent(rauf)}Is everything right?\nName: Rauf\nOrganisation: Qafqaz\nCountry: Azerbaijan"
    )
    assert signatures(office)[1:] == []
    thanks = await rauf.picks("I sign")
    assert thanks == "Thank you. You signed “Schools”. It is signed by 2 people from 2 countries so far."
    assert signatures(office)[1:] == [("Rauf", "Qafqaz", "AZ", True)]
    await rauf.picks("Declarations")
    assert rauf.options == ["Schools (signed)"]


async def test_what_is_known_can_be_changed_before_signing(office: Office, rauf: Person) -> None:
    opened(office)
    await forges(rauf, "sign_now:1:en")
    await rauf.picks("Change: Country")
    await rauf.says("tukriye")
    await rauf.picks("Türkiye", "Change: Organisation", "Skip", "I sign")
    assert signatures(office) == [("Rauf", "", "TR", True)]


async def test_it_is_signed_in_the_language_it_was_read_in(office: Office, rauf: Person) -> None:
    opened(office)
    text = await forges(rauf, "sign:1")
    assert text == "Schools\n\nEvery child has a school."
    assert await rauf.picks("Русский") == "Школы\n\nШкола для каждого."
    await rauf.picks("Sign it", "I sign")
    read_in = select(Signature.language)
    assert office.database.transact(lambda session: session.scalars(read_in).all()) == ["ru"]


async def test_a_signature_is_taken_back_and_given_again(office: Office, rauf: Person) -> None:
    opened(office)
    await forges(rauf, "sign_now:1:en")
    await rauf.picks("I sign")
    assert await rauf.picks("Take my signature back") == "Take your signature under “Schools” back?"
    gone = await rauf.picks("Yes, take it back")
    assert gone.startswith("Your signature does not count any more.\n\nSchools\n\n")
    assert signatures(office) == [("Rauf", "Qafqaz", "AZ", False)]
    assert rauf.options[0] == "Sign it"
    await rauf.picks("Sign it", "I sign")
    assert signatures(office) == [("Rauf", "Qafqaz", "AZ", True)]


async def test_signing_thrice_is_signing_once(office: Office, rauf: Person) -> None:
    opened(office)
    for _ in range(3):
        await forges(rauf, "sign_now:1:en")
        if "I sign" in rauf.options:
            await rauf.picks("I sign")
    assert signatures(office) == [("Rauf", "Qafqaz", "AZ", True)]
    assert "You signed on 1 Mar 2027: Rauf, Qafqaz, Azerbaijan." in rauf.sees


async def test_it_may_close_while_somebody_writes(office: Office, rauf: Person) -> None:
    opened(office)
    await forges(rauf, "sign_now:1:en")
    closes(office)
    said = await rauf.picks("I sign")
    assert said.startswith(
        "It was closed meanwhile, so your signature could not be taken. Thank you all the same.\n\nSchools"
    )
    assert (signatures(office), rauf.options) == ([], ["Azərbaycanca", "Русский", "Declarations"])


async def test_nobody_signs_after_the_hour_it_closes(office: Office, rauf: Person) -> None:
    opened(office, closes_at=office.clock.now() + timedelta(hours=1))
    await forges(rauf, "sign_now:1:en")
    office.clock.advance(timedelta(hours=1))
    assert (await rauf.picks("I sign")).startswith("It was closed meanwhile")
    assert signatures(office) == []


async def test_its_word_works_on_every_phone(office: Office, rauf: Person) -> None:
    opened(office)
    assert await rauf.says("SIGN 1") == "Schools\n\nEvery child has a school."
    assert await rauf.says("sign") == "Declarations you can sign, the newest first"
    assert await rauf.says("SIGN 7") == "I do not find this declaration any more."


async def test_cancelling_signs_nothing(office: Office, rauf: Person) -> None:
    opened(office)
    await forges(rauf, "sign_now:1:en")
    assert await rauf.picks("Cancel") == "All right, you did not sign.\n\nSchools\n\nEvery child has a school."
    assert signatures(office) == []


async def test_somebody_new_signs_through_the_link_and_may_join(office: Office, shape: str) -> None:
    opened(office, code=CODE)
    nino = office.person(shape, "9")
    if shape == "whatsapp":
        await nino.says("/en")
    assert await nino.says(f"/start sign_{CODE}") == "Schools\n\nEvery child has a school."
    assert await nino.picks("Sign it") == f"{consent(nino)}What is your name, as it shall stand under the text?"
    assert (
        await nino.says("N")
        == "Please write at least 2 characters.\n\nWhat is your name, as it shall stand under the text?"
    )
    await nino.says("Nino Beridze")
    await nino.picks("Skip")
    assert (await nino.says("Atlantis?!")).startswith("I found nothing for “Atlantis?!”.")
    await nino.says("грузия")
    await nino.picks("Georgia")
    thanks = await nino.picks("I sign")
    assert thanks.split("\n\n")[0] == "Thank you. You signed “Schools”. It is signed by 1 person from 1 country so far."
    assert nino.options == ["Register", "Take my signature back", "Declarations"]
    assert signatures(office) == [("Nino Beridze", "", "GE", True)]
    await nino.picks("Register", "English")
    kept = await nino.picks("No")
    assert kept.startswith("That is all right. We keep only what you signed and your contact")
    assert signatures(office) == [("Nino Beridze", "", "GE", True)]
    await nino.says("/forget" if nino.capabilities.commands else "Forget me")
    await nino.picks("Yes, erase everything")
    assert signatures(office) == []


async def test_the_code_can_be_typed_after_the_word(office: Office, shape: str) -> None:
    opened(office, code=CODE)
    nino = office.person(shape, "9")
    if shape == "whatsapp":
        await nino.says("/en")
    assert await nino.says(f"sign {CODE}") == "Schools\n\nEvery child has a school."


async def test_without_a_link_it_is_for_members(office: Office, shape: str) -> None:
    opened(office)
    nino = office.person(shape, "9")
    if shape == "whatsapp":
        await nino.says("/en")
    assert (await forges(nino, "sign:1")).startswith("This declaration is for members. Register first")
    assert (await forges(nino, "sign_now:1:en")).startswith("This declaration is for members. Register first")


async def test_a_long_text_is_read_whole(office: Office, rauf: Person) -> None:
    text = "\n".join(f"{number}. Every village is asked before its school is closed." for number in range(1, 101))
    opened(office, texts={"en": text})
    await forges(rauf, "sign:1")
    read = "\n".join(seen.text for seen in rauf.news)
    assert [f"\n{number}. Every" in f"\n{read}" for number in range(1, 101)] == [True] * 100
    assert rauf.options[0] == "Sign it"


async def test_many_are_listed_page_by_page(office: Office, rauf: Person) -> None:
    for number in range(7):
        opened(office, titles={"en": f"Declaration {number}"}, texts={"en": "Text"})
    assert await rauf.says(command(rauf)) == "Declarations you can sign, the newest first\n1 to 5 of 7"
    assert await rauf.picks("More") == "Declarations you can sign, the newest first\n6 to 7 of 7"
    assert rauf.options == ["Declaration 1 (open)", "Declaration 0 (open)", "From the beginning"]
