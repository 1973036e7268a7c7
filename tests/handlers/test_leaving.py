"""No more messages, at once, whatever else is going on; and the way back."""

from __future__ import annotations

import pytest

from bot.core.messages import Kind
from storage.members import addresses_of, topics_of
from tests.chat import Chat, Person
from tests.handlers.people import enrol, every_shape, look, member_of, sqlite_alone

STOPPED = "Done. We will not write to you any more. To hear from us again, write START whenever you like."
HELLO = "Hello, Aysel Məmmədova. What would you like to do?"


async def stopped(person: Person) -> bool:
    return (await member_of(person)).stopped_at is not None


@every_shape
async def test_stop_and_start_again(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    assert await aysel.says("/stop") == STOPPED
    assert await stopped(aysel)
    assert await aysel.picks("Start again") == "Welcome back. We may write to you again.\n\n" + HELLO
    assert not await stopped(aysel)


@pytest.mark.parametrize(
    ("word", "back"),
    [
        ("STOP", "BAŞLA"),
        ("stop!", "basla"),
        ("Dayan", "Старт"),
        ("DAYAN", "СТАРТ"),
        ("стоп", "Start"),
        ("СТОП.", "/start"),
    ],
)
@sqlite_alone
async def test_the_words_work_in_any_language_and_case(chat: Chat, word: str, back: str) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says(word) == STOPPED
    assert await stopped(aysel)
    assert await aysel.says(back) == "Welcome back. We may write to you again.\n\n" + HELLO
    assert not await stopped(aysel)


@every_shape
@sqlite_alone
async def test_who_said_stop_is_still_answered_and_stays_stopped(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("STOP")
    assert await aysel.says("hello") == HELLO
    assert aysel.options == ["Start again", "Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]
    assert await stopped(aysel)


@every_shape
@sqlite_alone
async def test_stop_ends_an_open_question_too(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await aysel.says("/start")
    await aysel.picks("English", "Yes, I agree")
    assert await aysel.says("STOP") == STOPPED
    assert aysel.heard == [STOPPED]
    welcome = "Welcome back. We may write to you again."
    question = "Which organisation are you from? Please write its name, or a part of it."
    assert await aysel.picks("Start again") == f"{welcome}\n\n{question}"


@every_shape
async def test_stop_keeps_the_answers_of_an_open_form(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await aysel.says("/start")
    await aysel.picks("English", "Yes, I agree")
    await aysel.says("Initiative")
    await aysel.picks("Add “Initiative”")
    where = aysel.sees
    assert await aysel.says("STOP") == STOPPED
    assert await aysel.says("what is this") != where
    assert await aysel.says("START") == f"Welcome back. We may write to you again.\n\n{where}"
    await aysel.says("Quba")
    await aysel.picks("Guba (Guba-Khachmaz)", "Back", "Back")
    assert "Now: Initiative" in aysel.sees.splitlines()


SHALL_WE = "Shall we stop everything? Until you choose, nothing changes."


@pytest.mark.parametrize("text", ["STOP NOW", "stop health please", "Please stop!", "xahiş edirəm, dayan", "СТОП уже"])
@sqlite_alone
async def test_stop_with_something_unknown_asks(chat: Chat, text: str) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says(text) == SHALL_WE
    assert aysel.options == ["Stop all messages", "Stop: Education", "Stop: Health"]
    assert not await stopped(aysel)


@every_shape
async def test_what_is_chosen_then_is_stopped(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    member_id = await enrol(aysel)
    await aysel.says("STOP NOW")
    assert await aysel.picks("Stop: Health") == "Done. You will receive nothing more about “Health”."
    assert await look(chat, lambda session: topics_of(session, member_id)) == {"education"}
    await aysel.says("STOP NOW")
    assert aysel.options == ["Stop all messages", "Stop: Education"]
    assert await aysel.picks("Stop all messages") == STOPPED
    assert await aysel.says("stop it") == STOPPED


@every_shape
async def test_in_the_middle_of_a_choice_it_asks_and_goes_on(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/profile")
    await aysel.picks("change:ecosoc")
    await aysel.says("please stop")
    assert aysel.heard[0] == SHALL_WE
    assert not await stopped(aysel)
    assert await aysel.says("STOP") == STOPPED


@every_shape
async def test_who_stopped_is_not_told_that_they_receive_things(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("STOP EDUCATION")
    await aysel.says("STOP")
    told = "You stopped our messages. To receive them again, write START."
    assert (await aysel.says("/topics")).startswith(told + "\n\nChoose what we write to you about.")
    assert (await aysel.says("/profile")).startswith(told + "\n\nThis is what we know about you.")
    await aysel.says("STOP HEALTH")
    assert await aysel.picks("Undo") == f"{told}\n\n“Health” is one of your topics again."


@every_shape
async def test_one_topic_is_left_and_taken_back(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    member_id = await enrol(aysel)
    left = "Done. You will receive nothing more about “Education”."
    if shape == "buttons":
        assert await aysel.sends(Kind.TAP, tap="leave:education", message="77") == left
    else:
        assert await aysel.says("STOP EDUCATION") == left
    assert await look(chat, lambda session: topics_of(session, member_id)) == {"health"}
    assert await aysel.picks("Undo") == "You receive messages about “Education” again."
    assert await look(chat, lambda session: topics_of(session, member_id)) == {"education", "health"}
    assert not await stopped(aysel)


@sqlite_alone
async def test_a_name_that_begins_with_stop_is_a_name(chat: Chat) -> None:
    aysel = chat.person("numbers")
    await aysel.says("/start")
    await aysel.picks("English", "Yes, I agree")
    assert await aysel.says("Stop Violence") == (
        "I do not know “Stop Violence” yet. If it is written correctly, add it; if not, write it again."
    )


@sqlite_alone
async def test_who_blocks_us_hears_nothing_and_is_reachable_again_with_the_next_word(chat: Chat) -> None:
    aysel = chat.person("buttons")
    member_id = await enrol(aysel)
    assert await aysel.sends(Kind.BLOCKED) == ""
    assert [one.unreachable for one in await look(chat, lambda session: addresses_of(session, member_id))] == [
        "blocked"
    ]
    assert await aysel.sends(Kind.UNBLOCKED) == ""
    assert [one.unreachable for one in await look(chat, lambda session: addresses_of(session, member_id))] == [""]
