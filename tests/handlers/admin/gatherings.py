"""Events as staff make them: from the first tap to the day itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.core.locale import zoned_words
from scheduler.verdicts import Verdicts
from storage.events import Event, Reply, Rsvp
from tests.chat import Person
from tests.handlers.admin.office import Office

T = TypeVar("T")


def day(office: Office, days: int, hour: int, minute: int = 0) -> datetime:
    """A moment so many days from today, as clocks of the network show it."""
    local = office.clock.now().astimezone(office.network.zone) + timedelta(days=days)
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0)


def typed(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M}"


def words(office: Office, moment: datetime) -> str:
    return str(zoned_words(moment, office.network.zone))


def look(office: Office, work: Callable[[Event], T], key: int = 1) -> T:
    """What is true of the event."""
    return office.database.transact(lambda session: work(session.get_one(Event, key)))


def answers(office: Office, person: Person, reply: Reply = Reply.YES, seats: int = 1, *, there: bool = False,
            event: int = 1) -> None:  # fmt: skip
    """The person has answered, and maybe come."""
    member, now = office.id_of(person), office.clock.now()

    def write(session: Session) -> None:
        session.add(
            Rsvp(event_id=event, member_id=member, reply=reply, seats=seats, replied_at=now,
                 waits_since=now if reply == Reply.WAITING else None, attended_at=now if there else None)
        )  # fmt: skip

    office.database.transact(write)


async def begins(coordinator: Person, title: str = "Budget workshop", language: str = "English") -> str:
    """A new draft, up to its page."""
    await coordinator.says("/events")
    await coordinator.picks("New event")
    await coordinator.picks(language)
    return await coordinator.says(title)


async def completes(coordinator: Person, office: Office, days: int = 10) -> datetime:
    """Say when and where it is; returns when it begins."""
    starts_at = day(office, days, 15)
    await coordinator.picks("Begins")
    await coordinator.says(typed(starts_at))
    await coordinator.picks("Place")
    await coordinator.says("Nizami 5, Bakı")
    return starts_at


async def publishes(coordinator: Person, office: Office, members: str = "Send to 1 member") -> None:
    """Send the invitation, until the event is open."""
    await coordinator.picks("Publish", members)
    await office.tick()
    await office.tick()


async def until(office: Office, moment: datetime) -> None:
    """Time goes on, and what is due happens."""
    office.clock.advance(moment - office.clock.now())
    await office.tick()
    await Verdicts(office.database, office.clock, office.network, lambda: None).tick()
    await office.tick()
