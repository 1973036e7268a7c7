"""What reached people's screens, compared with what the outbox says: nothing missing, and every second copy explained.

Each message on a screen is either the one its outbox row names (`external_id`) or a second copy. A second copy must be
of a row that says "possibly twice" (`doubts`), and it is charged to the kill that cut off its outcome.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.telegram.inbound import CHANNEL
from storage.database import Database
from storage.inbox import InboxRow
from storage.members import MemberAddress
from storage.outbox import UNFINISHED, OutboxRow
from tests.crash.lives import Life
from tests.emulators.telegram import BotApi, Message, Request


class OnTelegram(Protocol):
    """A drill with an emulated Bot API."""

    api: BotApi
    database: Database
    lives: list[Life]


@dataclass
class Audit:
    """What was found.

    Attributes:
        outbox, inbox: rows by state.
        unheard: events of people that no inbox row holds.
        unexplained: messages on screens for which no row was in doubt often enough.
        copies: second copies by life; `bounds`: how many the kill that ended each may have caused.
        oldest: how long before its kill, in seconds, the oldest outcome that was lost had been answered; `longest`:
            the most time within which a bot that was not let run may lose them.
        doubted: rows that say "possibly twice".
    """

    outbox: dict[str, int]
    inbox: dict[str, int]
    unheard: int
    bounds: dict[int, int]
    copies: Counter[int] = field(default_factory=Counter)
    unexplained: list[Message] = field(default_factory=list)
    oldest: float = 0.0
    longest: float = 0.0
    doubted: int = 0

    @property
    def excessive(self) -> list[tuple[int, int]]:
        """Copies and bound of every kill that caused more than it may."""
        unkilled = dict.fromkeys(self.copies, 0)
        bounds = (unkilled | self.bounds).items()
        return [(self.copies[life], bound) for life, bound in bounds if self.copies[life] > bound]

    def holds(self, *besides: str) -> None:
        """The invariants of every drill.

        Args:
            besides: how else messages may have ended than sent, in this drill: "skipped".

        Raises:
            AssertionError: one does not hold.
        """
        assert (self.unheard, set(self.inbox)) == (0, {"handled"}), "an answer was lost"
        assert set(self.outbox) <= {"sent", *besides}, "a message was lost or is stuck"
        assert self.unexplained == [], "second copies that no row tells of"
        assert self.excessive == [], "more second copies than sends in flight and outcomes of the last 100 ms"

    def line(self) -> str:
        """Counts, for people."""
        stuck = sum(number for state, number in self.outbox.items() if state in UNFINISHED)
        counts = f"{self.unheard} answers lost, {stuck} messages stuck, {self.copies.total()} second copies"
        if not self.bounds:
            return f"{counts}, {self.doubted} possibly twice"
        at_one_kill = max((self.copies[life], bound) for life, bound in self.bounds.items())
        return (
            f"{len(self.bounds)} kills, {counts} of at most {sum(self.bounds.values())} (most at one kill: "
            f"{at_one_kill[0]} of {at_one_kill[1]}), {self.doubted} possibly twice, oldest lost outcome "
            f"{self.oldest * 1000:.0f} ms (100 ms of its own were at most {self.longest * 1000:.0f} ms)"
        )


async def audit(drill: OnTelegram, content: Callable[[str], str] = str) -> Audit:
    """Look at everything. The bot has stopped.

    Args:
        content: what a text says, where one row may have been sent with several, such as before and after a correction.
    """
    rows, outbox, inbox = await drill.database.read(_read)
    found = Audit(
        outbox,
        inbox,
        unheard=len(drill.api.feed.history) - sum(inbox.values()),
        bounds={number: _bound(drill, number) for number, life in enumerate(drill.lives) if life.killed},
        doubted=sum(1 for row in rows if row.doubts),
        longest=max((life.killed - life.stored for life in drill.lives if life.killed), default=0),
    )
    _explain(drill, rows, found, content)
    return found


class _Row(NamedTuple):
    user: str
    external_id: str
    doubts: int


def _read(session: Session) -> tuple[list[_Row], dict[str, int], dict[str, int]]:
    new = select(MemberAddress.user, OutboxRow.external_id, OutboxRow.doubts)
    new = new.join(MemberAddress, MemberAddress.id == OutboxRow.address_id).where(OutboxRow.edits.is_(None))
    new = new.where(OutboxRow.channel == CHANNEL)
    outbox, inbox = (
        session.execute(select(table.state, func.count()).where(table.channel == CHANNEL).group_by(table.state))
        for table in (OutboxRow, InboxRow)
    )
    return [_Row(*row) for row in session.execute(new)], dict(outbox.all()), dict(inbox.all())


def _explain(drill: OnTelegram, rows: list[_Row], found: Audit, content: Callable[[str], str]) -> None:
    """Charge every second copy to a kill."""
    delivered = _delivered(drill)
    originals = {str(message.id): content(message.original) for _request, message in delivered}
    doubts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        doubts[row.user, originals.get(row.external_id, "")] += row.doubts
    named = {row.external_id for row in rows}
    begun = [life.begun for life in drill.lives]
    for request, message in delivered:
        if str(message.id) in named:
            continue
        said = str(request.chat), content(message.original)
        doubts[said] -= 1
        if doubts[said] < 0:
            found.unexplained.append(message)
        kill = bisect(begun, request.time) - 1
        found.copies[kill] += 1
        if request.answered:
            found.oldest = max(found.oldest, drill.lives[kill].killed - request.answered)


def _bound(drill: OnTelegram, number: int) -> int:
    """What left and was in flight at the end of this life, or had been answered within the last 100 ms."""
    life = drill.lives[number]
    end = drill.lives[number + 1].begun if number + 1 < len(drill.lives) else float("inf")
    mine = (request for request, _message in _delivered(drill) if life.begun <= request.time < end)
    return sum(1 for request in mine if not request.answered or request.answered > life.stored)


def _delivered(drill: OnTelegram) -> list[tuple[Request, Message]]:
    """Every send that put something on a screen, with what it put there."""
    return [(request, request.message) for request in drill.api.requests if request.message is not None]
