"""A digest on every phone: one message, from which each that it keeps can be read in full, by its own reader alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions.retrying import RECALLED
from bot.core.clock import Clock
from bot.core.messages import Attachment
from bot.network import Manners, Network
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.files import Files
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.calls import add_call, announce
from tests.storage.people import add_broadcast

LONG = "This is one sentence of a long text. " * 60


def moved(clock: Clock, network: Network, hour: int) -> None:
    now = clock.now().astimezone(network.zone)
    today = datetime.combine(now.date(), time(hour), network.zone)
    clock.advance((today if today > now else today + timedelta(days=1)) - now)


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    moved(clock, network, 12)
    office = Office(database, replace(network, manners=Manners(a_day=1), holidays=()), files, clock)
    yield office
    await office.whatsapp.stop()


async def digest(office: Office, person: Person, *texts: str, **audience: list[str]) -> None:
    """One message today, and these as tomorrow's digest."""
    await person.says("hello")
    for text in ("The first of the day", *texts):
        office.database.transact(lambda session, text=text: add_broadcast(session, office.clock, text, **audience))  # type: ignore[misc]
        await office.settle()
    person.news.clear()
    moved(office.clock, office.network, 9)
    await office.settle()


async def test_it_is_one_message_and_says_once_why_it_came(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1", "education", "health")
    await digest(office, leyla, "A grant", "A seminar", topics=["education", "health"])
    why = "You receive this because you follow: Education and Health."
    assert leyla.heard == [f"2 messages we kept for you\n\nA grant\n\nA seminar\n\n{why}"]
    assert leyla.options == ["Stop: Education", "Stop: Health"]


async def test_what_was_cut_can_be_read_in_full(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    await digest(office, leyla, LONG, "Call: " + LONG)
    assert len(leyla.heard) == 1
    assert leyla.options[:2] == [
        "Read: This is one sentence of a long text. This is one sentence…",
        "Read: Call: This is one sentence of a long text. This is one…",
    ]
    assert leyla.options[2:] == ["Stop all messages"]
    await leyla.picks("Read: Call: This is one sentence of a long text. This is one…")
    said = " ".join(" ".join(leyla.heard).split())
    assert said == " ".join(f"Call: {LONG} You receive this as a member of {office.network.name['en']}.".split())


async def test_a_file_comes_with_the_full_message(office: Office) -> None:
    leyla = office.member("buttons", "1")
    file = Attachment("document", office.files.store(b"%PDF-1.4"), "call.pdf", "application/pdf", 8)
    await leyla.says("hello")

    def add(session: Session, text: str) -> None:
        broadcast = session.get_one(Broadcast, add_broadcast(session, office.clock, text))
        session.get_one(Newsletter, broadcast.newsletter_id).attachment = asdict(file) if text == "A grant" else None

    for text in ("The first of the day", "A grant", "A seminar"):
        office.database.transact(lambda session, text=text: add(session, text))  # type: ignore[misc]
        await office.settle()
    moved(office.clock, office.network, 9)
    await office.settle()
    assert (leyla.file, leyla.options) == (None, ["Read: A grant", "Stop all messages"])
    await leyla.picks("Read: A grant")
    assert leyla.file == file


async def test_nobody_reads_what_was_kept_for_another(office: Office, shape: str) -> None:
    leyla, boris = office.member(shape, "1"), office.member(shape, "2")
    await digest(office, leyla, LONG, "Call: " + LONG)
    rows = select(OutboxRow.id).where(OutboxRow.member_id == office.id_of(leyla), OutboxRow.broadcast_id.is_not(None))
    key = office.database.transact(lambda session: session.scalars(rows.order_by(OutboxRow.id)).all())[-1]
    gone = "I do not find this message any more. It may have been taken back."
    for made_up in (f"read:{key}", "read:0", "read:99999999999999999999", "read:x"):
        assert await forges(boris, made_up) == gone
    assert await boris.says(f"read {key}") == gone
    assert await leyla.says(f"READ {key}") != gone


async def test_what_was_taken_back_is_not_read_any_more(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await digest(office, leyla, LONG, "Call: " + LONG)

    def recall(session: Session) -> None:
        session.execute(update(Broadcast).values(pause_reason=RECALLED))

    office.database.transact(recall)
    assert await leyla.picks("Read: Call: This is one sentence of a long text. This is one…") == (
        "I do not find this message any more. It may have been taken back."
    )


async def test_what_can_be_done_with_a_call_is_not_lost_in_it(office: Office) -> None:
    leyla = office.member("buttons", "1")
    await leyla.says("hello")
    office.database.transact(lambda session: add_broadcast(session, office.clock, "The first of the day"))
    await office.settle()
    await announce(office, add_call(office))
    office.database.transact(lambda session: add_broadcast(session, office.clock, "News"))
    await office.settle()
    leyla.news.clear()
    moved(office.clock, office.network, 9)
    await office.settle()
    assert leyla.options == ["Read: Green schools", "Stop all messages"]
    await leyla.picks("Read: Green schools")
    assert leyla.options == ["Save", "Remind me", "Not for us", "Share", "Ask", "Stop all messages"]
