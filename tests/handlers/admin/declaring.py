"""Declarations as staff make them: from the first tap to the day they close."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.actions import signature_pages
from bot.workers.carrying import Carrying
from bot.workers.making import papers
from storage import carried
from storage.declarations import Declaration, Signature
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.workers.platform import Platform

T = TypeVar("T")


def look(office: Office, work: Callable[[Declaration], T], key: int = 1) -> T:
    """What is true of the declaration."""
    return office.database.transact(lambda session: work(session.get_one(Declaration, key)))


def signatures(office: Office) -> list[tuple[str, str, str, bool]]:
    """Name, organisation and country of each, and whether it counts."""

    def read(session: Session) -> list[tuple[str, str, str, bool]]:
        found = session.query(Signature).order_by(Signature.id)
        return [(each.name, each.organisation, each.country, each.withdrawn_at is None) for each in found]

    return office.database.transact(read)


async def begins(coordinator: Person, title: str = "Schools", language: str = "English") -> str:
    """A new draft, up to its page."""
    await coordinator.says("/declarations" if coordinator.capabilities.commands else "Declarations")
    await coordinator.picks("New declaration", language)
    await coordinator.says(title)
    return await coordinator.says("Every child has a school.")


async def opens(coordinator: Person, office: Office, members: str = "Send to 1 member") -> None:
    """Send it, until it is open for signature."""
    await coordinator.picks("Open for signature", members)
    await office.tick()
    await office.tick()


async def prints(office: Office, language: str = "en", key: int = 1) -> None:
    """The document is laid out before it is asked for."""

    def want(session: Session) -> None:
        name = signature_pages.name(session, session.get_one(Declaration, key), language)
        carried.want(session, name, office.clock.now())

    office.database.transact(want)
    homes = {signature_pages.HOME: papers(office.database, office.clock, office.network)}
    carrying = Carrying({"telegram": Platform()}, office.database, office.clock, office.files, homes)
    while await carrying.carry_next():
        pass
