"""Writes down what became of each message: at once when it is quiet, in groups of 10 ms when it is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session

from bot.core.channel import Closed, Refused, Retry, Sent, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import storable
from bot.workers.wake import Wake
from storage import lanes
from storage.database import Database
from storage.outbox import OutboxState
from storage.outcomes import Outcome, settle

log = logging.getLogger(__name__)

GROUP = 0.01
"""Seconds to gather outcomes while many arrive. With the write itself an outcome is never older than 100 ms."""

AGAIN = timedelta(seconds=3)
"""How long to wait before a message in doubt is sent once more, where nobody can be asked."""

ASK = timedelta(seconds=20)
"""How long to wait before the platform is asked about it, where it can be: it may still be busy with it."""

ACCOUNT = "account"
"""The platform refuses us altogether."""

AWAY = (OperationalError, InternalError, InterfaceError, OSError)
"""The database takes nothing at the moment, such as one that has just become the first: no outcome is to blame."""

PATIENCE = 5
"""How often it is then asked about and sent again, at most."""


class Answered(NamedTuple):
    """A row's answer; `bell` when it was a bell that was sent."""

    row_id: int
    answer: Answer
    bell: bool


Group = Sequence[Answered]


class Outcomes:
    """The one writer of a foreman's outcomes; what was not stored yet is kept until it is.

    Args:
        patient: the platform can be asked what became of a message in doubt.
        elsewhere: channels on which members who allow it are reached when this one cannot any more.

    Attributes:
        open: rows whose outcome is known here and not yet stored.
    """

    def __init__(self, channel: str, token: str, database: Database, clock: Clock, *, patient: bool = False,
                 elsewhere: Collection[str] = ()) -> None:  # fmt: skip
        self.open: set[int] = set()
        self._channel = channel
        self._token = token
        self._database = database
        self._clock = clock
        self._wake = Wake()
        self._patient = patient
        self._elsewhere = elsewhere
        self._waiting: list[Answered] = []
        self._writing: Group = ()
        self._stopping = False

    @property
    def taken(self) -> set[str]:
        """The platform's ids of messages that it took, as far as they are not stored yet."""
        answers = (one.answer for one in (*self._writing, *self._waiting))
        return {answer.external_id for answer in answers if isinstance(answer, Sent)}

    def add(self, row_id: int, answer: Answer, *, bell: bool = False) -> None:
        """Have the platform's answer written."""
        self.open.add(row_id)
        self._waiting.append(Answered(row_id, answer, bell))
        self._wake.nudge()

    def release(self, row_id: int, *, bell: bool = False) -> None:
        """Give back a row that was claimed and never tried."""
        self.add(row_id, Retry(timedelta(), attempted=False), bell=bell)

    def stop(self) -> None:
        """Write what is waiting, then let `run` return."""
        self._stopping = True
        self._wake.nudge()

    async def run(self) -> None:
        busy = False
        while self._waiting or not self._stopping:
            if not self._waiting:
                await self._wake.wait(1)
                continue
            if busy and not self._stopping:
                await asyncio.sleep(GROUP)
            group, self._waiting = self._waiting, []
            self._writing, busy = group, len(group) > 1
            await self._write(group)
            self._writing = ()
            self.open.difference_update(one.row_id for one in group)

    async def _write(self, group: Group) -> None:
        """Try until the database takes it. One that it refuses for what it says takes nobody with it."""
        while True:
            try:
                await self._database.run(lambda session: self._store(session, group), urgent=True)
            except AWAY:
                log.warning("%s outcomes could not be stored; trying again", len(group))
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("%s outcomes were refused by the database", len(group))
                if len(group) == 1:
                    return  # its row stays `sending`, and is in doubt for the next foreman
                for one in group:
                    await self._write([one])
                return
            else:
                return

    def _store(self, session: Session, group: Group) -> None:
        now = self._clock.now()
        outcomes: list[Outcome] = []
        for row_id, answer, bell in group:
            outcome, pause = written(row_id, answer, now, bell=bell, patient=self._patient)
            outcomes.append(outcome)
            if pause is not None:
                lanes.wait(session, self._channel, pause)
        settle(session, outcomes, self._token, now, self._elsewhere)


def blameless(answer: Answer) -> Answer:
    """A refused account is no message's fault: it stays in the queue until the operator has put that right."""
    if isinstance(answer, Refused) and answer.reason == ACCOUNT:
        return Retry(timedelta(seconds=30), everyone=True, attempted=False)
    return answer


def written(row_id: int, answer: Answer, now: datetime, *, bell: bool, patient: bool = True,
            external_id: str = "") -> tuple[Outcome, datetime | None]:  # fmt: skip
    """The platform's answer as the row's outcome, and until when the whole channel must wait, if it must.

    Args:
        patient: the platform can be asked what it was given: it is asked before anything is sent again, and as often as
            it takes.
        external_id: the platform's id of the message, when it fails after it was taken.
    """
    match answer:
        case Sent(taken, poll):
            state = OutboxState.HELD if bell else OutboxState.SENT
            sent = Outcome(row_id, state, external_id=storable(taken)[:128], bell=bell, certain=patient, poll=poll)
            return sent, None
        case Refused(reason, unreachable, _, detail):
            refused = Outcome(row_id, OutboxState.REFUSED, reason[:32], unreachable=unreachable, bell=bell)
            return replace(refused, detail=storable(detail)[:500], external_id=external_id), None
        case Retry(after, everyone, attempted):
            hold = now + after if after and not everyone else None
            again = Outcome(row_id, OutboxState.QUEUED, hold=hold, attempted=attempted, bell=bell)
            return replace(again, external_id=external_id), now + after if everyone else None
        case Closed(detail):
            shut = Outcome(row_id, OutboxState.QUEUED, attempted=False, shut=True, bell=bell)
            return replace(shut, detail=storable(detail)[:500], external_id=external_id), None
        case Unknown(detail):
            hold = now + (ASK if patient else AGAIN)
            doubt = Outcome(row_id, OutboxState.DOUBT, hold=hold, again=PATIENCE if patient else 1, bell=bell)
            return replace(doubt, detail=storable(detail)[:500], external_id=external_id), None
