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
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.wording import Wording
from bot.core.channel import Channel, Closed, Retry, Tracing, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.core.rendering import goes_ahead
from bot.workers.breaker import Breaker, Pause
from bot.workers.handover import SOON, Handover
from bot.workers.items import Item, spread, together
from bot.workers.leadership import Leadership
from bot.workers.lines import Lines
from bot.workers.outcomes import Outcomes
from bot.workers.wake import Wake
from storage import lanes
from storage.broadcasts import BroadcastState, in_state
from storage.claims import Claim, carry, claim, give_back
from storage.database import Database
from storage.outbox import enqueue
from storage.terms import Terms
from storage.windows import Window

log = logging.getLogger(__name__)

AHEAD = timedelta(milliseconds=100)
"""How far ahead messages are claimed: a reply never waits behind more of a broadcast than this."""

BATCH = 250
"""Most rows in one claim, far below a second's worth at any rate a platform allows."""


class Taken(NamedTuple):
    """What one look at the outbox brought, how long to rest before the next, and where each lane was read to."""

    items: list[Item]
    rest: float
    cursors: dict[int | None, Cursor]


class Cursor(NamedTuple):
    """Where to go on in a lane, and when to look from its beginning again, for what was put back or came in late."""

    after: int = 0
    again_at: float = 0.0


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
        self._senders = senders
        self._capacity = senders + min(2 * BATCH, math.ceil(channel.rate / 5))
        self._lines = Lines()
        self._quiet = asyncio.Event()
        self._next_slot = 0.0
        self._waits_until = 0.0
        self._unsure = False
        self._stopping = False
        self._cursors: dict[int | None, Cursor] = {}

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
        if self._unsure:
            give_back(session, name, self._token, self._lines.rows | self._outcomes.open)
        allowed = lanes.allowance(session, name, rate, AHEAD, now)
        room = min(room, allowed.messages)
        if room == 0:
            return Taken([], min(1, max(0.02, (allowed.starts_at - AHEAD - now).total_seconds())), {})
        cursors: dict[int | None, Cursor] = {}
        found = self._claim(session, None, room, cursors)
        rows, full = found.rows, found.looked_at == room
        broadcasts = [broadcast.id for broadcast in in_state(session, BroadcastState.SENDING)]
        for left, broadcast_id in zip(range(len(broadcasts), 0, -1), broadcasts, strict=True):
            share = -(-(room - len(rows)) // left)
            if share > 0:
                found = self._claim(session, broadcast_id, share, cursors)
                rows, full = rows + found.rows, full or found.looked_at == share
        if not rows:
            return Taken([], 0 if full else 0.5, cursors)
        capabilities = self._channel.capabilities
        items = together(rows, self._wording.of(session, rows, self._channel), capabilities)
        carry(session, {row: lead for item in items for row, lead in item.carriers.items()})
        items = [self._followed_by_file(session, item, now) for item in items]
        lanes.spend(session, name, len(items), rate, allowed.starts_at)
        start = time.monotonic() + (allowed.starts_at - now).total_seconds()
        rest = 0 if len(rows) == room == BATCH else min(0.05, room / rate)
        return Taken(spread(items, start, rate), rest, cursors)

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
        self, session: Session, broadcast_id: int | None, limit: int, cursors: dict[int | None, Cursor]
    ) -> Claim:
        """Claim from one lane. PostgreSQL passes over finished rows slowly, so start behind the last one claimed.

        Looking from the beginning never takes more than a twentieth of the time.
        """
        started = time.monotonic()
        after, again_at = self._cursors.get(broadcast_id, Cursor())
        whole = self._database.is_sqlite or started >= again_at
        busy = self._lines.rows | self._outcomes.open if self._window else ()
        terms = Terms(self._window, self._elsewhere, busy)
        found = claim(
            session,
            self._channel.name,
            broadcast_id,
            0 if whole else after,
            limit,
            self._token,
            self._clock.now(),
            terms,
        )
        ended = time.monotonic()
        cursors[broadcast_id] = Cursor(found.last, ended + max(1, 20 * (ended - started)) if whole else again_at)
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
        """Have the answer written, then let the next message to this address go, unless it must wait as well."""
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
