"""The way out: one foreman a channel claims outbox rows, its senders call the platform, every answer is written down.

No network call is made inside a transaction: a claim is one, an outcome is another, and the send lies between them.
"""

from __future__ import annotations

import asyncio
import logging
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
from bot.workers.outcomes import Outcomes
from bot.workers.wake import Wake
from storage import lanes
from storage.broadcasts import BroadcastState, in_state
from storage.database import Database
from storage.delivery import Claimed, claim, external_id_of, recover

log = logging.getLogger(__name__)

AHEAD = timedelta(milliseconds=100)
"""How far ahead messages are claimed: a reply never waits behind more of a broadcast than this."""

BATCH = 250
"""Most rows in one claim, far below a second's worth at any rate a platform allows."""

ACCOUNT = "account"
"""The platform refuses us altogether: the message stays in the queue until the operator has put it right."""

RENEW = 2
"""Seconds after which the lease is renewed; it lasts four times as long."""

SYSTEMIC = 5
"""Refusals in a row that speak about our text or account, after which a broadcast pauses."""


class Item(NamedTuple):
    """A claimed row with what to send, and when it may leave (`time.monotonic()`)."""

    row: Claimed
    outbound: Outbound
    leaves_at: float


class Taken(NamedTuple):
    """What one look at the outbox brought, and how long to rest before the next when it was nothing."""

    items: list[Item]
    rest: float


class Foreman:
    """Delivers one channel's outbox.

    Args:
        senders: how many sends may be in flight; at least rate times latency.
        pause: called with a broadcast and a reason when five systemic refusals came in a row.
    """

    def __init__(
        self,
        channel: Channel,
        database: Database,
        clock: Clock,
        wording: Wording,
        senders: int = 32,
        pause: Callable[[int, str], Coroutine[None, None, None]] | None = None,
    ) -> None:
        self.wake = Wake()
        self._channel = channel
        self._database = database
        self._clock = clock
        self._wording = wording
        self._pause = pause
        self._token = secrets.token_hex(8)
        self._outcomes = Outcomes(channel.name, self._token, database, clock)
        self._senders = senders
        self._ready: asyncio.Queue[Item] = asyncio.Queue()
        self._lines: dict[int, deque[Item]] = {}
        self._claimed = 0
        self._quiet = asyncio.Event()
        self._leading = False
        self._leased = float("-inf")
        self._waits_until = 0.0
        self._stopping = False
        self._pausing: asyncio.Task[None] | None = None
        self._systemic: dict[int, int] = {}
        self._cursors: dict[int | None, tuple[int, float]] = {}

    async def run(self) -> None:
        """Deliver until `stop`; then what is in flight is finished and written, and the channel given up."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._outcomes.run())
            senders = [group.create_task(self._send_forever()) for _ in range(self._senders)]
            await self._claim_forever()
            self._give_back()
            if not self._lines:
                self._quiet.set()
            await self._quiet.wait()
            for sender in senders:
                sender.cancel()
            self._outcomes.stop()
            await writing
        await self._database.run(lambda session: lanes.release(session, self._channel.name, self._token))

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self.wake.nudge()

    async def _claim_forever(self) -> None:
        while not self._stopping:
            room = min(BATCH, 2 * BATCH + self._senders - self._claimed)
            if room < BATCH // 2:
                await self.wake.wait(0.005)
                continue
            try:
                taken = await self._database.run(lambda session, room=room: self._take(session, room))  # type: ignore[misc]
            except Exception:
                log.exception("the outbox of %s could not be read; trying again", self._channel.name)
                await asyncio.sleep(1)
                continue
            self._claimed += len(taken.items)
            for item in taken.items:
                self._line_up(item)
            if taken.rest:
                await self.wake.wait(taken.rest)

    def _take(self, session: Session, room: int) -> Taken:
        """Claim what may leave within the next 100 ms, replies first, then a fair share of each broadcast."""
        now = self._clock.now()
        name, rate = self._channel.name, self._channel.rate
        if not self._lead(session):
            return Taken([], 1)
        allowed = lanes.allowance(session, name, rate, AHEAD, now)
        room = min(room, allowed.messages)
        if room == 0:
            return Taken([], min(1, max(0.02, (allowed.starts_at - AHEAD - now).total_seconds())))
        rows = self._claim(session, None, room)
        broadcasts = [broadcast.id for broadcast in in_state(session, BroadcastState.SENDING)]
        for left, broadcast_id in zip(range(len(broadcasts), 0, -1), broadcasts, strict=True):
            share = -(-(room - len(rows)) // left)
            if share:
                rows += self._claim(session, broadcast_id, share)
        if not rows:
            return Taken([], 0.5)
        lanes.spend(session, name, len(rows), rate, allowed.starts_at)
        outbounds = self._wording.of(session, rows)
        start = time.monotonic() + (allowed.starts_at - now).total_seconds()
        items = [Item(row, outbounds[row.id], start + number / rate) for number, row in enumerate(rows)]
        return Taken(items, 0 if len(rows) == room == BATCH else min(0.05, room / rate))

    def _lead(self, session: Session) -> bool:
        """Keep the channel's lease; on getting it, take over what the foreman before left in flight."""
        if time.monotonic() - self._leased < RENEW:
            return True
        now, name = self._clock.now(), self._channel.name
        if not lanes.lease(session, name, self._token, now):
            self._leading = False
            return False
        self._leased = time.monotonic()
        if not self._leading:
            abandoned = recover(session, name, self._token)
            if abandoned:
                log.warning("%s messages of %s had been left in flight", abandoned, name)
            self._leading = True
        return True

    def _claim(self, session: Session, broadcast_id: int | None, limit: int) -> list[Claimed]:
        """Claim from one lane. PostgreSQL passes over finished rows slowly, so start behind the last one claimed."""
        after, since = self._cursors.get(broadcast_id, (0, 0.0))
        if self._database.is_sqlite or time.monotonic() - since > 1:
            after, since = 0, time.monotonic()
        found = claim(session, self._channel.name, broadcast_id, after, limit, self._token, self._clock.now())
        self._cursors[broadcast_id] = (found.last, since)
        return found.rows

    def _line_up(self, item: Item) -> None:
        """One message at a time to one address, in order."""
        line = self._lines.get(item.row.address_id)
        if line is None:
            self._lines[item.row.address_id] = deque()
            self._ready.put_nowait(item)
        else:
            line.append(item)

    async def _send_forever(self) -> None:
        while True:
            item = await self._ready.get()
            early = item.leaves_at - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            wait = self._waits_until - time.monotonic()
            answer = await self._send(item) if wait <= 0 else Retry(timedelta(seconds=wait), attempted=False)
            self._finish(item, answer)

    async def _send(self, item: Item) -> Answer:
        outbound = item.outbound
        if item.row.edits is not None:
            edits = item.row.edits
            edit = await self._database.read(lambda session: external_id_of(session, edits))
            outbound = outbound.having(edit=edit)
        try:
            return await self._channel.send(item.row.user, outbound)
        except Exception as error:
            log.exception("sending row %s on %s failed", item.row.id, self._channel.name)
            return Unknown(f"{type(error).__name__}: {error}")

    def _finish(self, item: Item, answer: Answer) -> None:
        """Have the answer written, then let the next message to this address go, unless it must wait as well."""
        self._claimed -= 1
        if isinstance(answer, Refused) and answer.reason == ACCOUNT:
            answer = Retry(timedelta(seconds=30), everyone=True, attempted=False)
        self._outcomes.add(item.row.id, answer)
        line = self._lines.pop(item.row.address_id)
        if isinstance(answer, Retry):
            for waiting in line:
                self._release(waiting)
            if answer.everyone:
                self._waits_until = time.monotonic() + answer.after.total_seconds()
                self._give_back()
        elif line:
            self._ready.put_nowait(line.popleft())
            self._lines[item.row.address_id] = line
        if self._stopping and not self._lines:
            self._quiet.set()
        if item.row.broadcast_id is not None:
            self._watch(item.row.broadcast_id, answer)

    def _give_back(self) -> None:
        """Return what was claimed and has not left."""
        while not self._ready.empty():
            item = self._ready.get_nowait()
            self._release(item)
            for waiting in self._lines.pop(item.row.address_id):
                self._release(waiting)

    def _release(self, item: Item) -> None:
        self._claimed -= 1
        self._outcomes.release(item.row.id)

    def _watch(self, broadcast_id: int, answer: Answer) -> None:
        """Pause a broadcast that the platform refuses for what it is, not for whom it goes to."""
        systemic = isinstance(answer, Refused) and answer.systemic
        self._systemic[broadcast_id] = self._systemic.get(broadcast_id, 0) + 1 if systemic else 0
        if self._systemic[broadcast_id] == SYSTEMIC and isinstance(answer, Refused) and self._pause is not None:
            self._pausing = asyncio.create_task(self._pause(broadcast_id, answer.reason))
