"""Somebody new joins: in their language, knowing what is kept, and without ever losing what they answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions import invitations, retention
from bot.core.fields import Found
from bot.core.messages import Kind
from storage.members import topics_of
from storage.organisations import Organisation
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import (
    WHICH_LANGUAGE,
    enrol,
    every_shape,
    everybody,
    in_english,
    look,
    member_of,
    sqlite_alone,
)

WELCOME = """\
UN-NGO Informal Regional Network in Azerbaijan (UN-NGO-IRENE/Azerbaijan)

The network links non-governmental organisations in Azerbaijan with one another and with the United Nations. NGOs in \
consultative status with ECOSOC are its primary members; it is open to all NGOs that support the goals of the United \
Nations.

It is run by: National Assembly of Youth Organizations of the Republic of Azerbaijan (NAYORA).

If you join, we keep your answers and write to you about the topics you choose, and now and then about the network \
itself. Those who run the network see your answers; your colleagues see your name and job when we ask them to confirm \
you. At any time you can read all of it ({mydata}), stop our messages ({stop}) or have everything erased ({forget}).

Do you agree?"""

WHICH_ORGANISATION = "Which organisation are you from? Please write its name, or a part of it."
WHERE = """\
Where do you work? Choose a region, or write the name of your city or district.
If it is in another country, write which one."""
ECOSOC = """\
Is your organisation in consultative status with ECOSOC?
If you have not heard of this, choose “No”."""
TOPICS = "What may we write to you about? Choose one topic or more. You can change this at any time."
IS_IT_ONE = "Is it one of these? If not, write it in another way."


async def agree(person: Person) -> str:
    await person.says("/start")
    return await person.picks("English", "Yes, I agree")


async def add_organisation(person: Person, name: str) -> str:
    await person.says(name)
    return await person.picks(f"Add “{name}”")


@every_shape
async def test_a_newcomer_joins(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)

    assert await aysel.says("/start") == WHICH_LANGUAGE
    if shape == "whatsapp":  # which tells nobody's language
        assert aysel.options == ["✓ Azərbaycanca", "Русский", "English", "Ləğv et"]
    else:
        assert aysel.options == ["Azərbaycanca", "Русский", "✓ English", "Cancel"]
    words = {"mydata": "/mydata", "stop": "/stop", "forget": "/forget"}
    if shape != "buttons":
        words = {"mydata": "My data", "stop": "Stop", "forget": "Forget me"}
    assert await aysel.picks("English") == WELCOME.format(**words)
    assert aysel.options == ["Yes, I agree", "No", "Back", "Cancel"]
    thanks = "Thank you. A few short questions now; you can change every answer later."
    assert await aysel.picks("Yes, I agree") == f"{thanks}\n\n{WHICH_ORGANISATION}"
    assert (
        await aysel.says("Initiative")
        == "I do not know “Initiative” yet. If it is written correctly, add it; if not, write it again."
    )
    assert await aysel.picks("Add “Initiative”") == WHERE
    assert await aysel.says("сабирабад") == IS_IT_ONE
    assert await aysel.picks("Sabirabad (Mil-Mughan)") == ECOSOC
    assert await aysel.picks("No") == TOPICS
    await aysel.picks("Education", "Health")
    assert [option for option in aysel.options if "✓" in option] == ["✓ Education", "✓ Health"]
    assert await aysel.picks("Done") == "What is your name?"
    asked = "What do you do in your organisation? For example: director, project coordinator, volunteer."
    assert await aysel.says("Aysel Məmmədova") == asked
    assert await aysel.says("director") == "On which phone number can the coordinators call you?"
    assert await aysel.says("050 123 45 67") == "What is your e-mail address?"
    assert await aysel.picks("Skip") == (
        "Is everything right?\nOrganisation: Initiative\nRegion: Sabirabad (Mil-Mughan)\nECOSOC status: No\n"
        "Topics: Education, Health\nName: Aysel Məmmədova\nYour job: director\nPhone: +994 50 123 45 67\nE-mail: –"
    )
    assert await aysel.picks("Done") == "Thank you, Aysel Məmmədova. You are registered."
    assert aysel.options == ["Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]

    member = await member_of(aysel)
    assert (member.name, member.role, member.phone, member.email) == (
        "Aysel Məmmədova", "director", "+994501234567", ""
    )  # fmt: skip
    assert (member.country, member.ecosoc, member.membership) == ("AZ", "none", "confirmed")
    assert member.district == "sabirabad"
    assert member.registered
    assert await look(chat, lambda session: topics_of(session, member.id)) == {"education", "health"}


@every_shape
async def test_every_answer_can_be_changed_in_the_summary(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await agree(aysel)
    await add_organisation(aysel, "Initiative")
    await aysel.says("Gürcüstan")
    await aysel.picks("Georgia", "Skip", "Skip")
    for answer in ("Aysel", "director", "aysel@example.org"):
        await aysel.says(answer)
    assert aysel.sees == (
        "This does not look like a phone number. Please write it with the country code.\n\n"
        "On which phone number can the coordinators call you?"
    )
    await aysel.picks("Skip")
    assert await aysel.says("aysel@example.org") == (
        "Is everything right?\nOrganisation: Initiative\nRegion: Georgia\nECOSOC status: –\nTopics: –\nName: Aysel\n"
        "Your job: director\nPhone: –\nE-mail: aysel@example.org"
    )
    await aysel.picks("Change: Name")
    await aysel.says("Aysel Quliyeva")
    await aysel.picks("Done")
    member = await member_of(aysel)
    assert (member.name, member.region, member.country) == ("Aysel Quliyeva", "", "GE")


@every_shape
async def test_a_week_and_a_restart_in_between_lose_nothing(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await agree(aysel)
    await add_organisation(aysel, "Initiative")

    chat.clock.advance(timedelta(days=7))
    later = await chat.restarted()
    again = later.person(shape)
    assert await again.says("Şəki") == IS_IT_ONE
    assert await again.picks("Shaki (Shaki-Zagatala)") == ECOSOC
    assert await again.picks("Back") == WHERE + "\nNow: Shaki (Shaki-Zagatala)"
    assert await again.says("/start") == WHERE + "\nNow: Shaki (Shaki-Zagatala)"


@every_shape
async def test_cancelling_leaves_the_door_open(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await agree(aysel)
    start = "/start" if shape == "buttons" else "Start"
    assert await aysel.picks("Cancel") == f"All right, we leave it there. To register another time, write {start}."
    assert aysel.options == ["Register", "Funding calls", "Events", "Surveys", "Topics", "Help"]
    assert await aysel.picks("Register") == WHICH_ORGANISATION


@every_shape
async def test_who_does_not_agree_is_kept_nowhere(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await aysel.says("/start")
    await aysel.picks("English")
    topics, start = ("/topics", "/start") if shape == "buttons" else ("Topics", "Start")
    assert await aysel.picks("No") == (
        "That is all right. We keep nothing about you and will not write to you. You can still read about our topics: "
        f"{topics}. If you change your mind, write {start}: you are always welcome."
    )
    await chat.database.run(retention.erase_forgotten)
    assert await everybody(chat) == []
    assert await aysel.says("/start") == WHICH_LANGUAGE


@every_shape
async def test_staff_who_do_not_agree_keep_their_role_and_are_told_so(chat: Chat, shape: str) -> None:
    now = chat.clock.now()
    token = await chat.database.run(lambda session: invitations.invite(session, Role.COORDINATOR, (), None, now))
    orxan = chat.person(shape)
    await orxan.says(f"{'/start' if shape == 'buttons' else 'START'} {token}")
    await orxan.picks("English")
    start = "/start" if shape == "buttons" else "Start"
    assert await orxan.picks("No") == (
        "That is all right. You still have your role here: {role}. We keep only that and your contact. If you change "
        "your mind, write {start}: you are always welcome."
    ).format(role="coordinator", start=start)
    assert await everybody(chat) == [(orxan.channel, orxan.user)]


@pytest.mark.parametrize(
    ("hint", "marked"), [("ru-RU", "✓ Русский"), ("az", "✓ Azərbaycanca"), ("fr", "✓ Azərbaycanca")]
)
@sqlite_alone
async def test_the_platform_hints_at_the_language(chat: Chat, hint: str, marked: str) -> None:
    anna = chat.person("buttons", language=hint)
    await anna.says("/start")
    assert [option for option in anna.options if "✓" in option] == [marked]
    await anna.picks("English")
    assert (await member_of(anna)).language == "en"


@pytest.mark.parametrize("typed", ["tehsil", "Tehsil", "TƏHSİL", "тәһсил", "təhsil mərkəzi İB", "Tehsil Merkezy"])
async def test_an_organisation_is_found_however_it_is_typed(chat: Chat, typed: str) -> None:
    await enrol(chat.person("numbers", "2"), organisation=Found("Təhsil Mərkəzi"))
    aysel = chat.person("buttons")
    await agree(aysel)
    assert await aysel.says(typed) == IS_IT_ONE
    assert aysel.options == ["Təhsil Mərkəzi", f"Add “{typed}”", "Cancel"]


@sqlite_alone
async def test_two_people_who_add_the_same_organisation_are_in_one(chat: Chat) -> None:
    await enrol(chat.person("numbers", "2"), organisation=Found("Təhsil Mərkəzi"))
    await enrol(chat.person("numbers", "3"), organisation=Found("TEHSIL MERKEZI"))
    names = await look(chat, lambda session: session.scalars(select(Organisation.name)).all())
    assert names == ["Təhsil Mərkəzi"]


@every_shape
async def test_an_invitation_gives_its_role_at_once(chat: Chat, shape: str) -> None:
    now = chat.clock.now()
    token = await chat.database.run(lambda session: invitations.invite(session, Role.COORDINATOR, (), None, now))
    orxan = chat.person(shape)
    await in_english(orxan)
    word = "/start" if shape == "buttons" else "START"
    role = "Your role here is now: coordinator."
    assert await orxan.says(f"{word} {token}") == f"{role}\n\n{WHICH_LANGUAGE}"
    await orxan.picks("English", "Yes, I agree", "Cancel")
    assert orxan.options == [
        "Register",
        "Funding calls",
        "Events",
        "Surveys",
        "Topics",
        "Help",
        "Newsletter",
        "Broadcasts",
        "Staff",
    ]

    leyla = chat.person(shape, "2")
    await in_english(leyla)
    assert await leyla.says(f"/start {token}") == (
        "This link no longer works: it was used already, or it is too old. Please ask the person who sent it to you "
        f"for a new one.\n\n{WHICH_LANGUAGE}"
    )


@pytest.mark.parametrize("link", ["https://t.me/korpu_bot?start={}", "https://wa.me/15550001234?text=%2Fstart%20{}"])
@sqlite_alone
async def test_an_invitation_may_be_sent_to_the_bot_instead_of_opened(chat: Chat, link: str) -> None:
    now = chat.clock.now()
    token = await chat.database.run(lambda session: invitations.invite(session, Role.OBSERVER, (), None, now))
    orxan = chat.person("whatsapp")
    await in_english(orxan)
    said = await orxan.says(f"You are invited:\n{link.format(token)}")
    assert said == f"Your role here is now: observer.\n\n{WHICH_LANGUAGE}"


@sqlite_alone
async def test_what_cannot_be_read_gets_a_sentence_and_the_question_again(chat: Chat) -> None:
    aysel = chat.person("buttons")
    await agree(aysel)
    await add_organisation(aysel, "Initiative")
    await aysel.says("Bakı")
    await aysel.picks("Baku", "Skip", "Skip")
    please = "Please write your answer.\n\nWhat is your name?"
    assert await aysel.sends(Kind.STICKER) == "I cannot read stickers. " + please
    assert await aysel.sends(Kind.VOICE) == "I cannot listen to voice messages. " + please
    assert await aysel.sends(Kind.LOCATION) == "I cannot read a location from the map. " + please
    assert await aysel.says("") == please
    assert await aysel.says("A" * 101) == (
        "That is 1 character too long: up to 100 fit here. Please make it shorter.\n\nWhat is your name?"
    )
