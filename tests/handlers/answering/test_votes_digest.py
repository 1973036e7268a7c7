"""What is voted on, where it was too much for a day: alone it is a poll next morning, in a digest it is read first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.actions import surveymoves
from bot.core.clock import Clock
from bot.core.rendering import is_poll
from bot.network import Manners, Network
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.files import Files
from storage.members import Member
from storage.newsletters import Newsletter
from storage.surveys import QuestionKind, Survey
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, opened, sheets
from tests.storage.asking import Asked
from tests.storage.people import add_broadcast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WHAT = Asked(QuestionKind.ONE, "What is it for?", ("Books", "Teachers", "Other"))


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    """At noon, where one message a day is enough."""
    now = clock.now().astimezone(network.zone)
    clock.advance(datetime.combine(now.date() + timedelta(days=1), time(12), network.zone) - now)
    office = Office(database, replace(network, manners=Manners(a_day=1), holidays=()), files, clock)
    yield office
    await office.whatsapp.stop()


async def sends(office: Office, text: str, survey: int | None = None) -> None:
    """To everybody."""

    def send(session: Session) -> None:
        broadcast = session.get_one(Broadcast, add_broadcast(session, office.clock, text))
        newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
        newsletter.about, newsletter.about_id = "survey" if survey else "", survey

    office.database.transact(send)
    await office.settle()


async def kept(office: Office, *texts: str) -> int:
    """After the first message of the day a survey is sent, and these; until the next morning."""
    await sends(office, "First")
    key = opened(office, WHAT)
    await sends(office, "Training", key)
    for text in texts:
        await sends(office, text)
    for person in office.people.values():
        assert [seen.text.partition("\n")[0] for seen in person.screen] == ["First"]
        person.news.clear()
    office.clock.advance(timedelta(hours=22))
    await office.settle()
    return key


@pytest.fixture
def leyla(office: Office) -> Person:
    return office.member("buttons", "1")


async def test_alone_it_comes_as_the_poll_it_is(office: Office, leyla: Person) -> None:
    key = await kept(office)
    assert is_poll(leyla.last.outbound, leyla.capabilities)
    await leyla.votes("Teachers")
    assert sheets(office, key) == [Kept({1: "b"}, complete=True)]


async def test_in_a_digest_it_is_read_and_voted_on_with_buttons(office: Office, leyla: Person) -> None:
    key = await kept(office, "A seminar")
    [heard] = leyla.heard
    assert heard.startswith("2 messages we kept for you\n\nTraining\n\nA seminar\n\n")
    assert not is_poll(leyla.last.outbound, leyla.capabilities)
    await leyla.picks("Read: Training")
    assert "\n\nWhat is it for?\n\n" in leyla.sees
    assert leyla.options == ["Books", "Teachers", "Other", "Stop all messages"]
    assert (await leyla.picks("Teachers")).startswith("Thank you, your answer is in.")
    assert (await forges(leyla, f"vote:{key}:a")) == "Changed: your answer is “Books” now."
    assert sheets(office, key) == [Kept({1: "a"}, complete=True)]


async def test_at_night_it_closes_at_once_and_disturbs_nobody(office: Office, leyla: Person) -> None:
    key = opened(office, WHAT)
    await sends(office, "Training", key)
    [poll] = leyla.screen
    office.clock.advance(timedelta(hours=11))

    def close(session: Session) -> None:
        survey, actor = session.get_one(Survey, key), session.get_one(Member, 1)
        surveymoves.close(session, survey, actor, office.network, office.clock.now())

    office.database.transact(close)
    await office.tick()
    assert (leyla.closed, leyla.screen) == ({poll.id}, [poll])
