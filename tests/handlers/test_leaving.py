"""No more messages, at once, whatever else is going on; and the way back."""

from __future__ import annotations

import pytest

from bot.core.messages import Kind
from storage.members import addresses_of, topics_of
from tests.chat import Chat, Person
from tests.handlers.people import both_shapes, enrol, look, member_of, sqlite_alone

STOPPED = "Done. We will not write to you any more. To hear from us again, write START whenever you like."
HELLO = "Hello, Aysel Məmmədova. What would you like to do?"


async def stopped(person: Person) -> bool:
    return (await member_of(person)).stopped_at is not None


@both_shapes
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


@both_shapes
@sqlite_alone
async def test_who_said_stop_is_still_answered_and_stays_stopped(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("STOP")
    assert await aysel.says("hello") == HELLO
    assert aysel.options == ["Start again", "Topics", "My profile", "Help"]
    assert await stopped(aysel)


@both_shapes
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


@both_shapes
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
    assert await aysel.says("Stop Violence") == "I do not know “Stop Violence” yet. Is it written correctly?"


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
