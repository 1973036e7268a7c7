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
from datetime import timedelta

from bot.actions.wording import Wording
from bot.core.channel import Channel, Closed, Refused, Retry, Tracing, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.workers.breaker import Breaker, Pause
from bot.workers.handover import SOON, Handover
from bot.workers.intake import BATCH, Intake
from bot.workers.items import Item
from bot.workers.leadership import Leadership
from bot.workers.lines import Lines
from bot.workers.outcomes import ACCOUNT, Outcomes
from bot.workers.wake import Wake
from storage.database import Database

log = logging.getLogger(__name__)


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
        token = secrets.token_hex(8)
        patient = isinstance(channel, Tracing)
        self._leadership = Leadership(channel.name, token, database, clock, patient=patient)
        self._outcomes = Outcomes(channel.name, token, database, clock, patient=patient, elsewhere=elsewhere)
        self._hand_over = Handover(channel, database, clock, self._outcomes)
        self._breaker = Breaker(pause)
        self._senders = senders
        self._capacity = senders + min(2 * BATCH, math.ceil(channel.rate / 5))
        self._lines = Lines()
        self._intake = Intake(channel, token, database, clock, wording, elsewhere, self._in_hand)
        self._quiet = asyncio.Event()
        self._next_slot = 0.0
        self._waits_until = 0.0
        self._stopping = False

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
                taken = await self._intake.look(room)
            except Exception:
                log.exception("the outbox of %s could not be read; trying again", self._channel.name)
                await asyncio.sleep(SOON.total_seconds())
                continue
            for item in taken.items:
                self._lines.put(item)
            if taken.rest:
                await self.wake.wait(taken.rest)

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
            self._intake.apart.update(row.id for row in item.rows)
            answer = Retry(timedelta(), attempted=False)
        elif len(item.rows) == 1:
            self._intake.apart.discard(item.row.id)
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

    def _in_hand(self) -> set[int]:
        return self._lines.rows | self._outcomes.open

    def _release(self, items: Iterable[Item]) -> None:
        """Return what was claimed and has not left."""
        for item in items:
            for row in item.rows:
                self._outcomes.release(row.id, bell=row.bell)
