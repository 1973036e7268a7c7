"""Joining an organisation that has members: one of them, or staff, says whether it is so; everything else works."""

from __future__ import annotations

from bot.core.fields import Found
from storage.members import Member
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import both_shapes, enrol, member_of, sqlite_alone

QUESTION = "Rəşad (volunteer) says: I am from Initiative. Do you confirm this?"


async def rashad_joins(person: Person) -> Member:
    """Rəşad says that he is from Aysel's organisation."""
    await person.says("/start")
    await person.picks("English", "Yes, I agree")
    await person.says("initiative")
    await person.picks("Initiative")
    await person.says("Quba")
    await person.picks("Guba (Guba-Khachmaz)", "Skip", "Skip")
    await person.says("Rəşad")
    await person.says("volunteer")
    await person.picks("Skip", "Skip", "Done")
    return await member_of(person)


@both_shapes
async def test_a_colleague_confirms(chat: Chat, shape: str) -> None:
    aysel, leyla, rashad = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await enrol(leyla, staff=Role.COORDINATOR, organisation=Found("NAYORA"), name="Leyla")
    member = await rashad_joins(rashad)
    assert rashad.sees == (
        "Thank you, Rəşad. You are registered. We have asked your colleagues at Initiative to confirm that you work "
        "there. Everything else works already."
    )
    assert member.membership == "pending"
    assert aysel.sees == leyla.sees == QUESTION
    assert aysel.options == ["Yes, confirm", "No"]

    assert await aysel.picks("Yes, confirm") == "Thank you. Rəşad is confirmed as a member of Initiative."
    assert rashad.sees == "You are now confirmed as a member of Initiative."
    assert (await member_of(rashad)).membership == "confirmed"
    assert await leyla.picks("No") == "Thank you, Aysel Məmmədova has answered this already."
    assert (await member_of(rashad)).membership == "confirmed"


@both_shapes
async def test_staff_decline(chat: Chat, shape: str) -> None:
    aysel, leyla, rashad = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await enrol(leyla, staff=Role.OWNER, organisation=Found("NAYORA"), name="Leyla")
    await rashad_joins(rashad)
    assert await leyla.picks("No") == "Thank you. Rəşad is not listed as a member of Initiative."
    assert rashad.sees == (
        "Initiative was not confirmed as your organisation. Is it another one? You can change it in your profile. "
        "Everything else works as before."
    )
    member = await member_of(rashad)
    assert (member.membership, member.organisation_id, member.registered) == ("", None, True)


@both_shapes
async def test_a_stranger_has_no_say(chat: Chat, shape: str) -> None:
    aysel, stranger, rashad = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await enrol(stranger, organisation=Found("ECORES"))
    member = await rashad_joins(rashad)
    said = await stranger.says(f"CONFIRM {member.id} {member.organisation_id}")
    assert said == "Only members of that organisation and the coordinators can answer this."
    assert (await member_of(rashad)).membership == "pending"
    said = await aysel.says("CONFIRM")
    assert said == "Please write it together with the numbers that stand in the message."


@sqlite_alone
async def test_who_moved_on_does_not_wait_any_more(chat: Chat) -> None:
    aysel, rashad = chat.person("buttons"), chat.person("numbers", "2")
    await enrol(aysel)
    await rashad_joins(rashad)
    await rashad.says("profile")
    await rashad.picks("change:organisation")
    await rashad.says("Own Group")
    await rashad.picks("Add “Own Group”")
    assert await aysel.picks("Yes, confirm") == "Thank you. This person does not wait for an answer any more."


@sqlite_alone
async def test_a_colleague_who_said_stop_is_not_asked(chat: Chat) -> None:
    aysel, rashad = chat.person("buttons"), chat.person("numbers", "2")
    await enrol(aysel)
    await aysel.says("STOP")
    await rashad_joins(rashad)
    assert [seen.text for seen in aysel.screen] == [
        "Done. We will not write to you any more. To hear from us again, write START whenever you like."
    ]
    assert [(await member_of(person)).membership for person in (aysel, rashad)] == ["confirmed", "pending"]
