"""Writing a funding call in the chat: on its page every detail is a tap or a line, and bad input changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.mentions import mentioned
from bot.core.locale import date_words
from bot.core.messages import Attachment, Kind
from bot.core.moments import some_day
from storage.calls import Call
from storage.newsletters import Newsletter
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes, sqlite_alone

GUIDE = Attachment("document", "sha256:" + "0" * 64, "guide.pdf", "application/pdf", 1000)


async def begins(person: Person, title: str = "Green schools", text: str = "For small projects.") -> str:
    """Write a call up to its page."""
    await forges(person, "call_new")
    await person.picks("English")
    await person.says(title)
    return await person.says(text)


def column(office: Office, name: str, key: int = 1) -> Any:
    return office.database.transact(lambda session: getattr(session.get_one(Call, key), name))


async def test_a_call_begins_with_its_words(owner: Person) -> None:
    await owner.says("/calls")
    await owner.picks("New call")
    assert owner.sees == "Which language is it in?"
    assert await owner.picks("English") == "What is the call named in English?"
    assert await owner.says("  Green\nschools ") == (
        "What is it about? Write the text in English: what is given money for, and how to apply.\n"
        "Amount, deadline and link have a place of their own."
    )
    text = Markup("For <b>small</b> projects.")
    assert (await owner.sends(Kind.TEXT, text=text)).split("\n\n") == [
        "Kept as a draft. Now add what is known of it, as much as you like, at any time.",
        "A call, not published yet",
        "Green schools\nFor small projects.",
        "Written in: English\nNot written in: Azerbaijani, Russian",
        "Not said yet: Donor, Amount, Deadline and Web page.",
    ]
    assert owner.options == [
        "Add: Azərbaycanca",
        "Add: Русский",
        "Change: English",
        "Donor",
        "Amount",
        "Who may apply",
        "Topics",
        "Regions",
        "Web page",
        "Grant registration",
        "Documents",
        "Deadline",
        "Preview",
        "Send a test to me",
        "Publish",
        "Delete the draft",
    ]


@sqlite_alone
@pytest.mark.parametrize("language", ["az", "ru"])
async def test_everything_is_said_in_the_language_of_the_author(
    office: Office, owner: Person, shape: str, language: str
) -> None:
    author = office.staff(shape, "2", Role.COORDINATOR, language=language)
    await begins(owner)
    page, options = owner.sees.split("\n\n"), owner.options
    await begins(author)
    assert author.sees.split("\n\n")[2] == page[2] == "Green schools\nFor small projects."
    assert not {*author.sees.split("\n")[:1], *author.sees.split("\n\n")[1:2]} & {*page}
    assert {*author.options} & {*options} <= {"Donor"}  # which is the same word in Azerbaijani


async def test_every_detail_is_a_tap_or_a_line(office: Office, owner: Person) -> None:
    day = (office.clock.now().astimezone(office.network.zone) + timedelta(days=40)).date()
    await begins(owner)
    await owner.picks("Donor")
    await owner.says("European Union")
    await owner.picks("Amount")
    assert await owner.says("5000-20000") == "5,000–20,000: in which currency?"
    await owner.picks("EUR")
    await owner.picks("Deadline")
    await owner.says(f"{day:%d.%m.%Y}")
    await owner.picks("Who may apply", "Registered NGOs", "Youth organisations", "Done")
    await owner.picks("Topics", "Education", "Done")
    await owner.picks("Regions", "Baku", "Done")
    await owner.picks("Grant registration", "It must be registered")
    await owner.picks("Web page")
    page = await owner.says("www.example.org/call")
    assert page.split("\n\n")[2].split("\n") == [
        "Written in: English",
        "Not written in: Azerbaijani, Russian",
        "Donor: European Union",
        "Amount: 5,000–20,000\u00a0EUR",
        f"Apply until: {date_words(day)}",
        "Who may apply: registered NGOs and youth organisations",
        "Regions: Baku",
        "Topics: Education",
        "The grant must be registered.",
        "Web page: https://www.example.org/call",
    ]
    assert "Not said yet" not in page


async def test_bad_input_gets_a_sentence_and_the_field_again(office: Office, owner: Person) -> None:
    await begins(owner)
    await owner.picks("Deadline")
    day = f"{some_day(office.clock.now(), office.network.zone):%d.%m.%Y}"
    assert (await owner.says("31.02.2030")).split("\n\n") == [
        "There is no such day in the calendar. Please check the date.",
        (
            "Until when can one apply?\n"
            f"Write a day, such as {day}, or a day and an hour. Skip it if the call stays open."
        ),
    ]
    await owner.says("/cancel")
    await owner.picks("Web page")
    assert (await owner.says("ask me")).split("\n\n")[0] == (
        "This is not a link. Please copy it from the browser: it begins with https://"
    )
    assert (await owner.picks("Cancel")).split("\n\n")[0] == "All right, nothing was changed."
    assert (column(office, "link"), column(office, "deadline")) == ("", None)


@both_shapes
async def test_a_text_too_long_for_a_channel_is_said_at_once(owner: Person) -> None:
    await forges(owner, "call_new")
    await owner.picks("English")
    await owner.says("Green schools")
    told = (await owner.says("a" * 1600)).split("\n\n")[0]
    over = int("".join(letter for letter in told if letter.isdecimal()))
    assert told == f"This is {over} characters too long for WhatsApp (demo). Please shorten it."
    assert (await owner.says("a" * (1601 - over))).split("\n\n")[0] == (
        "This is 1 character too long for WhatsApp (demo). Please shorten it."
    )
    assert (await owner.says("a" * (1600 - over))).split("\n\n")[1] == "A call, not published yet"


async def test_other_languages_are_added_and_changed_in_part(office: Office, owner: Person) -> None:
    await begins(owner)
    assert await owner.picks("Add: Azərbaycanca") == "What is the call named in Azerbaijani?"
    await owner.says("Yaşıl məktəblər")
    await owner.says("Kiçik layihələr üçün.")
    assert await owner.picks("Change: Azərbaycanca") == (
        "This is the title in Azerbaijani now. Send me all of it as it should be, or skip it.\n\nYaşıl məktəblər"
    )
    await owner.picks("Skip")
    await owner.says("Böyük layihələr üçün.")
    assert column(office, "titles") == {"en": "Green schools", "az": "Yaşıl məktəblər"}
    assert column(office, "texts") == {"en": "For small projects.", "az": "Böyük layihələr üçün."}


@sqlite_alone
async def test_what_is_to_be_known_of_registration_is_asked_with_the_words(office: Office, owner: Person) -> None:
    await begins(owner)
    await owner.picks("Grant registration", "It must be registered")
    await owner.picks("Change: English", "Skip", "Skip")
    assert owner.sees == "What else should applicants know of the registration of the grant?"
    assert "The grant must be registered. Within 30 days." in (await owner.says("Within 30 days.")).split("\n")
    await owner.picks("Grant registration", "Not known")
    assert (column(office, "registration"), column(office, "note")) == ("", {"en": "Within 30 days."})


async def test_documents_are_added_and_removed(office: Office, owner: Person, shape: str) -> None:
    name = "document" if shape == "whatsapp" else "guide.pdf"  # where it loses its name
    await begins(owner)
    assert await owner.picks("Documents") == "Send me the document."
    assert (await owner.says("soon")).split("\n\n")[0] == "Please send a photo or a document."
    assert await owner.sends(Kind.FILE, attachment=GUIDE) == f"Documents\n📎 {name}"
    assert owner.options == ["Add a document", f"Remove: {name}", "Back to the call"]
    await owner.picks("Back to the call")
    assert f"Documents: {name}" in owner.sees.split("\n")
    assert column(office, "documents")[0]["file"] in office.database.transact(mentioned)  # so housekeeping keeps it
    await owner.picks("Documents", f"Remove: {name}")
    assert column(office, "documents") == []


@sqlite_alone
async def test_a_call_has_so_many_documents_at_most(office: Office, owner: Person) -> None:
    await begins(owner)

    def fill(session: Session) -> None:
        session.get_one(Call, 1).documents = [
            {"kind": "document", "file": f"sha256:{n}", "name": f"{n}.pdf"} for n in range(5)
        ]

    office.database.transact(fill)
    assert (await forges(owner, "call_file:1")).split("\n\n")[0] == (
        "A call can have 5 documents. Please remove one first."
    )


async def test_drafts_wait_for_weeks_and_stand_in_their_own_list(office: Office, owner: Person) -> None:
    await begins(owner)
    office.clock.advance(timedelta(days=40))
    await owner.says("/newsletter")
    assert owner.options == ["Cancel"]
    await owner.picks("Cancel")
    await owner.says("/calls")
    assert await owner.picks("Drafts") == "Drafts"
    assert owner.options == ["Green schools", "New call"]
    assert (await owner.picks("Green schools")).split("\n")[0] == "A call, not published yet"


async def test_a_draft_is_deleted_when_somebody_is_sure(office: Office, owner: Person) -> None:
    await begins(owner)
    await owner.picks("Preview")
    assert await owner.picks("Delete the draft") == "Delete the call “Green schools”? It was not sent to anybody."
    assert (await owner.picks("No, leave it")).split("\n")[0] == "A call, not published yet"
    assert await owner.picks("Delete the draft", "Yes, delete it") == "The draft is deleted."
    assert office.database.transact(lambda session: (session.get(Call, 1), session.get(Newsletter, 1))) == (None, None)
    assert (await forges(owner, "call_sheet:1")).split(".")[0] == "I do not find this call among yours"


async def test_a_draft_is_its_authors_and_theirs_who_run_the_network(office: Office, owner: Person, shape: str) -> None:
    author = office.staff(shape, "2", Role.FOCAL_POINT, topics=["education"])
    other = office.staff(shape, "3", Role.FOCAL_POINT, topics=["education"])
    member = office.member(shape, "4", "education")
    await begins(author)
    assert (await forges(owner, "call_sheet:1")).split("\n")[0] == "A call, not published yet"
    assert (await forges(other, "call_sheet:1")).split(".")[0] == "I do not find this call among yours"
    assert (await forges(member, "call_sheet:1")).split(".")[0] == "This is not open to you"
    assert (await forges(member, "call_new")).split(".")[0] == "This is not open to you"


async def test_a_focal_point_chooses_among_its_topics(office: Office, shape: str) -> None:
    author = office.staff(shape, "2", Role.FOCAL_POINT, topics=["education", "health"])
    await begins(author)
    assert await author.picks("Topics") == "Which topics does it belong to?\nTick none for all your topics."
    assert author.options == ["Education", "Health", "Done", "Cancel"]
    await author.picks("Done")
    assert column(office, "topics") == ["education", "health"]


@pytest.mark.parametrize(
    "key", ["call_sheet:9", "call_words:9:en", "call_publish:x", "call_field:9:donor", "call_close:9"]
)
@sqlite_alone
async def test_a_button_of_no_call_says_so(owner: Person, key: str) -> None:
    assert (await forges(owner, key)).split(".")[0] == "I do not find this call among yours"
