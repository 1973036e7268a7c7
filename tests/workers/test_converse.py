"""Turns: all of one or nothing, in order, each exactly once, and one that fails takes nobody with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count

import pytest
from markupsafe import Markup
from sqlalchemy import select

from bot.core.clock import Clock
from bot.core.fields import Answers, Text
from bot.core.form import Form
from bot.core.messages import Address, Inbound, Kind
from bot.core.router import Router
from bot.network import Network
from bot.turn import Turn
from storage.database import Database
from storage.files import Files
from storage.inbox import InboxRow, buried, count_unhandled
from storage.members import Member
from tests.chat import Chat

SORRY = "I am sorry, something went wrong on our side with that. It has been noted. Please try again."


_numbers = count(1)


def inbound(user: str, text: str, channel: str = "demo-telegram") -> Inbound:
    return Inbound(Address(channel, user), f"direct {next(_numbers)}", text=Markup(text))


@dataclass
class Fuse:
    """Blows as often as it is told to."""

    times: int = 0

    def blow(self, words: str = "a bug of ours") -> None:
        if self.times:
            self.times -= 1
            raise RuntimeError(words)


@pytest.fixture
def fuse() -> Fuse:
    return Fuse()


@pytest.fixture
def chat(database: Database, network: Network, files: Files, clock: Clock, fuse: Fuse) -> Chat:
    router = Router()

    @router.command("name")
    def name(turn: Turn) -> None:
        turn.member.name = turn.payload
        turn.say(f"You are {turn.payload}.")
        fuse.blow()

    secret = Form("secret", Text("why", "Why?"), review=False, private=True)

    @router.command("secret")
    def ask(turn: Turn) -> None:
        turn.ask(secret)

    @router.completed(secret)
    def tell(turn: Turn, answers: Answers) -> None:
        turn.say("Nobody knows.")
        fuse.blow(answers["why"])

    @router.command("slow")
    def slow(turn: Turn) -> None:
        time.sleep(0.02)
        turn.say("Done.")

    @router.fallback
    def anything(turn: Turn) -> None:
        turn.say(f"You said {turn.inbound.plain}.")

    return Chat(database, network, router, files, clock)


async def test_a_message_is_answered_once_however_often_it_is_delivered(chat: Chat) -> None:
    person = chat.person("buttons")
    await person.sends(Kind.TEXT, text=Markup("/name Aysel"), times=3)
    assert [seen.text for seen in person.screen] == ["You are Aysel."]


async def test_a_turn_that_fails_leaves_nothing_and_is_tried_again(chat: Chat, fuse: Fuse) -> None:
    person = chat.person("buttons")
    fuse.times = 2
    await person.says("/name Aysel")
    assert person.heard == ["You are Aysel."]
    rows = chat.database.transact(lambda session: list(session.scalars(select(InboxRow))))
    assert [(row.state, row.attempts) for row in rows] == [("handled", 2)]


async def test_a_turn_that_fails_three_times_is_buried_with_one_apology(chat: Chat, fuse: Fuse) -> None:
    person = chat.person("buttons")
    fuse.times = 3
    await person.says("/name Aysel")
    assert person.heard == [SORRY]
    names = chat.database.transact(lambda session: list(session.scalars(select(Member.name))))
    assert names == [""]
    row = chat.database.transact(lambda session: buried(session, 10))[0]
    assert (row.attempts, row.error) == (3, "RuntimeError: a bug of ours")
    assert await person.says("/name Leyla") == "You are Leyla."


@pytest.mark.parametrize("times", [2, 3])
async def test_of_a_private_turn_that_fails_no_word_is_kept_either(chat: Chat, fuse: Fuse, times: int) -> None:
    person = chat.person("buttons")
    await person.says("/secret")
    fuse.times = times
    assert await person.says("Whisky") == (SORRY if times == 3 else "Nobody knows.")
    row = chat.database.transact(lambda session: session.scalars(select(InboxRow).order_by(InboxRow.id.desc())).first())
    assert row is not None
    assert (row.state, row.error, row.payload) == ("buried" if times == 3 else "handled", "RuntimeError", {})


async def test_a_failing_turn_takes_nobody_with_it(chat: Chat, fuse: Fuse) -> None:
    unlucky, others = chat.person("buttons", "0"), [chat.person("buttons", str(number)) for number in range(1, 20)]
    fuse.times = 1
    inbounds = [inbound(person.user, f"/name N{person.user}") for person in [unlucky, *others]]
    await chat.accept(inbounds)
    assert chat.database.transact(chat.converse.handle_next) == 20
    assert 1 <= chat.database.transact(count_unhandled) < 20
    await chat.settle()
    attempts = chat.database.transact(lambda session: list(session.scalars(select(InboxRow.attempts))))
    assert sorted(attempts) == [0] * 19 + [1]
    assert [person.heard for person in [unlucky, *others]] == [[f"You are N{number}."] for number in range(20)]


async def test_slow_turns_leave_the_database_to_others_in_between(chat: Chat) -> None:
    people = [chat.person("buttons", str(number)) for number in range(10)]
    await chat.accept([inbound(person.user, "/slow") for person in people])
    chat.database.transact(chat.converse.handle_next)
    assert 7 <= chat.database.transact(count_unhandled) <= 9
    await chat.settle()
    assert [person.heard for person in people] == [["Done."]] * 10


async def test_a_persons_messages_are_handled_in_the_order_they_came(chat: Chat) -> None:
    person = chat.person("numbers")
    await chat.accept([inbound(person.user, f"/name {number}", person.channel) for number in range(50)])
    await chat.settle()
    assert [seen.text for seen in person.screen] == [f"You are {number}." for number in range(50)]


async def test_a_long_answer_comes_in_parts_that_fit_the_channel(chat: Chat) -> None:
    person = chat.person("numbers")
    await person.says("word " * 600)
    assert len(person.heard) == 2
    assert max(map(len, person.heard)) <= person.capabilities.text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\x00b", "ab"),
        ("half a pair: \ud83d", "half a pair: ?"),
        ("\ufffe", "\ufffe"),
        ("👩‍👩‍👧‍👦 İ ı ə _ * [ < &", "👩‍👩‍👧‍👦 İ ı ə _ * [ < &"),
    ],
)
async def test_no_text_is_too_odd_to_be_stored(chat: Chat, text: str, stored: str) -> None:
    person = chat.person("buttons")
    assert await person.says(text) == f"I did not understand that.\n\nYou said {stored}."
