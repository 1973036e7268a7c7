"""What a platform tells afterwards about messages it took, stored before it is acknowledged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from sqlalchemy.orm import Session

from bot.core.channel import Outcome, Receipt, Sent, Unknown
from bot.core.clock import Clock
from bot.core.messages import storable
from bot.workers.breaker import Breaker, Pause
from bot.workers.outcomes import blameless, written
from storage import lanes, receipts
from storage.database import Database
from storage.outbox import OutboxState

BELL: Final = "b"
"""Begins the reference of a bell; the row's id follows."""

_REFERENCE: Final = re.compile(rf"({BELL}?)(\d{{1,18}})")


def reference(row_id: int, *, bell: bool) -> str:
    """What the platform is given with a message, and tells with every receipt."""
    return f"{BELL if bell else ''}{row_id}"


class Receipts:
    """One channel's `Note`.

    Args:
        nudge: called when something is to be sent again.
        pause: called with a broadcast and a reason when five systemic refusals came in a row.
        elsewhere: channels on which members who allow it are reached when this one cannot any more.
    """

    def __init__(self, channel: str, database: Database, clock: Clock, nudge: Callable[[], None], pause: Pause,
                 elsewhere: Collection[str] = ()) -> None:  # fmt: skip
        self._channel = channel
        self._database = database
        self._clock = clock
        self._nudge = nudge
        self._breaker = Breaker(pause)
        self._elsewhere = elsewhere

    async def __call__(self, told: Sequence[Receipt]) -> None:
        """Store them; those of messages we do not know are passed over."""
        for broadcast_id, answer in await self._database.run(lambda session: self._store(session, told)):
            self._breaker.watch(broadcast_id, answer)
        if any(receipt.failure for receipt in told):
            self._nudge()

    def _store(self, session: Session, told: Sequence[Receipt]) -> list[tuple[int, Outcome]]:
        """Returns what the circuit breaker should know: which broadcasts it was about, and what it means."""
        means: list[tuple[int, Outcome]] = []
        for receipt in told:
            if found := _REFERENCE.fullmatch(receipt.reference):
                broadcasts = self._one(session, receipt, int(found[2]), bell=bool(found[1]))
                means += [(one, receipt.failure or Sent(receipt.external_id)) for one in broadcasts]
        return means

    def _one(self, session: Session, receipt: Receipt, row_id: int, *, bell: bool) -> list[int]:
        """Returns the broadcasts that a failure or an arrival speaks about."""
        now, channel, failure = self._clock.now(), self._channel, receipt.failure
        external_id = storable(receipt.external_id)[:128]
        if failure is None:
            if bell:
                receipts.rung(session, channel, row_id, external_id, now)
                return []
            state = OutboxState(receipt.state)
            broadcasts = receipts.arrived(session, channel, row_id, external_id, state, now)
            return [] if state is OutboxState.SENT else broadcasts
        if bell and isinstance(failure, Unknown):
            return []  # it may well have rung
        outcome, pause = written(row_id, blameless(failure), now, external_id=external_id, bell=bell)
        if pause is not None:
            lanes.wait(session, channel, pause)
        write = receipts.unheard if bell else receipts.failed
        return write(session, channel, outcome, now, self._elsewhere)
