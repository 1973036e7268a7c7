"""Joining an organisation that has members: one of them, or staff, says whether it is so; everything else works."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.fields import Found
from storage.members import Member
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import enrol, every_shape, member_of, sqlite_alone

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


@every_shape
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


@every_shape
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


@every_shape
async def test_a_stranger_has_no_say(chat: Chat, shape: str) -> None:
    aysel, stranger, rashad = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await enrol(stranger, organisation=Found("ECORES"))
    member = await rashad_joins(rashad)
    said = await stranger.says(f"CONFIRM {member.id} {member.organisation_id}")
    assert said == "Only members of that organisation and the coordinators can answer this."
    assert (await member_of(rashad)).membership == "pending"
    assert await stranger.says("CONFIRM") == "Nobody is waiting for your answer at the moment."


@every_shape
async def test_the_word_alone_is_enough_for_the_only_one_who_waits(chat: Chat, shape: str) -> None:
    aysel, rashad, samir = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await rashad_joins(rashad)
    assert await aysel.says("CONFIRM") == "Thank you. Rəşad is confirmed as a member of Initiative."
    assert (await member_of(rashad)).membership == "confirmed"
    assert await aysel.says("CONFIRM") == "Nobody is waiting for your answer at the moment."
    await rashad_joins(samir)
    assert await rashad.says("DECLINE") == "Thank you. Rəşad is not listed as a member of Initiative."


@every_shape
async def test_where_several_wait_the_numbers_are_needed(chat: Chat, shape: str) -> None:
    aysel, rashad, samir = (chat.person(shape, user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await rashad_joins(rashad)
    await rashad_joins(samir)
    said = await aysel.says("CONFIRM")
    assert said == "Please write it together with the numbers that stand in the message."
    assert (await member_of(rashad)).membership == "pending"


@every_shape
async def test_who_answers_twice_is_told_so(chat: Chat, shape: str) -> None:
    aysel, rashad = (chat.person(shape, user) for user in ("1", "2"))
    await enrol(aysel)
    await rashad_joins(rashad)
    await aysel.picks("Yes, confirm")
    question = next(seen for seen in aysel.screen if seen.text == QUESTION)
    if shape == "buttons":
        said = await aysel.taps(question, "No")
    else:
        said = await aysel.says(question.outbound.options[1].word)
    assert said == "Thank you, you have answered this already."


@every_shape
async def test_colleagues_are_named_by_the_organisation_they_are_in(chat: Chat, shape: str) -> None:
    aysel, rashad = (chat.person(shape, user) for user in ("1", "2"))
    await enrol(aysel, organisation=Found("Təhsil Mərkəzi"))
    await rashad.says("/start")
    await rashad.picks("English", "Yes, I agree")
    await rashad.says("TEHSIL MERKEZI")
    await rashad.picks("Add “TEHSIL MERKEZI”")
    await rashad.says("Quba")
    await rashad.picks("Guba (Guba-Khachmaz)", "Skip", "Skip")
    await rashad.says("Rəşad")
    await rashad.says("volunteer")
    await rashad.picks("Skip", "Skip")
    assert (await rashad.picks("Done")).startswith(
        "Thank you, Rəşad. You are registered. We have asked your colleagues at Təhsil Mərkəzi to confirm"
    )


@every_shape
async def test_who_moves_to_a_new_organisation_speaks_for_it_at_once(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/profile")
    await aysel.picks("change:organisation")
    await aysel.says("Own Group")
    await aysel.picks("Add “Own Group”")
    assert (await member_of(aysel)).membership == "confirmed"


@pytest.mark.parametrize("leaving", ["forget", "move"])
async def test_when_the_last_colleague_leaves_the_staff_are_asked_again(chat: Chat, leaving: str) -> None:
    aysel, leyla, rashad = (chat.person("buttons", user) for user in ("1", "2", "3"))
    await enrol(aysel)
    await enrol(leyla, staff=Role.COORDINATOR, organisation=Found("NAYORA"), name="Leyla")
    await rashad_joins(rashad)
    chat.clock.advance(timedelta(hours=1))
    if leaving == "forget":
        await aysel.says("/forget")
        await aysel.picks("Yes, erase everything")
    else:
        await aysel.says("/profile")
        await aysel.picks("change:organisation")
        await aysel.says("Own Group")
        await aysel.picks("Add “Own Group”")
    assert [seen.text for seen in leyla.screen] == [QUESTION, QUESTION]
    assert await leyla.picks("Yes, confirm") == "Thank you. Rəşad is confirmed as a member of Initiative."
    assert (await member_of(rashad)).membership == "confirmed"


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
