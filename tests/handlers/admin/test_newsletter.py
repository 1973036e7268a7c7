"""Writing a newsletter: text, languages, a file, and a draft that waits for as long as it takes."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from bot.core.messages import Attachment, Kind
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import both_shapes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

POSTER = Attachment("photo", "sha256:" + "0" * 64, "poster.jpg", "image/jpeg", 1000)


def called(shape: str) -> str:
    """How the draft's card names it: a photo loses its name on WhatsApp."""
    return "📎 photo" if shape == "whatsapp" else "📎 poster.jpg"


CARD = """Your newsletter, not sent yet
Come on Friday, see our page

Written in: English
Not written in: Azerbaijani, Russian

It goes to
everybody who agreed to receive messages

3 members
Telegram (demo): 1 (English 1)
WhatsApp (demo): 2 (English 1 and Russian 1)

1 member who reads Russian will get the text in English."""


@both_shapes
async def test_a_text_becomes_a_draft_that_says_who_gets_it(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR)
    office.member("buttons" if shape == "numbers" else "numbers", "2")
    office.member("numbers", "3", language="ru")
    text = Markup('Come on <b>Friday</b>, see <a href="https://example.org">our page</a>')
    assert (
        await coordinator.says("/newsletter") == "Send me the text of the newsletter, or forward it.\n"
        "Bold, italic and links stay. One photo or document may come with it."
    )
    assert await coordinator.sends(Kind.TEXT, text=text) == "Which language is it in?"
    assert coordinator.options == ["Azərbaycanca", "Русский", "✓ English", "Back", "Cancel"]
    assert await coordinator.picks("English") == CARD
    assert coordinator.options == [
        "Add: Azərbaycanca",
        "Add: Русский",
        "Change: English",
        "Add a photo or document",
        "Who gets it",
        "Preview",
        "Send a test to me",
        "Time limit and urgency",
        "Send",
        "Delete the draft",
    ]


async def test_the_formatting_is_kept(owner: Person) -> None:
    await owner.says("/newsletter")
    await owner.sends(Kind.TEXT, text=Markup("<b>Friday</b> &amp; <i>Saturday</i>"))
    await owner.picks("English")
    await owner.picks("Send a test to me")
    assert str(owner.news[0].outbound.text).partition("\n")[0] == "<b>Friday</b> &amp; <i>Saturday</i>"


async def test_other_languages_are_added_and_changed(office: Office, owner: Person) -> None:
    office.member("numbers", "3", language="az")
    await drafts(owner, "Good news")
    assert owner.sees.rpartition("\n\n")[2] == "1 member who reads Azerbaijani will get the text in English."
    assert await owner.picks("Add: Azərbaycanca") == "Send me the text in Azerbaijani, or forward it."
    assert (await owner.says("Xəbər")).split("\n")[3] == "Written in: Azerbaijani, English"
    await owner.picks("Change: English")
    assert (await owner.says("Good news again")).split("\n")[1] == "Good news again"


async def test_a_photo_comes_with_the_text_or_later_and_goes_again(owner: Person, shape: str) -> None:
    poster = called(shape)
    await owner.says("/newsletter")
    await owner.sends(Kind.FILE, text=Markup("Look"), attachment=POSTER)
    assert (await owner.picks("English")).split("\n")[1:3] == ["Look", poster]
    assert (await owner.picks("Remove the file")).split("\n")[1:3] == ["Look", ""]
    await owner.picks("Add a photo or document")
    assert (await owner.says("here it is")).split("\n")[0] == "Please send a photo or a document."
    assert (await owner.sends(Kind.FILE, attachment=POSTER)).split("\n")[1:3] == ["Look", poster]


async def test_a_photo_alone_waits_for_its_text(owner: Person, shape: str) -> None:
    await owner.says("/newsletter")
    await owner.sends(Kind.FILE, attachment=POSTER)
    assert (await owner.picks("English")).split("\n")[3] == "The text is missing. Please add it."
    for way in ("Preview", "Send a test to me", "Send"):
        assert (await owner.picks(way)).split("\n")[0] == "There is no text yet. Please add it first."
    await owner.picks("Add: English")
    assert (await owner.says("Look")).split("\n")[1:3] == ["Look", called(shape)]


@both_shapes
async def test_a_text_too_long_for_a_channel_is_told_by_how_much(office: Office, owner: Person) -> None:
    office.member("numbers", "3")
    card = await drafts(owner, "a" * 1500)
    warning = re.fullmatch(
        r"⚠ The text in English is (\d+) characters too long for WhatsApp \(demo\)\.", card.split("\n")[-1]
    )
    assert warning is not None
    fits = 1500 - int(warning[1])
    await owner.picks("Change: English")
    card = await owner.says("a" * (fits + 1))
    assert card.split("\n")[-1] == "⚠ The text in English is 1 character too long for WhatsApp (demo)."
    await owner.picks("Change: English")
    card = await owner.says("a" * fits)
    assert [line for line in card.split("\n") if "⚠" in line] == []


async def test_drafts_wait_and_can_be_deleted(owner: Person) -> None:
    await drafts(owner, "The first")
    await drafts(owner, "The second")
    assert await owner.says("/newsletter") == (
        "Send me the text of a new one, or go on with:\n"
        "Bold, italic and links stay. One photo or document may come with it."
    )
    assert owner.options == ["The second", "The first", "Cancel"]
    await owner.picks("The first")
    assert await owner.picks("Delete the draft") == "Delete “The first”? It was not sent to anybody."
    await owner.picks("Yes, delete it")
    await owner.says("/newsletter")
    assert owner.options == ["The second", "Cancel"]
    await owner.picks("Cancel")
    assert (await forges(owner, "draft:1")).split(".")[0] == "This draft is not there any more"


async def test_a_new_text_may_be_sent_right_away_beside_an_old_draft(owner: Person) -> None:
    await drafts(owner, "The first")
    await owner.says("/newsletter")
    assert await owner.says("The second") == "Which language is it in?"
    assert (await owner.picks("English")).split("\n")[1] == "The second"
    await owner.says("/newsletter")
    assert owner.options == ["The second", "The first", "Cancel"]


async def test_a_draft_of_somebody_else_is_no_answer(office: Office, owner: Person, shape: str) -> None:
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    await drafts(owner, "The owner’s")
    await drafts(focal, "Mine")
    await focal.says("/newsletter")
    said = await forges(focal, f"{focal.last.outbound.menu}:draft:1")
    assert said.split("\n")[0] == "Please send the text."


async def test_without_words_the_text_is_asked_for(owner: Person) -> None:
    await owner.says("/newsletter")
    assert (await owner.says("  ")).split("\n")[0] == "Please send the text."
    await drafts(owner, "Good news")
    await owner.picks("Change: English")
    assert (await owner.says("  ")).split("\n")[0] == "Please send the text."


@pytest.mark.parametrize("form", ["Change: English", "Add: Русский", "Add a photo or document"])
async def test_leaving_a_question_leads_back_to_its_draft(owner: Person, form: str) -> None:
    card = await drafts(owner, "The first")
    await drafts(owner, "The second")
    await owner.says("/newsletter")
    await owner.picks("The first", form)
    assert await owner.picks("Cancel") == f"All right, nothing was changed.\n\n{card}"


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Apply at https://example.org/apply", "Apply at"),
        ("Apply https://example.org/a www.example.org/b", "Apply"),
        ("Apply: example.org/a", "Apply:"),
        ("Apply at https://example.org/apply by Friday", "Apply at https://example.org/apply by Friday"),
        (f"Apply at https://example.org/{'a' * 30} by the end of this week", "Apply at…"),
        ("https://example.org/apply", "example.org"),
        ("a" * 80, "a" * 59 + "…"),
        ("word " * 20, "word " * 11 + "word…"),
    ],
)
async def test_a_draft_is_listed_by_its_first_words(owner: Person, text: str, listed: str) -> None:
    await drafts(owner, text)
    await owner.says("/newsletter")
    assert owner.options == [listed, "Cancel"]


async def test_members_write_no_newsletters(office: Office, shape: str) -> None:
    member = office.member(shape, "5", "education")
    assert (await member.says("/newsletter")).split(".")[0] == "This is not open to you"
    assert (await forges(member, "newsletter")).split(".")[0] == "This is not open to you"


async def test_a_focal_point_reaches_no_draft_but_its_own(office: Office, owner: Person, shape: str) -> None:
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    await drafts(owner, "The owner’s")
    for option in ("draft:1", "draft_text:1:en", "audience:1", "preview:1", "try_out:1", "send:1", "send_now:1:2"):
        assert (await forges(focal, option)).split(".")[0] == "This newsletter is somebody else’s"
    await drafts(focal, "Mine")
    assert (await forges(owner, "draft:2")).split("\n")[1] == "Mine"


async def test_made_up_buttons_get_an_answer(owner: Person) -> None:
    for option in (
        "draft:" + "9" * 30,
        "draft",
        "draft:x:y:z",
        "send_now:1",
        "audience::",
        "draft_text:1",
        "broadcast:٣",
    ):
        assert await forges(owner, option) != ""
    assert owner.sees == "I do not find this newsletter among yours. Write {} to see them.".format(
        "/broadcasts" if owner.capabilities.commands else "Broadcasts"
    )


async def test_a_role_taken_back_in_the_middle_ends_it(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR)
    owner = office.staff(shape, "1", Role.OWNER)
    await coordinator.says("/newsletter")
    await coordinator.says("Too late")
    await forges(owner, f"staff_dismiss_now:{office.id_of(coordinator)}")
    assert coordinator.sees == "Your role as coordinator has ended. What you follow and receive stays as it is."
    await coordinator.says("Still there?")
    assert coordinator.heard == ["I did not understand that.\n\nWhat would you like to do?"]
    assert (await coordinator.says("/newsletter")).split(".")[0] == "This is not open to you"
