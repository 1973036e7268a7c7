"""A page of a list, and where the next one begins: after a resource, not after a number, as new ones come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from multidict import MultiDict

from tests.emulators.twilio.refused import wrong

DEFAULT_SIZE, MOST = 50, 1_000


class Resource(Protocol):
    @property
    def sid(self) -> str: ...


R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Part of a list.

    Attributes:
        number: counted from 0; only for show.
        start: how many come before it.
        next: PageToken of the next page, "" on the last.
    """

    items: Sequence[R]
    number: int
    size: int
    start: int
    next: str


def page(resources: Sequence[R], query: MultiDict[str]) -> Page[R]:
    """The part of the list that PageSize (1 to 1,000, else 50) and PageToken ask for.

    Raises:
        Refused: PageSize or PageToken make no sense.
    """
    size = int(query.get("PageSize", DEFAULT_SIZE))
    token = query.get("PageToken", "").removeprefix("PA")
    sids = [resource.sid for resource in resources]
    if not 1 <= size <= MOST or (token and token not in sids):
        raise wrong(20006, f"Page size or token invalid: {dict(query)}")
    start = sids.index(token) + 1 if token else 0
    items = resources[start : start + size]
    more = f"PA{items[-1].sid}" if start + size < len(resources) else ""
    return Page(items, int(query.get("Page", 0)), size, start, more)
