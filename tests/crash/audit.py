"""What reached people's screens, compared with what the outbox says: nothing missing, and every second copy explained.

Each message on a screen is either the one its outbox row names (`external_id`) or a second copy. A second copy must be
of a row that says "possibly twice" (`doubts`), and it is charged to the kill that cut off its outcome.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.inbox import InboxRow
from storage.members import MemberAddress
from storage.outbox import OutboxRow
from tests.crash.drill import SENDS, Drill
from tests.emulators.telegram import Message, Request


@dataclass
class Audit:
    """What was found.

    Attributes:
        outbox, inbox: rows by state.
        unheard: events of people that no inbox row holds.
        unexplained: messages on screens for which no row was in doubt often enough.
        copies: second copies by kill; `bounds`: how many each kill may have caused.
        oldest: how long before its kill, in seconds, the oldest outcome that was lost had been answered; `longest`:
            the most time within which a bot that was not let run may lose them.
        doubted: rows that say "possibly twice".
    """

    outbox: dict[str, int]
    inbox: dict[str, int]
    unheard: int
    bounds: list[int]
    copies: Counter[int] = field(default_factory=Counter)
    unexplained: list[Message] = field(default_factory=list)
    oldest: float = 0.0
    longest: float = 0.0
    doubted: int = 0

    @property
    def excessive(self) -> list[tuple[int, int]]:
        """Copies and bound of every kill that caused more than it may."""
        return [(self.copies[kill], bound) for kill, bound in enumerate(self.bounds) if self.copies[kill] > bound]

    def holds(self) -> None:
        """The invariants of every drill.

        Raises:
            AssertionError: one does not hold.
        """
        assert (self.unheard, set(self.inbox)) == (0, {"handled"}), "an answer was lost"
        assert set(self.outbox) == {"sent"}, "a message was lost or is stuck"
        assert self.unexplained == [], "second copies that no row tells of"
        assert self.excessive == [], "more second copies than sends in flight and outcomes of the last 100 ms"

    def line(self) -> str:
        """Counts, for people."""
        stuck = sum(number for state, number in self.outbox.items() if state != "sent")
        at_one_kill = max(((self.copies[kill], bound) for kill, bound in enumerate(self.bounds)), default=(0, 0))
        return (
            f"{len(self.bounds)} kills, {self.unheard} answers lost, {stuck} messages stuck, "
            f"{self.copies.total()} second copies of at most {sum(self.bounds)} (most at one kill: {at_one_kill[0]} of "
            f"{at_one_kill[1]}), {self.doubted} possibly twice, oldest lost outcome "
            f"{self.oldest * 1000:.0f} ms (100 ms of its own were at most {self.longest * 1000:.0f} ms)"
        )


async def audit(drill: Drill) -> Audit:
    """Look at everything. The bot has stopped."""
    rows, outbox, inbox = await drill.database.read(_read)
    found = Audit(
        outbox,
        inbox,
        unheard=len(drill.api.feed.history) - sum(inbox.values()),
        bounds=[_bound(drill, number) for number, life in enumerate(drill.lives) if life.killed],
        doubted=sum(1 for row in rows if row.doubts),
        longest=max((life.killed - life.stored for life in drill.lives if life.killed), default=0),
    )
    _explain(drill, rows, found)
    return found


class _Row(NamedTuple):
    user: str
    external_id: str
    doubts: int


def _read(session: Session) -> tuple[list[_Row], dict[str, int], dict[str, int]]:
    new = select(MemberAddress.user, OutboxRow.external_id, OutboxRow.doubts)
    new = new.join(MemberAddress, MemberAddress.id == OutboxRow.address_id).where(OutboxRow.edits.is_(None))
    outbox = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    inbox = session.execute(select(InboxRow.state, func.count()).group_by(InboxRow.state))
    return [_Row(*row) for row in session.execute(new)], dict(outbox.all()), dict(inbox.all())


def _explain(drill: Drill, rows: list[_Row], found: Audit) -> None:
    """Charge every second copy to a kill. The emulator carries sends out as they arrive, so the two lists are one."""
    delivered = list(zip(_sends(drill), drill.api.delivered(), strict=True))
    originals = {str(message.id): message.original for _request, message in delivered}
    doubts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        doubts[row.user, originals.get(row.external_id, "")] += row.doubts
    named = {row.external_id for row in rows}
    begun = [life.begun for life in drill.lives]
    for request, message in delivered:
        if str(message.id) in named:
            continue
        content = str(request.chat), message.original
        doubts[content] -= 1
        if doubts[content] < 0:
            found.unexplained.append(message)
        kill = bisect(begun, request.time) - 1
        found.copies[kill] += 1
        if request.answered:
            found.oldest = max(found.oldest, drill.lives[kill].killed - request.answered)


def _bound(drill: Drill, number: int) -> int:
    """Sends that were in flight at the end of this life, or had been answered within the last 100 ms."""
    life = drill.lives[number]
    end = drill.lives[number + 1].begun if number + 1 < len(drill.lives) else float("inf")
    mine = (request for request in _sends(drill) if life.begun <= request.time < end)
    return sum(1 for request in mine if not request.answered or request.answered > life.stored)


def _sends(drill: Drill) -> list[Request]:
    return [request for request in drill.api.requests if request.method in SENDS]
