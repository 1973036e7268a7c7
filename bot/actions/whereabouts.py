"""When and where an event is, and what changing one of these means for the others."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.core.fields import Place
from storage.events import Event


class Whereabouts(NamedTuple):
    """When and where an event is; what is None stays as it was."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: Place | None = None
    link: str | None = None


def fits(event: Event, to: Whereabouts) -> bool:
    """Whether it would begin before it ends."""
    if to.ends_at is None:
        return True
    starts_at = to.starts_at or event.starts_at
    return starts_at is None or starts_at < to.ends_at


def is_so(event: Event, to: Whereabouts) -> bool:
    """Whether it is there and then already."""
    now = (event.starts_at, event.ends_at, Place(event.place), event.link)
    return all(wanted is None or wanted == known for wanted, known in zip(to, now, strict=True))


def settle(event: Event, to: Whereabouts) -> None:
    """An event that begins at another time lasts as long as before, unless it is told when it ends."""
    if to.starts_at is not None:
        if event.starts_at is not None and event.ends_at is not None:
            event.ends_at += to.starts_at - event.starts_at
        event.starts_at = to.starts_at
    if to.ends_at is not None:
        event.ends_at = to.ends_at
    if to.place is not None:
        _locate(event, to.place)
    if to.link is not None:
        event.link = to.link


def _locate(event: Event, place: Place) -> None:
    """A point belongs to the words beside it: with other words the old one goes."""
    if place.words and event.place:
        event.latitude = event.longitude = None
    event.place = place.words or event.place
    if place.point is not None:
        event.latitude, event.longitude = place.point
