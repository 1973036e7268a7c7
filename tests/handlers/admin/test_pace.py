"""Sending slower or faster while it runs, and what is said of manners before it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.clock import Clock
from bot.network import Holiday, Labels, Manners, Network
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.files import Files
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import sqlite_alone

HOLIDAY = Labels(en="Novruz", az="Novruz bayramı", ru="Новруз")


def moved(clock: Clock, network: Network, hour: int) -> datetime:
    """Move on to the next time that clocks of the network show this hour."""
    now = clock.now().astimezone(network.zone)
    today = datetime.combine(now.date(), time(hour), network.zone)
    clock.advance((today if today > now else today + timedelta(days=1)) - now)
    return clock.now()


@pytest.fixture
async def polite(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    """An office of good manners, at noon."""
    moved(clock, network, 12)
    manners = Manners(a_day=1, undo=timedelta())
    office = Office(database, replace(network, manners=manners, holidays=()), files, clock)
    yield office
    await office.whatsapp.stop()


async def asks(owner: Person, text: str = "Good news") -> list[str]:
    """The lines of the last look before it is sent."""
    await drafts(owner, text)
    return (await owner.picks("Send")).split("\n")


async def running(office: Office, owner: Person) -> int:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send to 1 member")
    found: int = office.database.transact(lambda session: session.scalar(select(Broadcast.id))) or 0
    return found


def of(office: Office, key: int) -> dict[str, Any]:
    def look(session: Session) -> dict[str, Any]:
        broadcast = session.get_one(Broadcast, key)
        return {"state": broadcast.state, "rate": broadcast.rate}

    return office.database.transact(look)


async def test_a_running_newsletter_can_be_slowed_down_and_let_go_again(office: Office, owner: Person) -> None:
    key = await running(office, owner)
    await forges(owner, f"broadcast:{key}")
    assert "Slower or faster" in owner.options
    said = await owner.picks("Slower or faster")
    assert said.split("\n")[0] == (
        "How fast should it go? At the moment: as fast as it can. Replies and other newsletters never wait for it."
    )
    assert owner.options[0] == "as fast as it can"
    assert owner.options[-4:] == [
        "10 messages a second", "5 messages a second", "1 message a second", "Back to the newsletter",
    ]  # fmt: skip
    assert await owner.picks("5 messages a second") == "All right: 5 messages a second."
    assert of(office, key) == {"state": "sending", "rate": 5}
    await owner.picks("Back to the newsletter")
    await owner.picks("Pause")
    assert of(office, key) == {"state": "paused", "rate": 5}
    await owner.picks("Slower or faster")
    assert await owner.picks("as fast as it can") == "All right: as fast as it can."
    assert of(office, key) == {"state": "paused", "rate": None}
    heard = await owner.says("/audit")
    assert sum("changed how fast “Good news” is sent" in line for line in heard.split("\n")) == 2


async def test_only_rates_that_are_offered_are_taken(office: Office, owner: Person) -> None:
    key = await running(office, owner)
    for made_up in ("7", "-1", "1e9", "100000"):
        said = await forges(owner, f"pace:{key}:{made_up}")
        assert said.startswith("How fast should it go?")
    assert of(office, key)["rate"] is None


async def test_what_is_over_has_no_pace(office: Office, owner: Person) -> None:
    key = await running(office, owner)
    office.database.transact(lambda session: broadcasts.cancel(session, key, None, office.clock.now()))
    await forges(owner, f"broadcast:{key}")
    assert "Slower or faster" not in owner.options
    assert await forges(owner, f"pace:{key}:5") == "It is too late for that."


async def test_nobody_changes_the_pace_of_what_is_not_theirs(office: Office, owner: Person, shape: str) -> None:
    key = await running(office, owner)
    other = office.staff(shape, "7", Role.FOCAL_POINT, topics=["health"])
    assert (await forges(other, f"pace:{key}:5")).startswith("I do not find this newsletter among yours.")
    member = office.member(shape, "8")
    assert (await forges(member, f"pace:{key}:5")).startswith("This is not open to you.")
    assert of(office, key)["rate"] is None


@sqlite_alone
async def test_by_day_nothing_is_said_of_manners(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    assert not any("quiet" in line or "holiday" in line or "digest" in line for line in await asks(owner))


@sqlite_alone
async def test_at_night_the_author_hears_who_gets_it_in_the_morning(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    polite.member("buttons", "2", country="US")  # where it is early in the afternoon
    night = moved(polite.clock, polite.network, 22).astimezone(polite.network.zone)
    lines = await asks(owner)
    (said,) = [line for line in lines if line.startswith("Quiet hours")]
    assert said.startswith("Quiet hours last until morning: 1 member gets it on ")
    assert (night.date() + timedelta(days=1)).strftime("%-d %B %Y, 08:00") in said


@sqlite_alone
async def test_who_would_wait_until_it_is_of_no_use_is_told_of_before(polite: Office) -> None:
    """At night it is quiet here, and noon abroad; with the day's messages had, even that comes too late."""
    owner = polite.staff("buttons", "1", Role.OWNER)
    polite.member("buttons", "2", country="US")
    night = moved(polite.clock, polite.network, 22)
    await drafts(owner, "Tonight")

    def limit(session: Session) -> None:
        session.scalars(select(Newsletter)).one().useful_until = night + timedelta(hours=1)

    polite.database.transact(limit)
    lines = (await owner.picks("Send")).split("\n")
    lost = "⚠ 1 member would not get it: it is quiet there until morning, and then it is of no use any more."
    assert f"{lost} If it cannot wait, call it urgent." in lines
    assert not any("gets it on" in line for line in lines)


@sqlite_alone
async def test_whose_digest_would_come_when_it_is_of_no_use_is_told_of_before(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    await asks(owner, "First news")
    await owner.picks("Send to 1 member")
    await polite.tick()
    await drafts(owner, "Today")
    key = owner.last.outbound.options[0].id.split(":")[1]
    await forges(owner, f"until:{key}")
    await owner.says("in 2 hours")
    full = (
        "⚠ 1 member has had enough newsletters for today (1) and would not get it: tomorrow it is of no use any more."
    )
    assert f"{full} If it cannot wait, call it urgent." in (await owner.picks("Send")).split("\n")


@sqlite_alone
async def test_abroad_it_may_be_night_while_it_is_noon_here(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    polite.member("buttons", "2", country="US")
    assert "It is quiet where 1 member lives: they get it in their morning." in await asks(owner)


@sqlite_alone
async def test_a_holiday_is_named(polite: Office) -> None:
    today = polite.clock.now().astimezone(polite.network.zone).date()
    polite.network = replace(polite.network, holidays=(Holiday(HOLIDAY, dates=frozenset({today})),))
    polite.converse._network = polite.network
    owner = polite.staff("buttons", "1", Role.OWNER)
    lines = await asks(owner)
    (said,) = [line for line in lines if "Novruz" in line]
    assert said.startswith("It is a holiday or day of mourning (Novruz): 1 member gets it on ")


@sqlite_alone
async def test_who_had_enough_today_gets_it_in_a_digest_which_the_author_hears_before_and_after(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    leyla = polite.member("buttons", "2")
    await asks(owner, "First news")
    await owner.picks("Send to 2 members")
    await polite.tick()
    assert leyla.sees.startswith("First news")
    said = "2 members have had enough newsletters for today (1) and get it in tomorrow's digest."
    assert said in await asks(owner, "Second news")
    await owner.picks("Send to 2 members")
    await polite.tick()
    await asks(owner, "Third news")
    await owner.picks("Send to 2 members")
    for _ in range(2):
        polite.clock.advance(timedelta(seconds=5))
        await polite.tick()
    card = next(seen.text for seen in reversed(owner.screen) if "Third news" in seen.text and "▱" in seen.text)
    assert "2 members have had enough for one day and get it in a digest." in card.split("\n")
    moved(polite.clock, polite.network, 9)
    await polite.settle()
    assert leyla.sees.split("\n\n")[:3] == ["2 messages we kept for you", "Second news", "Third news"]


@sqlite_alone
async def test_an_urgent_one_waits_for_nobody(polite: Office) -> None:
    owner = polite.staff("buttons", "1", Role.OWNER)
    moved(polite.clock, polite.network, 23)
    await drafts(owner, "Storm")

    def hurry(session: Session) -> None:
        session.scalars(select(Newsletter)).one().urgent = "The storm comes tonight"

    polite.database.transact(hurry)
    lines = (await owner.picks("Send")).split("\n")
    assert "It is urgent, so it waits for nobody's morning, and for no holiday or digest." in lines
    assert not any("quiet until morning" in line for line in lines)
    await owner.picks("Send to 1 member")
    await polite.tick()
    states = select(OutboxRow.state).where(OutboxRow.broadcast_id.is_not(None))
    assert polite.database.transact(lambda session: session.scalars(states).all()) == ["sent"]
