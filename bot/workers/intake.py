"""What leaves next: one look at the outbox is one transaction, which claims rows and puts them into words."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.actions.digests import Digests
from bot.actions.hours import Hours
from bot.actions.wording import Wording
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.workers.cursors import Cursors, Moved
from bot.workers.enclosures import with_file_behind
from bot.workers.items import Item, spread, together
from bot.workers.sharing import DIGESTS, shared
from storage import lanes, pace
from storage.broadcasts import BroadcastState, in_state
from storage.claimed import Claimed
from storage.claims import carry
from storage.database import Database
from storage.manners import counting
from storage.recovery import give_back
from storage.windows import Window

AHEAD = timedelta(milliseconds=100)
"""How far ahead messages are claimed: a reply never waits behind more of a broadcast than this."""

BATCH = 500
"""Most rows in one claim, below a second's worth at the highest rate a platform allows."""

IDLE = 0.5
"""Seconds until the next look when there was nothing; whoever queues a message wakes the foreman before."""

SOONEST = 0.02
"""Seconds between two looks for a broadcast that is sent slowly."""


class Taken(NamedTuple):
    """What one look at the outbox brought.

    Attributes:
        rest: seconds until the next look.
        moved: where lanes were read to.
        asked: the broadcasts whose turn it was, and `DIGESTS`.
    """

    items: list[Item]
    rest: float
    moved: Moved
    asked: Collection[int] = ()


class Intake:
    """One foreman's looks at the outbox of its channel.

    Args:
        token: under which rows are claimed.
        elsewhere: our other channels, for members who allow a second way.
        in_hand: the rows this foreman is not done with.

    Attributes:
        apart: rows that go by themselves, since together they were refused.
    """

    def __init__(self, channel: Channel, token: str, database: Database, clock: Clock, wording: Wording,
                 elsewhere: Collection[str], in_hand: Callable[[], set[int]]) -> None:  # fmt: skip
        self.apart: set[int] = set()
        self._channel = channel
        self._token = token
        self._database = database
        self._clock = clock
        self._wording = wording
        self._digests = Digests(wording.network)
        self._manners = Hours(wording.network)
        self._in_hand = in_hand
        terms = channel.capabilities
        window = None if terms.window is None else Window(terms.window, terms.bells)
        self._cursors = Cursors(channel.name, token, clock, window, elsewhere, self._manners, in_hand,
                                is_sqlite=database.is_sqlite)  # fmt: skip
        self._turns = count(1)
        self._asked: dict[int, int] = {}
        self._unsure = False

    async def look(self, room: int) -> Taken:
        """Claim what may leave now, as many rows as there is room for.

        Raises:
            Exception: the database's. Rows may be claimed all the same; the next look gives them back.
        """
        try:
            taken = await self._database.run(lambda session: self._take(session, room))
        except Exception:
            self._unsure = True
            raise
        self._unsure = False
        self._cursors.keep(taken.moved)
        self._asked |= {lane: next(self._turns) for lane in taken.asked}
        return taken

    def _take(self, session: Session, room: int) -> Taken:
        """Claim what may leave within the next 100 ms, replies first, then a fair share of each broadcast.

        Changes nothing but the session: whether it was committed is only known when the transaction has returned.
        """
        now = self._clock.now()
        name, rate = self._channel.name, self._channel.rate
        allowed = lanes.allowance(session, name, self._token, rate, AHEAD, now)
        if self._unsure:
            give_back(session, name, self._token, self._in_hand())
        room = min(room, allowed.messages)
        if room == 0:
            return Taken([], min(1, max(0.02, (allowed.starts_at - AHEAD - now).total_seconds())), {})
        moved: Moved = {}
        found = self._cursors.claim(session, None, room, moved)
        rows, full, rest = found.rows, found.looked_at == room, IDLE
        asked: list[int] = []
        if len(rows) < room:
            bulk, more, rest = self._claim_bulk(session, room - len(rows), moved, now)
            oldest = sorted((theirs for theirs in bulk.values() if theirs), key=lambda theirs: theirs[0].id)
            rows, full, asked = [*rows, *(row for theirs in oldest for row in theirs)], full or more, [*bulk]
        if not rows:
            return Taken([], 0 if full else rest, moved, asked)
        capabilities = self._channel.capabilities
        said = self._wording.of(session, rows, self._channel)
        said |= self._digests.of(session, rows, said, capabilities, self.apart)
        items = together(rows, said, capabilities, self.apart)
        carry(session, {row: lead for item in items for row, lead in item.carriers.items()})
        items = [with_file_behind(session, item, self._channel, now) for item in items]
        lanes.spend(session, name, len(items), rate, allowed.starts_at)
        start = time.monotonic() + (allowed.starts_at - now).total_seconds()
        rest = 0 if len(rows) >= room == BATCH else min(0.05, room / rate)
        return Taken(spread(items, start, rate), rest, moved, asked)

    def _claim_bulk(
        self, session: Session, room: int, moved: Moved, now: datetime
    ) -> tuple[dict[int, list[Claimed]], bool, float]:
        """Claim digests and broadcasts, those first that were asked longest ago.

        Returns:
            The rows of each that was asked, whether there may be more, and when to look again if not.
        """
        most = {DIGESTS: room}
        paced: dict[int, datetime] = {}
        rest = IDLE
        for broadcast in in_state(session, BroadcastState.SENDING):
            most[broadcast.id] = room
            if broadcast.rate and broadcast.rate < self._channel.rate:
                allowed = pace.allowance(session, broadcast.id, AHEAD, now)
                most[broadcast.id] = min(room, allowed.messages if allowed else 0)
                if allowed:
                    paced[broadcast.id] = allowed.starts_at
                early = (allowed.starts_at - AHEAD - now).total_seconds() if allowed else 0
                rest = min(rest, max(SOONEST, early))
        counted = counting(session, self._manners, now) if len(most) > 1 else ()
        most = dict(sorted(most.items(), key=lambda lane: self._asked.get(lane[0], 0)))
        taken, full = shared(most, room, lambda lane, limit: self._cursors.claim(session, lane, limit, moved, counted))
        for broadcast_id, starts_at in paced.items():
            pace.spend(session, broadcast_id, len(taken.get(broadcast_id, ())), starts_at)
        return taken, full, rest
