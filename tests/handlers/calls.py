"""Funding calls that are there before a conversation begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.actions import calls
from bot.core.clock import Clock
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastState
from storage.calls import Call, CallMark, CallState
from storage.newsletters import Newsletter
from tests.chat import Person
from tests.handlers.admin.office import Office


def noon(clock: Clock, network: Network) -> None:
    """It is Monday, 1 March 2027, 12:00 in the network's zone."""
    clock.advance(datetime(2027, 3, 1, 12, tzinfo=network.zone) - clock.now())


def ends(network: Network, month: int, day: int) -> datetime:
    """A deadline that was given as this day of 2027."""
    return datetime(2027, month, day, 23, 59, 59, tzinfo=network.zone)


def add_call(office: Office, title: str = "Green schools", **changes: Any) -> int:
    """An open call in English for everybody, unless told otherwise."""

    def write(session: Session) -> int:
        now = office.clock.now()
        call = calls.blank("en", now)
        call.state, call.published_at = CallState.OPEN, now
        call.titles, call.texts = {"en": title}, {"en": "For small projects."}
        for name, value in changes.items():
            setattr(call, name, value)
        session.add(call)
        session.flush()
        return call.id

    return office.database.transact(write)


async def announce(office: Office, call_id: int) -> None:
    """Send it to those it concerns."""

    def write(session: Session) -> None:
        now, call = office.clock.now(), session.get_one(Call, call_id)
        texts = {language: str(text) for language, text in calls.cards(call, office.network).items()}
        audience = calls.audience_of(call).to_json()
        newsletter = Newsletter(source=call.source, texts=texts, audience=audience, created_at=now, about="call",
                                about_id=call.id)  # fmt: skip
        session.add(newsletter)
        session.flush()
        session.add(Broadcast(newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience=audience,
                              created_at=now, fired_at=now, expires_at=call.deadline))  # fmt: skip

    office.database.transact(write)
    await office.tick()


def mark_of(office: Office, person: Person, call_id: int) -> CallMark | None:
    """What the call is to this person."""
    key = (call_id, office.id_of(person))
    return office.database.transact(lambda session: session.get(CallMark, key))
