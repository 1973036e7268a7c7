"""People who are there before a conversation begins, and what the network knows about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import members
from bot.core.fields import Found
from storage.members import Member, MemberAddress, find_address, first_contact
from storage.staff import Role, Staff
from tests.chat import Chat, Person

T = TypeVar("T")

both_shapes = pytest.mark.parametrize("shape", ["buttons", "numbers"])
every_shape = pytest.mark.parametrize("shape", ["buttons", "numbers", "whatsapp"])
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WHICH_LANGUAGE = "Hansı dildə yazışaq?\nКакой язык вам удобнее?\nWhich language do you prefer?"
"""Asked of somebody new in every language of the network: nobody knows yet which one they read."""

AYSEL = {
    "organisation": Found("Initiative"),
    "place": Found("Sabirabad (Mil-Mughan)", "place:mil-mughan:sabirabad"),
    "ecosoc": "none",
    "topics": ["education", "health"],
    "name": "Aysel Məmmədova",
    "role": "director",
    "phone": "+994501234567",
    "email": None,
}


async def in_english(person: Person) -> None:
    """Say it, where no platform hints at the language of somebody new."""
    if person.channel == person.chat.whatsapp.name:
        await person.says("/en")


async def look(chat: Chat, work: Callable[[Session], T]) -> T:
    return await chat.database.read(work)


async def enrol(person: Person, *, staff: Role | None = None, **answers: Any) -> int:
    """Make this person a member without a conversation; returns the member's id."""
    chat, now = person.chat, person.chat.clock.now()

    def register(session: Session) -> int:
        address = first_contact(session, person.channel, person.user, person.language, now)
        member = session.get_one(Member, address.member_id)
        members.consent(member, now)
        members.register(session, chat.network, member, AYSEL | answers, now)
        if staff is not None:
            session.add(Staff(member_id=member.id, role=staff, topics=[], granted_at=now))
        return member.id

    return await chat.database.run(register)


async def member_of(person: Person) -> Member:
    """The row of this person."""

    def find(session: Session) -> Member:
        address = find_address(session, person.channel, person.user)
        assert address is not None
        return session.get_one(Member, address.member_id)

    return await look(person.chat, find)


async def everybody(chat: Chat) -> list[tuple[str, str]]:
    """Channel and user of every address the network knows."""
    rows = await look(chat, lambda session: session.execute(select(MemberAddress.channel, MemberAddress.user)).all())
    return [(channel, user) for channel, user in rows]
