"""A question about a call goes to whoever wrote it, and the answer to the member, across messengers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from bot.core.clock import Clock
from bot.core.messages import Kind
from bot.network import Network
from storage.calls import Call
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.calls import add_call, noon
from tests.handlers.people import sqlite_alone


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def author(office: Office) -> Person:
    return office.staff("buttons", "90", Role.FOCAL_POINT, topics=["health"], name="Aysel")


@pytest.fixture
def leyla(office: Office, shape: str) -> Person:
    return office.member(shape, "1", "health", name="Leyla", language="ru")


async def asks(office: Office, person: Person, author: Person | None, text: str = "Можно ли вдвоём?") -> None:
    key = add_call(office, author_id=None if author is None else office.id_of(author))
    await forges(person, f"ask:{key}")
    await person.says(text)


async def test_a_question_is_answered_in_the_chat(office: Office, leyla: Person, author: Person) -> None:
    await asks(office, leyla, author)
    assert author.sees == "Leyla asks about the call “Green schools”:\n\nМожно ли вдвоём?"
    assert author.options == ["Answer"]
    leyla.news.clear()
    assert await author.picks("Answer") == (
        "Leyla asks about “Green schools”: Можно ли вдвоём?\n\nWhat is your answer?"
    )
    assert await author.says("Yes, up to three organisations.") == "Your answer is on its way to Leyla."
    assert leyla.sees.split("\n\n")[1:3] == ["Можно ли вдвоём?", "Yes, up to three organisations."]


@sqlite_alone
async def test_it_is_answered_by_word_where_there_are_no_buttons(office: Office, shape: str) -> None:
    author = office.staff(shape, "90", Role.COORDINATOR, name="Aysel")
    leyla = office.member("buttons", "1", name="Leyla")
    await asks(office, leyla, author, "May two of us apply?")
    await author.picks("Answer")
    leyla.news.clear()
    await author.says("Yes.")
    assert leyla.heard == [
        "Aysel answers your question about the call “Green schools”:\n\nMay two of us apply?\n\nYes."
    ]
    assert leyla.options == ["Ask again"]
    assert await leyla.picks("Ask again") == (
        "What would you like to know about “Green schools”?\nThose who published it get your question with your name."
    )


@sqlite_alone
async def test_without_its_author_those_who_run_the_network_get_it(office: Office, leyla: Person) -> None:
    owner = office.staff("buttons", "91", Role.OWNER, name="Orxan")
    coordinator = office.staff("buttons", "92", Role.COORDINATOR, name="Rauf")
    await asks(office, leyla, None)
    assert [person.options for person in (owner, coordinator)] == [["Answer"], ["Answer"]]
    await owner.picks("Answer")
    await owner.says("Yes.")
    await coordinator.picks("Answer")
    assert coordinator.sees.splitlines()[0] == (
        "This question was answered already. What you write now goes out as well."
    )
    leyla.news.clear()
    await coordinator.says("And it is free.")
    assert leyla.sees.split("\n\n")[2] == "And it is free."


@sqlite_alone
async def test_with_nobody_to_answer_they_are_told_so(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await asks(office, leyla, None, "Hello?")
    assert leyla.sees == "I am sorry, nobody can be reached who could answer. Please try again later."


@sqlite_alone
async def test_only_who_answers_for_the_call_may_answer(office: Office, leyla: Person, author: Person) -> None:
    await asks(office, leyla, author)
    tapped = author.last.outbound.options[0].id
    other = office.staff("buttons", "93", Role.FOCAL_POINT, topics=["peace"])
    member = office.member("buttons", "94")
    assert await forges(other, tapped) == "This question is somebody else’s to answer."
    assert (await forges(member, tapped)).startswith("This is not open to you.")
    for made_up in ("answer:1", "answer:999999", "answer:x", "answer"):
        assert await forges(author, made_up) == "I do not find this question any more."


@sqlite_alone
async def test_what_is_no_question_is_asked_for_again(office: Office, author: Person) -> None:
    leyla = office.member("buttons", "1")
    question = await forges(leyla, f"ask:{add_call(office, author_id=office.id_of(author))}")
    assert await leyla.says("x" * 501) == (
        f"That is 1 character too long: up to 500 fit here. Please make it shorter.\n\n{question}"
    )
    assert await leyla.sends(Kind.STICKER) == f"I cannot read stickers. Please write your answer.\n\n{question}"
    assert author.heard == []


@sqlite_alone
async def test_who_stopped_or_left_gets_no_answer(office: Office, leyla: Person, author: Person) -> None:
    await asks(office, leyla, author)
    await leyla.says("STOP")
    await author.picks("Answer")
    assert await author.says("Yes.") == "Leyla cannot be reached any more, so the answer was not sent."
    await leyla.says("/forget")
    await leyla.picks("yes")
    assert await author.picks("Answer") == "I do not find this question any more."


@sqlite_alone
async def test_a_call_that_closed_can_still_be_answered(office: Office, leyla: Person, author: Person) -> None:
    await asks(office, leyla, author)
    office.database.transact(lambda session: session.execute(update(Call).values(state="closed")))
    await author.picks("Answer")
    assert await author.says("It is closed now.") == "Your answer is on its way to Leyla."
