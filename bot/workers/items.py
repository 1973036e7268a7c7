"""What a foreman has in hand: claimed rows with what to send, those for one person together where they can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.core.channel import Capabilities, Refused, Retry
from bot.core.joining import joined
from bot.core.messages import Outbound
from storage.claimed import Claimed

Said = Outbound | Refused | Retry
"""What a row says, or why it cannot be said, now or ever."""


class Item(NamedTuple):
    """One message on its way.

    Attributes:
        rows: whose words it says, in order; the first one's id is the platform's reference.
        outbound: what to send, or what it comes to without sending.
        leaves_at: when it may leave (`time.monotonic()`).
    """

    rows: tuple[Claimed, ...]
    outbound: Said
    leaves_at: float = 0.0

    @property
    def row(self) -> Claimed:
        return self.rows[0]

    @property
    def carriers(self) -> dict[int, int]:
        """Which rows go with the first one's message."""
        return {row.id: self.row.id for row in self.rows[1:]}


def together(
    rows: Sequence[Claimed], said: Mapping[int, Said], capabilities: Capabilities, apart: Collection[int] = ()
) -> list[Item]:
    """One item a row, or one for several rows of the same person, in the order of their first rows.

    What was sent together before and is in doubt goes together again, so that the platform's answer speaks for all.

    Args:
        said: what each row says; rows of one digest say the same.
        apart: rows that go by themselves, since together they were refused.
    """
    items: list[Item] = []
    newest: dict[int, int] = {}
    digests: dict[tuple[int, int], int] = {}
    for row in rows:
        what = said[row.id]
        digest = (row.address_id, id(what))
        if digest in digests:
            place = digests[digest]
            items[place] = items[place]._replace(rows=(*items[place].rows, row))
            continue
        last = newest.get(row.address_id)
        item = None
        if last is not None and capabilities.merges and not {row.id, items[last].row.id} & {*apart}:
            item = _with(items[last], row, what, capabilities)
        if item is not None and last is not None:
            items[last] = item
        else:
            newest[row.address_id] = len(items)
            if row.kept and isinstance(what, Outbound) and what.alone:
                digests[digest] = len(items)
            items.append(Item((row,), what))
    return items


def spread(items: Iterable[Item], starts_at: float, rate: float) -> list[Item]:
    """Let them leave one after the other, `rate` a second."""
    return [item._replace(leaves_at=starts_at + number / rate) for number, item in enumerate(items)]


def _with(item: Item, row: Claimed, said: Said, capabilities: Capabilities) -> Item | None:
    if item.row.bell or row.bell or not isinstance(item.outbound, Outbound) or not isinstance(said, Outbound):
        return None
    if item.row.doubts or row.doubts:
        again = item.row.doubts and row.doubts and row.carrier == item.row.id
        if not again:
            return None
    both = joined(item.outbound, said, capabilities)
    return None if both is None else Item((*item.rows, row), both)
