"""A network's office: people with roles and members with phones, over a real database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.messages import Kind
from bot.handlers import router
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.members import Member, MemberAddress, find_address
from storage.outbox import OutboxRow
from storage.staff import Invitation, Role, Staff
from tests.chat import Chat, Person
from tests.storage.people import add_member


class Office(Chat):
    """The chat, with ways to say who is there."""

    def __init__(self, database: Database, network: Network, files: Files, clock: Clock) -> None:
        super().__init__(database, network, router(), files, clock)

    def member(self, shape: str, user: str, *topics: str, **known: Any) -> Person:
        """A registered member who follows these topics, phone in hand."""
        person = self.person(shape, user, known.get("language", "en"))

        def write(session: Session) -> None:
            add_member(session, self.clock, person.user, *topics, channel=person.channel, **known)
            self._address(session, person).last_inbound_at = self.clock.now()

        self.database.transact(write)
        return person

    def staff(self, shape: str, user: str, role: Role, *, topics: Sequence[str] = (), **known: Any) -> Person:
        """Somebody with a role who follows no topic."""
        person = self.member(shape, user, **known)

        def grant(session: Session) -> None:
            key = self._find(session, person).id
            session.add(Staff(member_id=key, role=role, topics=list(topics), granted_at=self.clock.now()))

        self.database.transact(grant)
        return person

    def id_of(self, person: Person) -> int:
        return self.database.transact(lambda session: self._find(session, person).id)

    def role_of(self, person: Person) -> tuple[str, list[str]] | None:
        """The role, and a focal point's topics."""

        def look(session: Session) -> tuple[str, list[str]] | None:
            staff = session.get(Staff, self._find(session, person).id)
            return None if staff is None else (staff.role, staff.topics)

        return self.database.transact(look)

    def links(self) -> int:
        """How many invitations were given out."""
        rows = select(func.count()).select_from(Invitation)
        return self.database.transact(lambda session: session.scalar(rows) or 0)

    def queued(self, broadcast_id: int = 1) -> int:
        """How many messages the broadcast has."""
        rows = select(func.count()).select_from(OutboxRow).where(OutboxRow.broadcast_id == broadcast_id)
        return self.database.transact(lambda session: session.scalar(rows) or 0)

    def _find(self, session: Session, person: Person) -> Member:
        return session.get_one(Member, self._address(session, person).member_id)

    def _address(self, session: Session, person: Person) -> MemberAddress:
        address = find_address(session, person.channel, person.user)
        assert address is not None
        return address


async def forges(person: Person, option: str) -> str:
    """Tap a button that was never shown."""
    return await person.sends(Kind.TAP, tap=option)


async def drafts(person: Person, text: str, language: str = "English") -> str:
    """Write a newsletter up to its card."""
    await person.says("/newsletter")
    await person.says(text)
    return await person.picks(language)
