"""Who has not answered is reminded once, in the morning if it is night; whoever answers until then hears nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import answering, nudging, surveymoves
from bot.core.clock import Clock
from bot.network import Manners, Network
from scheduler.surveys import Nudges
from storage.database import Database
from storage.files import Files
from storage.members import Member
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from storage.surveys import QuestionKind, Survey
from tests.chat import Person
from tests.handlers.admin.gatherings import words
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import closes, opened, speak_for
from tests.storage.asking import Asked

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOW, WHO = Asked(QuestionKind.SCALE, "How was it?"), Asked(QuestionKind.YES_NO, "Will you come again?")


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    """At eleven in the evening, and nobody is written to before nine."""
    now = clock.now().astimezone(network.zone)
    clock.advance(datetime.combine(now.date() + timedelta(days=1), time(23), network.zone) - now)
    office = Office(database, replace(network, manners=Manners(), holidays=()), files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def leyla(office: Office) -> Person:
    return office.member("buttons", "1", name="Leyla")


@pytest.fixture
def rauf(office: Office) -> Person:
    return office.member("numbers", "2", name="Rauf")


def look(office: Office, key: int) -> Survey:
    return office.database.transact(lambda session: session.get_one(Survey, key))


async def nudged(office: Office, key: int) -> None:
    """By hand."""

    def nudge(session: Session) -> None:
        survey, actor = session.get_one(Survey, key), session.scalars(select(Member).order_by(Member.id)).first()
        assert actor is not None
        nudging.nudge(session, survey, actor, office.network, office.clock.now())

    office.database.transact(nudge)
    await office.tick()


async def morning(office: Office, *people: Person) -> list[list[str]]:
    """What each hears when the night is over."""
    for person in people:
        person.news.clear()
    office.clock.advance(timedelta(hours=11))
    await office.tick()
    return [person.heard for person in people]


async def test_at_night_it_waits_and_goes_to_who_is_silent_yet(office: Office, leyla: Person, rauf: Person) -> None:
    key, silent = opened(office, HOW, WHO), office.member("buttons", "3")
    await nudged(office, key)
    assert (leyla.screen, rauf.screen, silent.screen) == ([], [], [])
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("5 (highest)", "Yes")
    await forges(rauf, f"answer_survey:{key}")
    await rauf.says("5")
    said = "We would like to hear from you too: “Training” (2 questions, about 1 minute)."
    why = f"\n\nYou receive this as a member of {office.network.name['en']}."
    assert await morning(office, leyla, rauf, silent) == [[], [], [said + why]]


async def test_who_goes_on_in_the_night_is_not_reminded_to(office: Office, leyla: Person, rauf: Person) -> None:
    key = opened(office, HOW, WHO)
    for person in (leyla, rauf):
        await forges(person, f"answer_survey:{key}")
        await person.says("5")
    await nudged(office, key)
    await leyla.picks("Yes")
    [silent, reminded] = await morning(office, leyla, rauf)
    assert silent == []
    assert [text.partition(";")[0] for text in reminded] == ["You began to answer “Training”. Your answers are kept"]


async def test_what_a_colleague_answered_needs_no_reminder(office: Office, leyla: Person, rauf: Person) -> None:
    key = opened(office, HOW, per="organisation")
    speak_for(office, "Initiative", leyla, rauf)
    await nudged(office, key)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("5 (highest)")
    assert await morning(office, leyla, rauf) == [[], []]


async def test_who_voted_and_took_it_back_is_not_reminded_that_morning(office: Office, leyla: Person) -> None:
    key = opened(office, HOW)
    await nudged(office, key)
    await forges(leyla, f"vote:{key}:5")

    def retract(session: Session) -> None:
        member = session.get_one(Member, 1)
        assert answering.retract(session, session.get_one(Survey, key), member)

    office.database.transact(retract)
    assert await morning(office, leyla) == [[]]


async def test_who_answers_while_it_is_on_its_way_gets_it_once_at_most(office: Office, leyla: Person) -> None:
    key = opened(office, HOW)
    await nudged(office, key)
    sending = {"state": OutboxState.SENDING, "token": "foreman", "not_before": None, "attempts": 1}
    reminder = OutboxRow.broadcast_id.is_not(None)
    office.database.transact(
        lambda session: session.execute(update(OutboxRow).where(reminder).values(**sending)) and None
    )
    await forges(leyla, f"vote:{key}:5")

    def unknown(session: Session) -> None:
        [row] = session.scalars(select(OutboxRow).where(reminder))
        settle(session, [Outcome(row.id, OutboxState.DOUBT)], "foreman", office.clock.now())

    office.database.transact(unknown)
    assert await morning(office, leyla) == [[]]


async def test_while_it_waits_the_end_moves_and_it_says_so(office: Office, leyla: Person, rauf: Person) -> None:
    now = office.clock.now()
    key, later = opened(office, HOW, WHO, closes_at=now + timedelta(hours=8)), now + timedelta(days=3)
    await forges(rauf, f"answer_survey:{key}")
    await rauf.says("5")
    await nudged(office, key)

    def move(session: Session) -> None:
        survey, actor = session.get_one(Survey, key), session.get_one(Member, 1)
        surveymoves.move_closing(session, survey, later, actor, office.network, office.clock.now())

    office.database.transact(move)
    [first], [second] = await morning(office, leyla, rauf)
    until = f"It is open until {words(office, later)}."
    assert [text.splitlines()[1] for text in (first, second)] == [until, until]
    assert first.startswith("We would like to hear from you too: ")
    assert second.startswith("You began to answer ")


async def test_once_it_is_closed_nobody_is_reminded(office: Office, leyla: Person) -> None:
    key = opened(office, HOW)
    await nudged(office, key)

    def close(session: Session) -> None:
        survey, actor = session.get_one(Survey, key), session.get_one(Member, 1)
        surveymoves.close(session, survey, actor, office.network, office.clock.now())

    office.database.transact(close)
    assert await morning(office, leyla) == [[]]


async def test_by_the_tick_it_comes_once_half_way_through_a_short_survey(office: Office, leyla: Person) -> None:
    now = office.clock.now()
    key = opened(office, HOW, published_at=now, closes_at=now + timedelta(hours=20))
    tick = Nudges(office.database, office.clock, office.network, lambda: None).tick
    assert nudging.due_at(look(office, key), office.network) == now + timedelta(hours=10)
    heard = [await morning(office, leyla)]
    for _ in range(3):
        await tick()
        await office.tick()
    assert heard == [[[]]]
    assert len(leyla.news) == 1
    assert nudging.due_at(look(office, key), office.network) is None
    closes(office, key)


@pytest.mark.parametrize("hour", range(0, 24, 3))
async def test_by_the_tick_it_is_due_at_ten_two_days_before_the_day_it_closes(office: Office, hour: int) -> None:
    begins = office.clock.now()
    closes_at = begins.astimezone(office.network.zone).replace(hour=hour, minute=30) + timedelta(days=9)
    survey = look(office, opened(office, HOW, published_at=begins, closes_at=closes_at))
    due_at = nudging.due_at(survey, office.network)
    assert due_at is not None
    local = due_at.astimezone(office.network.zone)
    assert (local.time(), local.date()) == (time(10), closes_at.date() - timedelta(days=2))
