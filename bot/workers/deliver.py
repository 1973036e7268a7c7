"""The way out: one foreman a channel claims outbox rows, its senders call the platform, every answer is written down.

No network call is made inside a transaction: a claim is one, an outcome is another, and the send lies between them.
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.digests import Digests
from bot.actions.hours import Hours
from bot.actions.wording import Wording
from bot.core.channel import Channel, Closed, Refused, Retry, Tracing, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.core.rendering import goes_ahead
from bot.workers.breaker import Breaker, Pause
from bot.workers.handover import SOON, Handover
from bot.workers.items import Item, spread, together
from bot.workers.leadership import Leadership
from bot.workers.lines import Lines
from bot.workers.outcomes import ACCOUNT, Outcomes
from bot.workers.sharing import DIGESTS, shared
from bot.workers.wake import Wake
from storage import lanes, pace
from storage.broadcasts import BroadcastState, in_state
from storage.claims import Claim, Claimed, carry, claim, claim_digests, give_back, last_of
from storage.database import Database
from storage.manners import counting
from storage.outbox import enqueue
from storage.terms import Terms
from storage.windows import Window

log = logging.getLogger(__name__)

AHEAD = timedelta(milliseconds=100)
"""How far ahead messages are claimed: a reply never waits behind more of a broadcast than this."""

BATCH = 500
"""Most rows in one claim, below a second's worth at the highest rate a platform allows."""

IDLE = 0.5
"""Seconds until the next look when there was nothing; whoever queues a message wakes the foreman before."""

SOONEST = 0.02
"""Seconds between two looks for a broadcast that is sent slowly."""

LONGEST = 4
"""Seconds between two looks from the beginning of a lane at the most, less than `storage.terms.WHOLE`."""

NOW_AND_THEN = 0.25
"""Seconds between two looks for what waited for a moment, which may be a retry or the morning's first message, and
between two looks into a broadcast of which nothing may leave: it may be one of many that wait for days."""


class Taken(NamedTuple):
    """What one look at the outbox brought, how long to rest before the next, and where each lane was read to.

    Attributes:
        asked: the broadcasts whose turn it was, and `DIGESTS`.
    """

    items: list[Item]
    rest: float
    cursors: dict[int | None, Cursor]
    asked: Collection[int] = ()


class Cursor(NamedTuple):
    """Where to go on in a lane.

    Attributes:
        again_at: when to look from its beginning again, for what was put back or came in late.
        waited_at: when to look again for what waited for a moment.
        rests_until: there was nothing: when to look again at all.
    """

    after: int = 0
    again_at: float = 0.0
    waited_at: float = 0.0
    rests_until: float = 0.0


class Foreman:
    """Delivers one channel's outbox.

    Args:
        senders: how many sends may be in flight; at least rate times latency.
        pause: called with a broadcast and a reason when five systemic refusals came in a row.
        elsewhere: our other channels, for members who allow a second way.
    """

    def __init__(self, channel: Channel, database: Database, clock: Clock, wording: Wording, senders: int,
                 pause: Pause, elsewhere: Collection[str] = ()) -> None:  # fmt: skip
        self.wake = Wake()
        self._channel = channel
        self._database = database
        self._clock = clock
        self._wording = wording
        self._token = secrets.token_hex(8)
        self._patient = isinstance(channel, Tracing)
        self._leadership = Leadership(channel.name, self._token, database, clock, patient=self._patient)
        self._outcomes = Outcomes(
            channel.name, self._token, database, clock, patient=self._patient, elsewhere=elsewhere
        )
        self._hand_over = Handover(channel, database, clock, self._outcomes)
        self._breaker = Breaker(pause)
        terms = channel.capabilities
        self._window = None if terms.window is None else Window(terms.window, terms.bells)
        self._elsewhere = elsewhere
        self._manners = Hours(wording.network)
        self._digests = Digests(wording.network)
        self._apart: set[int] = set()
        self._senders = senders
        self._capacity = senders + min(2 * BATCH, math.ceil(channel.rate / 5))
        self._lines = Lines()
        self._quiet = asyncio.Event()
        self._next_slot = 0.0
        self._waits_until = 0.0
        self._unsure = False
        self._stopping = False
        self._cursors: dict[int | None, Cursor] = {}
        self._turns = count(1)
        self._asked: dict[int, int] = {}

    @property
    def leadership(self) -> Leadership:
        """Whether this process is the one that delivers here."""
        return self._leadership

    async def run(self) -> None:
        """Deliver until `stop`; then what is in flight is finished and written, and the channel given up."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._outcomes.run())
            leading = group.create_task(self._leadership.run())
            senders = [group.create_task(self._send_forever()) for _ in range(self._senders)]
            await self._claim_forever()
            self._release(self._lines.call_back())
            if self._lines.empty:
                self._quiet.set()
            await self._quiet.wait()
            for task in (leading, *senders):
                task.cancel()
            self._outcomes.stop()
            await writing
        await self._leadership.give_up()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self.wake.nudge()

    async def _claim_forever(self) -> None:
        least = BATCH // 2 if self._capacity > 2 * BATCH else 1
        while not self._stopping:
            room = min(BATCH, self._capacity - len(self._lines.rows))
            if room < least or not self._leadership.holds:
                if not self._leadership.holds:
                    self._release(self._lines.call_back())
                await self.wake.wait(0.005 if self._leadership.holds else 0.1)
                continue
            try:
                taken = await self._database.run(lambda session, room=room: self._take(session, room))  # type: ignore[misc]
            except Exception:
                log.exception("the outbox of %s could not be read; trying again", self._channel.name)
                self._unsure = True
                await asyncio.sleep(SOON.total_seconds())
                continue
            self._unsure = False
            self._cursors |= taken.cursors
            self._asked |= {lane: next(self._turns) for lane in taken.asked}
            for item in taken.items:
                self._lines.put(item)
            if taken.rest:
                await self.wake.wait(taken.rest)

    def _take(self, session: Session, room: int) -> Taken:
        """Claim what may leave within the next 100 ms, replies first, then a fair share of each broadcast.

        Changes nothing but the session: whether it was committed is only known when the transaction has returned.
        """
        now = self._clock.now()
        name, rate = self._channel.name, self._channel.rate
        allowed = lanes.allowance(session, name, self._token, rate, AHEAD, now)
        if self._unsure:
            give_back(session, name, self._token, self._lines.rows | self._outcomes.open)
        room = min(room, allowed.messages)
        if room == 0:
            return Taken([], min(1, max(0.02, (allowed.starts_at - AHEAD - now).total_seconds())), {})
        cursors: dict[int | None, Cursor] = {}
        found = self._claim(session, None, room, cursors)
        rows, full, rest = found.rows, found.looked_at == room, IDLE
        asked: list[int] = []
        if len(rows) < room:
            bulk, more, rest = self._claim_bulk(session, room - len(rows), cursors, now)
            oldest = sorted((theirs for theirs in bulk.values() if theirs), key=lambda theirs: theirs[0].id)
            rows, full, asked = [*rows, *(row for theirs in oldest for row in theirs)], full or more, [*bulk]
        if not rows:
            return Taken([], 0 if full else rest, cursors, asked)
        capabilities = self._channel.capabilities
        said = self._wording.of(session, rows, self._channel)
        said |= self._digests.of(session, rows, said, capabilities, self._apart)
        items = together(rows, said, capabilities, self._apart)
        carry(session, {row: lead for item in items for row, lead in item.carriers.items()})
        items = [self._followed_by_file(session, item, now) for item in items]
        lanes.spend(session, name, len(items), rate, allowed.starts_at)
        start = time.monotonic() + (allowed.starts_at - now).total_seconds()
        rest = 0 if len(rows) >= room == BATCH else min(0.05, room / rate)
        return Taken(spread(items, start, rate), rest, cursors, asked)

    def _claim_bulk(
        self, session: Session, room: int, cursors: dict[int | None, Cursor], now: datetime
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
        taken, full = shared(most, room, lambda lane, limit: self._claim(session, lane, limit, cursors, counted))
        for broadcast_id, starts_at in paced.items():
            pace.spend(session, broadcast_id, len(taken.get(broadcast_id, ())), starts_at)
        return taken, full, rest

    def _followed_by_file(self, session: Session, item: Item, now: datetime) -> Item:
        """A file that no text can stand beside is a message of its own: queue it behind this one, once."""
        if not isinstance(item.outbound, Outbound) or not goes_ahead(item.outbound, self._channel.capabilities):
            return item
        row, file = item.row, item.outbound.having(text=Markup(), options=(), menu="", edit="")
        follower = {
            "key": f"file:{row.id}",
            "channel": self._channel.name,
            "address_id": row.address_id,
            "member_id": row.member_id,
            "language": row.language,
            "payload": file.to_json(),
            "follows": row.id,
            "created_at": now,
        }
        enqueue(session, [follower])
        return item._replace(outbound=item.outbound.having(attachment=None))

    def _claim(
        self,
        session: Session,
        lane: int | None,
        limit: int,
        cursors: dict[int | None, Cursor],
        counted: Collection[int] = (),
    ) -> Claim:
        """Claim from one lane. PostgreSQL passes over finished rows slowly, so start behind the last one claimed.

        Looking from the beginning never takes more than a twentieth of the time, and for what waited until now there
        is a look only now and then, as long as there is enough that did not wait.
        """
        started = time.monotonic()
        cursor = cursors.get(lane) or self._cursors.get(lane, Cursor())
        waited = started >= cursor.waited_at
        if (lane == DIGESTS and not waited) or started < cursor.rests_until:
            return Claim([], 0, 0)
        whole = self._database.is_sqlite or started >= cursor.again_at
        busy = self._lines.rows | self._outcomes.open if self._window else ()
        terms = Terms(self._window, self._elsewhere, busy, self._manners, counted)
        name, now = self._channel.name, self._clock.now()
        if lane == DIGESTS:
            found = claim_digests(session, name, limit, self._token, now, terms)
        else:
            after = 0 if whole else cursor.after
            end = last_of(session, name, lane) if whole and not self._database.is_sqlite else 0
            found = claim(session, name, lane, after, limit, self._token, now, terms, waited=waited)
            last = max(end, found.last) if found.looked_at < limit else found.last or cursor.after
            found = found._replace(last=last)
        ended = time.monotonic()
        again_at = ended + min(LONGEST, 20 * (ended - started)) if whole else cursor.again_at
        if waited:
            cursor = cursor._replace(waited_at=0 if found.woke else ended + NOW_AND_THEN)
        rests_until = 0.0 if lane is None or found.looked_at else ended + NOW_AND_THEN
        cursors[lane] = cursor._replace(after=found.last, again_at=again_at, rests_until=rests_until)
        return found

    async def _send_forever(self) -> None:
        while True:
            item = await self._lines.next()
            slot = max(item.leaves_at, self._next_slot)
            self._next_slot = slot + 1 / self._channel.rate
            early = slot - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            else:
                self._next_slot = max(self._next_slot, time.monotonic())
            wait = self._waits_until - time.monotonic()
            if wait > 0 or not self._leadership.holds:
                answer: Answer = Retry(timedelta(seconds=max(0, wait)), attempted=False)
            else:
                answer = await self._hand_over(item)
            self._finish(item, answer)

    def _finish(self, item: Item, answer: Answer) -> None:
        """Have the answer written, then let the next message to this address go, unless it must wait as well.

        What is refused while it says several things is sent again one by one: only one of them may be to blame.
        """
        if len(item.rows) > 1 and isinstance(answer, Refused) and not (answer.unreachable or answer.reason == ACCOUNT):
            self._apart.update(row.id for row in item.rows)
            answer = Retry(timedelta(), attempted=False)
        elif len(item.rows) == 1:
            self._apart.discard(item.row.id)
        for row in item.rows:
            self._outcomes.add(row.id, answer, bell=row.bell)
        unsettled = isinstance(answer, Retry | Unknown | Closed) or item.row.doubts > 0  # first it has to be stored
        self._release(self._lines.finish(item, hold=unsettled))
        if isinstance(answer, Retry) and answer.everyone:
            self._waits_until = time.monotonic() + answer.after.total_seconds()
            self._release(self._lines.call_back())
        if self._stopping and self._lines.empty:
            self._quiet.set()
        for row in item.rows:
            if row.broadcast_id is not None:
                self._breaker.watch(row.broadcast_id, answer)

    def _release(self, items: Iterable[Item]) -> None:
        """Return what was claimed and has not left."""
        for item in items:
            for row in item.rows:
                self._outcomes.release(row.id, bell=row.bell)
