"""A declaration is written in the chat, opened for signature, counted by country, closed and taken away as files."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions.declarations import fingerprint
from storage.declarations import Declaration, DeclarationState
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.declaring import begins, look, opens, prints
from tests.handlers.admin.gatherings import day, typed, until
from tests.handlers.admin.gatherings import words as moment_words
from tests.handlers.admin.office import Office, forges
from tests.storage.declaring import add_signature

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


def signs(office: Office, *countries: str) -> None:
    """Somebody from each of these."""

    def write(session: Session) -> None:
        for place, country in enumerate(countries):
            add_signature(session, session.get_one(Declaration, 1), f"Signer {place}", country)

    office.database.transact(write)


async def test_it_begins_with_its_words(coordinator: Person) -> None:
    page = (await begins(coordinator)).split("\n\n")
    assert page == [
        "Kept as a draft. You can go on at any time.",
        "A declaration, not open for signature yet",
        "Schools\nEvery child has a school.",
        "Written in: English\nNot written in: Azerbaijani, Russian",
        "It goes to\neverybody who agreed to receive messages",
        page[5],
        "It stays open until you close it.\nEvery member can sign it.",
    ]
    assert coordinator.options == [
        "Add: Azərbaycanca",
        "Add: Русский",
        "Change: English",
        "Who gets it",
        "Open until",
        "Who can sign",
        "Read it as a signer",
        "Preview",
        "Open for signature",
        "Delete the draft",
    ]


async def test_its_terms_and_other_languages_are_a_few_lines(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    closes = day(office, 9, 18)
    await coordinator.picks("Open until")
    assert (await coordinator.says("31.02.2027")).endswith("Skip it to close it by hand.")
    await coordinator.says(typed(closes))
    page = await coordinator.picks("Who can sign", "Anybody who has the link")
    assert page.endswith(f"Open until {moment_words(office, closes)}\nAnybody who has the link can sign it.")
    await coordinator.picks("Add: Русский")
    await coordinator.says("Школы")
    page = await coordinator.says("Школа для каждого.")
    assert "Written in: Russian, English\nNot written in: Azerbaijani" in page
    read = await coordinator.picks("Read it as a signer", "Русский")
    assert read.startswith("Школы\n\nШкола для каждого.")
    code = look(office, lambda declaration: declaration.code)
    assert (len(code), code.isdecimal()) == (12, True)
    await coordinator.picks("Back to the declaration", "Who can sign", "Members alone")
    assert look(office, lambda declaration: declaration.code) == ""


async def test_a_text_is_two_pages_at_most(office: Office, coordinator: Person) -> None:
    await coordinator.says("/declarations" if coordinator.capabilities.commands else "Declarations")
    await coordinator.picks("New declaration", "English")
    await coordinator.says("Schools")
    said = await coordinator.says("word " * 4000)
    assert said.startswith("That is 13999 characters too long: up to 6000 fit here. Please make it shorter.")
    await coordinator.says("x" * 6000)
    assert look(office, lambda declaration: declaration.texts) == {"en": "x" * 6000}


async def test_it_is_frozen_when_it_is_sent(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    page = await coordinator.picks("Open for signature")
    assert page.startswith("Once it is sent, no word of it can change: what is signed stays as it was signed.")
    assert look(office, lambda declaration: (declaration.state, declaration.frozen)) == ("draft", "")
    await coordinator.picks("Send to 1 member")
    await office.tick()
    await office.tick()
    words = '{"texts":{"en":"Every child has a school."},"titles":{"en":"Schools"}}'
    kept = look(office, lambda declaration: (declaration.state, declaration.frozen))
    assert kept == (DeclarationState.OPEN, sha256(words.encode()).hexdigest())
    for option in ("declaration_words:1:en", "declaration_field:1:signers", "declaration_delete_now:1"):
        assert (await forges(coordinator, option)).startswith("A declaration, open for signature since ")
    assert look(office, fingerprint) == kept[1]


async def test_who_signed_is_counted_by_country_as_it_comes(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await coordinator.picks("Who can sign", "Anybody who has the link")
    await opens(coordinator, office)
    page = await forges(coordinator, "declaration_page:1")
    assert page.split("\n\n")[1] == "Nobody has signed it yet."
    code = look(office, lambda declaration: declaration.code)
    assert page.split("\n\n")[3].count(f"sign_{code}") == len(office.channels)
    signs(office, "GE", "AZ", "GE", "AT", "AM")
    page = await forges(coordinator, "declaration_page:1")
    assert page.split("\n\n")[1] == "Signed by 5 people from 4 countries"
    assert await coordinator.picks("By country") == (
        "Signed by 5 people from 4 countries\nGeorgia: 2\nArmenia: 1\nAustria: 1\nAzerbaijan: 1"
    )
    office.database.transact(lambda session: setattr(session.get_one(Member, 1), "language", "az"))
    in_azerbaijani = await forges(coordinator, "declaration_countries:1")
    assert in_azerbaijani.split("\n")[1:] == ["Gürcüstan: 2", "Avstriya: 1", "Azərbaycan: 1", "Ermənistan: 1"]


async def test_it_is_closed_by_hand_for_everybody(office: Office, coordinator: Person, shape: str) -> None:
    member = office.member(shape, "2", "education")
    await begins(coordinator)
    await opens(coordinator, office, "Send to 2 members")
    await forges(coordinator, "declaration_close:1")
    page = await coordinator.picks("Yes, close it")
    assert page.startswith("Done. Its copies say so where they can be changed.\n\nA declaration, closed on ")
    await coordinator.picks("All declarations", "Closed declarations", "Schools")
    assert coordinator.sees.startswith("A declaration, closed on ")
    await office.tick()
    if member.capabilities.edits:
        assert [seen.text.split("\n")[1].startswith("Closed on ") for seen in member.screen] == [True]
    assert (await forges(member, "sign:1")).split("\n\n")[2].startswith("Closed on ")
    assert member.options == ["Declarations"]


async def test_it_closes_at_its_hour_which_can_be_moved(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await coordinator.picks("Open until")
    await coordinator.says(typed(day(office, 2, 18)))
    await opens(coordinator, office)
    await forges(coordinator, "declaration_end_field:1:closes_at")
    await coordinator.says(typed(day(office, 3, 18)))
    await until(office, day(office, 2, 19))
    assert look(office, lambda declaration: declaration.state) == DeclarationState.OPEN
    closes = day(office, 1, 18)
    await until(office, day(office, 1, 19))
    kept = look(office, lambda declaration: (declaration.state, declaration.closed_at))
    assert kept == (DeclarationState.CLOSED, closes)


async def test_the_signers_leave_as_a_workbook(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await opens(coordinator, office)
    signs(office, "GE", "AZ", "GE")
    await forges(coordinator, "declaration_files:1")
    assert await coordinator.picks("Excel") == "Schools"
    assert coordinator.file is not None
    book = load_workbook(BytesIO(office.files.path(coordinator.file.file).read_bytes()))
    text, signers, countries = ([*sheet.values] for sheet in book)
    assert [row[:3] for row in signers] == [
        ("Name", "Organisation", "Country"),
        ("Signer 1", None, "Azerbaijan"),
        ("Signer 0", None, "Georgia"),
        ("Signer 2", None, "Georgia"),
    ]
    assert {row[5] for row in signers[1:]} == {"Yes"}
    assert countries == [("Country", "Code", "Signatures"), ("Georgia", "GE", 2), ("Azerbaijan", "AZ", 1)]
    frozen = look(office, lambda declaration: declaration.frozen)
    assert text == [
        ("Language", "Title", "Text"),
        ("English", "Schools", "Every child has a school."),
        (None, "SHA-256 when it was opened", frozen),
        (None, "SHA-256 of what is stored now", frozen),
        (None, "That is the SHA-256 of this", text[-1][2]),
    ]
    assert sha256(str(text[-1][2]).encode()).hexdigest() == frozen


async def test_they_leave_as_a_document_to_print(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await opens(coordinator, office)
    signs(office, "GE")
    await prints(office)
    await forges(coordinator, "declaration_files:1")
    assert coordinator.options == ["Excel", "PDF: English", "Back to the declaration"]
    assert await coordinator.picks("PDF: English") == "Schools"
    assert coordinator.file is not None
    assert coordinator.file.name == "declaration-1-en.pdf"
    assert office.files.path(coordinator.file.file).read_bytes().startswith(b"%PDF-")
    await coordinator.picks("Excel")
    assert coordinator.file.name == "declaration-1.xlsx"


async def test_a_draft_can_be_thrown_away_with_all_that_belongs_to_it(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    assert await coordinator.picks("Delete the draft") == (
        "Delete the declaration “Schools”? It was not sent to anybody."
    )
    assert await coordinator.picks("Yes, delete it") == "The draft is deleted."
    left = office.database.transact(
        lambda session: [session.scalar(select(func.count()).select_from(table)) for table in (Declaration, Newsletter)]
    )
    assert left == [0, 0]


async def test_others_neither_see_nor_change_it(office: Office, coordinator: Person, shape: str) -> None:
    await begins(coordinator)
    options = ("declaration_page:1", "declaration_publish:1", "declaration_files:1", "declaration_pdf:1:en")
    stranger = office.member(shape, "7", "education")
    for option in options:
        assert (await forges(stranger, option)).startswith("This is not open to you.")
    focal = office.staff(shape, "8", Role.FOCAL_POINT, topics=["health"])
    for option in options:
        assert (await forges(focal, option)).startswith("I do not find this declaration among yours.")
    assert (await forges(stranger, "sign:1")).startswith("I do not find this declaration any more.")


async def test_it_is_not_sent_when_it_would_be_closed_already(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await coordinator.picks("Open until")
    await coordinator.says(typed(day(office, 1, 12)))
    await until(office, day(office, 2, 12))
    page = await forges(coordinator, "declaration_publish:1")
    assert page.startswith("It would be closed already. Please say until when it is open.")


async def test_the_audit_log_says_what_was_done(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await opens(coordinator, office)
    await forges(coordinator, "declaration_close_now:1")
    said = await coordinator.says("/audit" if coordinator.capabilities.commands else "Audit log")
    assert said.split("\n")[1].endswith("closed the declaration “Schools”")
    assert said.split("\n")[-1].endswith("began a declaration: “Schools”")
