"""Signatures: one a person however many at once, and a text that nobody changes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from sqlalchemy.orm import Session

from bot.actions import retention, signature_files, signature_pages, signing
from bot.actions.signing import Count, Signer
from bot.core.clock import Clock
from bot.core.i18n import speaking
from bot.network import Network
from storage.database import Database
from storage.declarations import Declaration, DeclarationState, countries_of
from storage.files import Files
from storage.members import Member, addresses_of
from tests.actions.test_rsvps_race import at_once, processes
from tests.storage.declaring import add_declaration, add_signature
from tests.storage.people import add_member
from tests.storage.surveying import NOON

PEOPLE = 12
SIGNER = Signer("Aysel", "Initiative", "AZ", "en")


def prepared(database: Database, people: int) -> tuple[int, list[int]]:
    def write(session: Session) -> tuple[int, list[int]]:
        declaration = add_declaration(session)
        return declaration.id, [add_member(session, Clock(), f"{number}").id for number in range(people)]

    return database.transact(write)


def sign(database: Database, declaration_id: int, member_id: int) -> bool:
    def work(session: Session) -> bool:
        return signing.sign(session, declaration_id, session.get_one(Member, member_id), SIGNER, NOON) is not None

    return database.transact(work)


def signing_it(database: Database, declaration_id: int, member_id: int) -> Callable[[], bool]:
    return lambda: sign(database, declaration_id, member_id)


def test_however_many_sign_at_once_each_signs_once(database: Database) -> None:
    declaration_id, people = prepared(database, PEOPLE)
    with processes(database) as opened:
        tries = [(opened[place % len(opened)], member) for place, member in enumerate(people * 3)]
        done = at_once([signing_it(each, declaration_id, member) for each, member in tries])
    assert done == [True] * PEOPLE * 3
    assert database.transact(lambda session: signing.count(session, declaration_id)) == Count(PEOPLE, 1)


def test_nobody_signs_once_it_is_closed_however_close_it_is(database: Database) -> None:
    declaration_id, people = prepared(database, PEOPLE)

    def close(session: Session) -> bool:
        session.get_one(Declaration, declaration_id, with_for_update=True).state = DeclarationState.CLOSED
        return True

    with processes(database) as opened:
        works = [signing_it(each, declaration_id, member)
                 for each, member in zip(opened * PEOPLE, people, strict=False)]  # fmt: skip
        done = at_once([*works, lambda: opened[0].transact(close)])
    count = database.transact(lambda session: signing.count(session, declaration_id))
    assert count.people == sum(done[:-1])
    assert not sign(database, declaration_id, people[0])


def test_only_those_that_stand_are_counted(database: Database) -> None:
    def look(session: Session) -> tuple[dict[str, int], Count]:
        declaration = add_declaration(session)
        for name, country in (("A", "GE"), ("B", "GE"), ("C", "AZ")):
            add_signature(session, declaration, name, country)
        add_signature(session, declaration, "D", "TR", withdrawn_at=NOON)
        return countries_of(session, declaration.id), signing.count(session, declaration.id)

    assert database.transact(look) == ({"GE": 2, "AZ": 1}, Count(3, 2))


def test_who_is_erased_has_signed_nothing(database: Database) -> None:
    declaration_id, (member_id, other_id) = prepared(database, 2)
    for each in (member_id, other_id):
        sign(database, declaration_id, each)

    def forget(session: Session) -> Count:
        retention.forget(session, addresses_of(session, member_id)[0], "", NOON)
        return signing.count(session, declaration_id)

    assert database.transact(forget) == Count(1, 1)


def test_a_changed_text_is_noticed_everywhere(database: Database, network: Network, files: Files) -> None:
    """Nothing in the bot changes it; somebody with the database in their hands can."""
    declaration_id, (before, after) = prepared(database, 2)
    sign(database, declaration_id, before)

    def tamper(session: Session) -> None:
        declaration = session.get_one(Declaration, declaration_id)
        declaration.texts = declaration.texts | {"en": "No child has a school."}

    def export(session: Session) -> tuple[list[str], list[object], list[object]]:
        with speaking("en"):
            declaration = session.get_one(Declaration, declaration_id)
            book = load_workbook(
                BytesIO(files.path(signature_files.write(session, declaration, network, files)).read_bytes())
            )
            file = signature_pages.name(session, declaration, "en")
            pages = signature_pages.pages_of(session, file, network.zone, NOON)
            assert pages is not None
            text, signers, _countries = ([*sheet.values] for sheet in book)
            return pages["notes"][2:], [row[5] for row in signers[1:]], [row[1] for row in text[7:]]

    warning = "Attention: the text that is stored now is not the one that was signed."
    assert database.transact(export) == ([], ["Yes"], [])
    database.transact(tamper)
    assert database.transact(export) == ([warning], ["No"], [warning])
    sign(database, declaration_id, after)
    assert database.transact(export) == ([warning], ["No", "Yes"], [warning])


@pytest.mark.parametrize("column", ["titles", "texts"])
@pytest.mark.parametrize("language", ["az", "ru", "en", "fr"])
def test_a_change_in_any_language_is_noticed(database: Database, column: str, language: str) -> None:
    def look(session: Session) -> list[bool]:
        declaration = add_declaration(session)
        opened = signature_files.is_whole(session, declaration)
        setattr(declaration, column, getattr(declaration, column) | {language: "No school"})
        session.flush()
        session.expire_all()
        return [opened, signature_files.is_whole(session, declaration)]

    assert database.transact(look) == [True, False]


def test_other_signatures_are_another_document(database: Database) -> None:
    def names(session: Session) -> list[str]:
        declaration = add_declaration(session)
        found = [signature_pages.name(session, declaration, "en")]
        signature = add_signature(session, declaration, "Nino", "GE")
        found.append(signature_pages.name(session, declaration, "en"))
        found.append(signature_pages.name(session, declaration, "en"))
        signature.withdrawn_at = NOON + timedelta(hours=1)
        session.flush()
        return [*found, signature_pages.name(session, declaration, "en")]

    empty, signed, again, withdrawn = database.transact(names)
    assert signed == again
    assert len({empty, signed, withdrawn}) == 3
