"""The way out: one foreman a channel claims outbox rows, its senders call the platform, every answer is written down.

No network call is made inside a transaction: a claim is one, an outcome is another, and the send lies between them.
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.actions.wording import Wording
from bot.core.channel import Channel, Refused, Retry, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.workers.breaker import Breaker
from bot.workers.leadership import Leadership
from bot.workers.outcomes import Outcomes
from bot.workers.wake import Wake
from storage import lanes
from storage.broadcasts import BroadcastState, in_state
from storage.database import Database
from storage.delivery import Claimed, claim, external_id_of, give_back

log = logging.getLogger(__name__)

AHEAD = timedelta(milliseconds=100)
"""How far ahead messages are claimed: a reply never waits behind more of a broadcast than this."""

BATCH = 250
"""Most rows in one claim, far below a second's worth at any rate a platform allows."""

ACCOUNT = "account"
"""The platform refuses us altogether: the message stays in the queue until the operator has put it right."""

SOON = timedelta(seconds=1)

Pause = Callable[[int, str], Coroutine[None, None, None]]


class Item(NamedTuple):
    """A claimed row with what to send, or why it cannot be said, and when it may leave (`time.monotonic()`)."""

    row: Claimed
    outbound: Outbound | Refused
    leaves_at: float


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
    """

    def __init__(
        self, channel: Channel, database: Database, clock: Clock, wording: Wording, senders: int, pause: Pause
    ) -> None:
        self.wake = Wake()
        self._channel = channel
        self._database = database
        self._clock = clock
        self._wording = wording
        self._token = secrets.token_hex(8)
        self._leadership = Leadership(channel.name, self._token, database, clock)
        self._outcomes = Outcomes(channel.name, self._token, database, clock)
        self._breaker = Breaker(pause)
        self._senders = senders
        self._capacity = senders + min(2 * BATCH, math.ceil(channel.rate / 5))
        self._ready: asyncio.Queue[Item] = asyncio.Queue()
        self._lines: dict[int, deque[Item]] = {}
        self._mine: set[int] = set()
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
            self._give_back()
            if not self._lines:
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
            room = min(BATCH, self._capacity - len(self._mine))
            if room < least or not self._leadership.holds:
                if not self._leadership.holds:
                    self._give_back()
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
                self._line_up(item)
            if taken.rest:
                await self.wake.wait(taken.rest)

    def _take(self, session: Session, room: int) -> Taken:
        """Claim what may leave within the next 100 ms, replies first, then a fair share of each broadcast.

        Changes nothing but the session: whether it was committed is only known when the transaction has returned.
        """
        now = self._clock.now()
        name, rate = self._channel.name, self._channel.rate
        if self._unsure:
            give_back(session, name, self._token, self._mine | self._outcomes.open)
        allowed = lanes.allowance(session, name, rate, AHEAD, now)
        room = min(room, allowed.messages)
        if room == 0:
            return Taken([], min(1, max(0.02, (allowed.starts_at - AHEAD - now).total_seconds())), {})
        cursors: dict[int | None, Cursor] = {}
        rows = self._claim(session, None, room, cursors)
        broadcasts = [broadcast.id for broadcast in in_state(session, BroadcastState.SENDING)]
        for left, broadcast_id in zip(range(len(broadcasts), 0, -1), broadcasts, strict=True):
            share = -(-(room - len(rows)) // left)
            if share:
                rows += self._claim(session, broadcast_id, share, cursors)
        if not rows:
            return Taken([], 0.5, cursors)
        lanes.spend(session, name, len(rows), rate, allowed.starts_at)
        worded = self._wording.of(session, rows)
        start = time.monotonic() + (allowed.starts_at - now).total_seconds()
        items = [Item(row, worded[row.id], start + number / rate) for number, row in enumerate(rows)]
        return Taken(items, 0 if len(rows) == room == BATCH else min(0.05, room / rate), cursors)

    def _claim(
        self, session: Session, broadcast_id: int | None, limit: int, cursors: dict[int | None, Cursor]
    ) -> list[Claimed]:
        """Claim from one lane. PostgreSQL passes over finished rows slowly, so start behind the last one claimed.

        Looking from the beginning never takes more than a twentieth of the time.
        """
        started = time.monotonic()
        after, again_at = self._cursors.get(broadcast_id, Cursor())
        whole = self._database.is_sqlite or started >= again_at
        found = claim(
            session,
            self._channel.name,
            broadcast_id,
            0 if whole else after,
            limit,
            self._token,
            self._clock.now(),
        )
        ended = time.monotonic()
        cursors[broadcast_id] = Cursor(found.last, ended + max(1, 20 * (ended - started)) if whole else again_at)
        return found.rows

    def _line_up(self, item: Item) -> None:
        """One message at a time to one address, in order."""
        self._mine.add(item.row.id)
        line = self._lines.get(item.row.address_id)
        if line is None:
            self._lines[item.row.address_id] = deque()
            self._ready.put_nowait(item)
        else:
            line.append(item)

    async def _send_forever(self) -> None:
        while True:
            item = await self._ready.get()
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
                answer = await self._send(item)
            self._finish(item, answer)

    async def _send(self, item: Item) -> Answer:
        outbound = item.outbound
        if isinstance(outbound, Refused):
            return outbound
        try:
            if item.row.edits is not None:
                edits = item.row.edits
                edited = await self._database.read(lambda session: external_id_of(session, edits))
                outbound = outbound.having(edit=edited)
        except Exception:
            log.exception("what row %s edits could not be read; trying again", item.row.id)
            return Retry(SOON, attempted=False)
        try:
            return await self._channel.send(item.row.user, outbound)
        except ValueError as error:
            log.exception("row %s cannot be rendered for %s", item.row.id, self._channel.name)
            return Refused("content", systemic=True, detail=type(error).__name__)
        except Exception as error:
            log.exception("sending row %s on %s failed", item.row.id, self._channel.name)
            return Unknown(type(error).__name__)

    def _finish(self, item: Item, answer: Answer) -> None:
        """Have the answer written, then let the next message to this address go, unless it must wait as well."""
        if isinstance(answer, Refused) and answer.reason == ACCOUNT:
            answer = Retry(timedelta(seconds=30), everyone=True, attempted=False)
        self._mine.discard(item.row.id)
        self._outcomes.add(item.row.id, answer)
        line = self._lines.pop(item.row.address_id)
        if isinstance(answer, Retry | Unknown):
            for waiting in line:
                self._release(waiting)
        elif line:
            self._ready.put_nowait(line.popleft())
            self._lines[item.row.address_id] = line
        if isinstance(answer, Retry) and answer.everyone:
            self._waits_until = time.monotonic() + answer.after.total_seconds()
            self._give_back()
        if self._stopping and not self._lines:
            self._quiet.set()
        if item.row.broadcast_id is not None:
            self._breaker.watch(item.row.broadcast_id, answer)

    def _give_back(self) -> None:
        """Return what was claimed and has not left."""
        while not self._ready.empty():
            item = self._ready.get_nowait()
            self._release(item)
            for waiting in self._lines.pop(item.row.address_id):
                self._release(waiting)

    def _release(self, item: Item) -> None:
        self._mine.discard(item.row.id)
        self._outcomes.release(item.row.id)
