"""What a file cannot do is said as soon as it comes, and before sending; what is only on its way stops nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup

from bot.core.messages import Attachment, Kind
from storage import carried
from tests.chat import Person
from tests.handlers.admin.office import Office, forges

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

POSTER = Attachment("photo", "demo-telegram:AgAC", "poster.jpg", "image/jpeg", 1_000)
LETTER = Attachment("document", "demo-telegram:BQAC", "letter.pdf", "application/pdf", 6_100_000)
STORED = "sha256:" + "0" * 64

LARGE = (
    "⚠ A file for WhatsApp (demo) may have up to {} MB, and this one has {} MB. Please send a smaller one, or change"
    " who gets it."
)
KIND = (
    "⚠ WhatsApp (demo) does not carry files of this kind. Please send a PDF or a photo instead, or change who gets it."
)
LOOK_BELOW = "The file cannot go to everybody as it is. The lines with ⚠ say what to do."


@pytest.fixture(params=["buttons", "numbers"])
def shape(request: pytest.FixtureRequest) -> str:
    """Files are made up here, and WhatsApp itself would look at them."""
    return str(request.param)


@pytest.fixture
def owner(office: Office, owner: Person, shape: str) -> Person:
    """With a colleague on the other kind of phone. Telegram sends on by id, and lets bots have 20 MB."""
    office.member("numbers" if shape == "buttons" else "buttons", "2")
    can(office, "demo-telegram", resends=True, download=20_000_000)
    can(office, "demo-whatsapp", file=16_000_000, photo=5_000_000)
    return owner


def can(office: Office, channel: str, **changes: Any) -> None:
    phone = office.channels[channel]
    phone.capabilities = replace(phone.capabilities, **changes)


async def drafts(owner: Person, file: Attachment) -> list[str]:
    """A newsletter with this file; returns what its card says after the numbers."""
    await owner.says("/newsletter")
    await owner.sends(Kind.FILE, text=Markup("Look"), attachment=file)
    return notes(await owner.picks("English"))


def notes(card: str) -> list[str]:
    *_, last = card.split("\n\n")
    return [] if last.startswith("2 members") else last.split("\n")


async def fails_to_send(owner: Person) -> list[str]:
    """Neither the button nor a forged one sends it; returns what the card says then."""
    for option in ("send:1", "send_now:1:2"):
        assert (await forges(owner, option)).split("\n")[0] == LOOK_BELOW
    return notes(owner.sees)


async def test_a_file_from_another_messenger_is_fetched_and_stops_nobody(office: Office, owner: Person) -> None:
    assert await drafts(owner, POSTER) == []
    known = await office.database.read(lambda session: carried.resolve(session, [POSTER.file]))
    assert [(file.stored, file.tries) for file in known.values()] == [("", 0)]
    assert (await owner.picks("Send")).split("\n")[0] == "Send to 2 members now?"
    await owner.picks("Send to 2 members")
    assert owner.heard[-1] == "It is on its way to 2 members."


async def test_one_that_was_fetched_reaches_every_phone(office: Office, owner: Person) -> None:
    await drafts(owner, POSTER)
    await office.database.run(lambda session: carried.keep(session, POSTER.file, STORED))
    await owner.picks("Send", "Send to 2 members")
    await office.tick()
    received = {
        person.channel: [seen.outbound.attachment for seen in person.screen if seen.text.startswith("Look")][-1]
        for person in office.people.values()
    }
    assert received == {"demo-telegram": POSTER, "demo-whatsapp": replace(POSTER, file=STORED)}


@pytest.mark.parametrize(
    ("file", "note"),
    [
        (
            replace(POSTER, size=5_000_001),
            LARGE.format("5", "5.1"),
        ),
        (
            replace(LETTER, file=STORED, size=16_300_000),
            LARGE.format("16", "16.3"),
        ),
        (
            replace(LETTER, name="film.mp4", mime="video/mp4"),
            KIND,
        ),
        (
            replace(LETTER, mime="image/jpeg"),
            LARGE.format("5", "6.1"),
        ),
    ],
)
async def test_what_a_channel_cannot_carry_is_said_with_what_to_do(
    office: Office, owner: Person, file: Attachment, note: str
) -> None:
    can(office, "demo-whatsapp", mimes=frozenset({"image/jpeg", "application/pdf"}))
    assert await drafts(owner, file) == [note]
    assert await fails_to_send(owner) == [note]
    await office.database.run(lambda session: carried.keep(session, file.file, STORED))
    await owner.picks("Preview")
    assert notes(owner.sees) == [note]
    await owner.picks("Who gets it", "Channels", "Telegram (demo)", "Done")
    assert (await owner.picks("Back to the draft")).split("\n\n")[-1].split("\n")[0] == "1 member"
    assert (await owner.picks("Send")).split("\n")[0] == "Send to 1 member now?"


async def test_what_telegram_keeps_from_bots_is_said_also_while_nobody_is_elsewhere(
    office: Office, owner: Person
) -> None:
    can(office, "demo-whatsapp", file=50_000_000)
    note = LARGE.format("20", "25")
    assert await drafts(owner, replace(LETTER, size=25_000_000)) == [note]
    assert await fails_to_send(owner) == [note]
    await owner.picks("Who gets it", "Channels", "Telegram (demo)", "Done")
    assert (await owner.picks("Back to the draft")).split("\n")[-1] == note
    assert (await owner.picks("Send")).split("\n")[0] == "Send to 1 member now?"


@pytest.mark.parametrize("shape", ["buttons"])
async def test_in_a_network_of_one_messenger_any_size_goes(office: Office, owner: Person) -> None:
    await office.people["demo-whatsapp", "2"].says("STOP")
    del office.people["demo-whatsapp", "2"], office.channels["demo-whatsapp"]
    assert await drafts(owner, replace(LETTER, size=2_000_000_000)) == ["1 member", "Telegram (demo): 1 (English 1)"]
    assert (await owner.picks("Send")).split("\n")[0] == "Send to 1 member now?"


async def test_one_that_could_not_be_fetched_stops_the_sending_until_it_is_added_again(
    office: Office, owner: Person
) -> None:
    await drafts(owner, POSTER)
    await office.database.run(lambda session: carried.give_up(session, POSTER.file, "gone"))
    note = (
        "⚠ The file could not be fetched from Telegram (demo), so it cannot go out on WhatsApp (demo). Please remove it"
        " and add it again."
    )
    assert await fails_to_send(owner) == [note]
    await owner.picks("Remove the file", "Add a photo or document")
    assert notes(await owner.sends(Kind.FILE, attachment=POSTER)) == []
    assert (await owner.picks("Send")).split("\n")[0] == "Send to 2 members now?"


async def test_one_from_a_messenger_that_is_not_connected_cannot_go_out(owner: Person) -> None:
    said = await drafts(owner, replace(POSTER, file="telegram:AgAC"))
    assert said == [
        f"⚠ The file could not be fetched from telegram, so it cannot go out on {channel}. Please remove it and add it"
        " again."
        for channel in ("Telegram (demo)", "WhatsApp (demo)")
    ]


async def test_a_size_that_nobody_said_is_known_once_the_file_is_here(office: Office, owner: Person) -> None:
    can(office, "demo-whatsapp", file=1_000_000)
    assert await drafts(owner, replace(LETTER, size=0)) == []
    stored = office.files.store(bytes(1_234_567))
    await office.database.run(lambda session: carried.keep(session, LETTER.file, stored))
    assert await fails_to_send(owner) == [LARGE.format("1", "1.3")]


async def test_where_no_text_stands_beside_a_document_it_is_said_that_two_messages_come(
    office: Office, owner: Person
) -> None:
    can(office, "demo-whatsapp", captions=frozenset({"photo"}))
    note = "On WhatsApp (demo) the file comes in a message of its own."
    assert await drafts(owner, LETTER) == [note]
    assert note in (await owner.picks("Send")).split("\n")
    assert await drafts(owner, POSTER) == []
