"""Who took an event's calendar file, and what it said: so that a new one reaches them when the event changes.

Facts, one for each who took it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.facts import Fact, forget, recall, remember

_BEGINS: Final = "calendar:"


class Taken(NamedTuple):
    """A file that a member has.

    Attributes:
        version: of what it says, see `bot.actions.calendars`.
    """

    event_id: int
    member_id: int
    version: str


def note(session: Session, taken: Taken) -> None:
    """This is the newest they have."""
    remember(session, _key(taken.event_id, taken.member_id), {"version": taken.version})


def drop(session: Session, taken: Taken) -> None:
    """Keep them up to date no longer."""
    forget(session, _key(taken.event_id, taken.member_id))


def all_taken(session: Session) -> Iterator[Taken]:
    """By event and member."""
    ours = select(Fact).where(Fact.key >= _BEGINS, Fact.key < _BEGINS[:-1] + ";").order_by(Fact.key)
    for fact in session.scalars(ours).all():
        _calendar, event_id, member_id = fact.key.split(":")
        yield Taken(int(event_id), int(member_id), str(fact.value["version"]))


def repoint(session: Session, gone_id: int, kept_id: int) -> None:
    """What the one took, the other has."""
    for taken in [each for each in all_taken(session) if each.member_id == gone_id]:
        drop(session, taken)
        if not recall(session, _key(taken.event_id, kept_id)):
            note(session, taken._replace(member_id=kept_id))


def _key(event_id: int, member_id: int) -> str:
    return f"{_BEGINS}{event_id}:{member_id}"
