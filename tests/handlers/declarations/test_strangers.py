"""Who is no member reads and signs what they have the link of; its number alone opens nothing to them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from bot.actions import members
from storage.members import Member
from tests.chat import Person
from tests.handlers.admin.declaring import signatures
from tests.handlers.admin.office import Office, forges
from tests.handlers.declarations.test_signing import CODE, closes, command, opened
from tests.handlers.people import AYSEL, in_english, member_of, sqlite_alone

pytestmark = sqlite_alone

FOR_MEMBERS = "This declaration is for members. Register first, it takes two minutes: "
UNKNOWN = "I do not find this declaration any more."


@pytest.fixture
async def nino(office: Office, shape: str) -> Person:
    """Nobody knows her yet."""
    person = office.person(shape, "9")
    await in_english(person)
    return person


async def signs(person: Person, name: str = "Nino Beridze", country: str = "Georgia") -> str:
    """Through the link, for nobody's organisation."""
    await person.says(f"/start sign_{CODE}")
    await person.picks("Sign it")
    await person.says(name)
    await person.picks("Skip")
    await person.says(country)
    return await person.picks(country, "I sign")


async def test_a_number_that_is_guessed_opens_nothing(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    for guess in ("SIGN 1", "/start sign_1", "SIGN 000000000001"):
        assert (await nino.says(guess)).startswith(FOR_MEMBERS)
    for option in ("sign:1", "sign:1:ru", "sign_now:1:en", "unsign:1", "unsign_now:1"):
        assert (await forges(nino, option)).startswith(FOR_MEMBERS)
    assert await nino.says("SIGN 402913377106") == UNKNOWN
    await nino.says(command(nino))
    assert nino.sees == "No declaration waits for your signature at the moment."
    assert signatures(office) == []


async def test_everything_under_the_link_leads_on_by_its_code(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await nino.says(f"/start sign_{CODE}")
    assert await nino.picks("Русский") == "Школы\n\nШкола для каждого."
    assert await nino.picks("English") == "Schools\n\nEvery child has a school."
    assert await nino.picks("Sign it", "Cancel") == (
        "All right, you did not sign.\n\nSchools\n\nEvery child has a school."
    )
    assert (await signs(nino)).startswith("Thank you. You signed “Schools”.")
    await nino.says(command(nino))
    assert nino.options == ["Schools (signed)"]
    assert "You signed on 1 Mar 2027: Nino Beridze, Georgia." in await nino.picks("Schools (signed)")
    await nino.picks("Take my signature back", "Yes, take it back", "Sign it")
    assert nino.sees.endswith("What is your name, as it shall stand under the text?")


async def test_once_it_is_closed_the_link_shows_what_was_signed(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    closes(office)
    said = await nino.says(f"/start sign_{CODE}")
    assert said.startswith("Schools\n\nEvery child has a school.\n\nClosed on ")
    assert nino.options == ["Azərbaycanca", "Русский", "Declarations"]
    assert (await forges(nino, f"sign_now:{CODE}:en")).startswith("Schools\n\n")
    assert signatures(office) == []


async def test_of_a_signer_nothing_else_is_known(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await signs(nino)
    known = await member_of(nino)
    kept = (known.name, known.country, known.organisation_id, known.phone, known.consented_at, known.registered_at)
    assert kept == ("", "", None, "", None, None)


async def test_who_stops_has_signed_all_the_same(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await signs(nino)
    await nino.says("STOP")
    assert signatures(office) == [("Nino Beridze", "", "GE", True)]


async def test_who_joins_afterwards_has_signed(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await signs(nino)
    member_id = office.id_of(nino)

    def join(session: Session) -> None:
        members.register(session, office.network, session.get_one(Member, member_id), AYSEL, office.clock.now())

    office.database.transact(join)
    await nino.says(command(nino))
    assert nino.options == ["Schools (signed)"]


async def test_who_was_erased_is_somebody_new(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await signs(nino)
    await nino.says("/forget" if nino.capabilities.commands else "Forget me")
    await nino.picks("Yes, erase everything")
    await in_english(nino)
    assert await nino.says(f"/start sign_{CODE}") == "Schools\n\nEvery child has a school."
    await signs(nino, "N. Beridze", "Türkiye")
    assert signatures(office) == [("N. Beridze", "", "TR", True)]


async def test_the_link_does_not_end_what_was_begun(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await nino.says("/start")
    await nino.picks("English", "Yes, I agree")
    question = nino.sees.rpartition("\n\n")[2]
    await nino.says(f"/start sign_{CODE}")
    assert nino.heard[0].startswith("Schools\n\nEvery child has a school.")
    await forges(nino, f"sign_now:{CODE}:en")
    await nino.says("Nino Beridze")
    await nino.picks("Skip")
    await nino.says("Georgia")
    await nino.picks("Georgia", "I sign")
    assert nino.heard[0].startswith("Thank you. You signed “Schools”.")
    assert signatures(office) == [("Nino Beridze", "", "GE", True)]
    if not nino.capabilities.buttons:
        await nino.says("Continue")
    assert nino.heard[-1].endswith(question)


@pytest.mark.parametrize("name", ["=cmd()", "Нино Ё. Щукина", "ნინო", "Nino 😀", 'O\'Neil "Mic" <b>'])
async def test_a_name_is_kept_as_it_was_written(office: Office, nino: Person, name: str) -> None:
    opened(office, code=CODE)
    await signs(nino, name)
    assert signatures(office) == [(name, "", "GE", True)]


async def test_a_name_has_a_length(office: Office, nino: Person) -> None:
    opened(office, code=CODE)
    await nino.says(f"/start sign_{CODE}")
    await nino.picks("Sign it")
    assert (await nino.says("N" * 200)).startswith("That is 100 characters too long: up to 100 fit here.")
    await nino.says("N" * 100)
    assert nino.sees.startswith("Which organisation do you sign for?")
