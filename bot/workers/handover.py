"""Hands a claimed message to the platform, outside any transaction; what is in doubt is asked about first."""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.core.channel import Channel, Closed, Refused, Retry, Sent, Tracing, Unknown
from bot.core.channel import Outcome as Answer
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.workers.items import Item
from bot.workers.outcomes import ACCOUNT, Outcomes, blameless
from bot.workers.receipts import reference
from storage.claimed import Claimed
from storage.database import Database
from storage.delivery import external_id_of, external_ids_of
from storage.outcomes import is_open
from storage.windows import DAY

log = logging.getLogger(__name__)

SOON = timedelta(seconds=1)

CLOCKS = timedelta(minutes=10)
"""More than a platform's clock and ours differ."""

EDGE = timedelta(minutes=30)
"""So near the end of a reply window, a platform that refuses a text means the window, whatever it says."""


class Handover:
    """One channel's. `outcomes` knows what was told and is not stored yet."""

    def __init__(self, channel: Channel, database: Database, clock: Clock, outcomes: Outcomes) -> None:
        self._channel = channel
        self._database = database
        self._clock = clock
        self._outcomes = outcomes

    async def __call__(self, item: Item) -> Answer:
        """What became of it. Never raises, but for being cancelled: then it may have left."""
        answer = await self._send(item)
        return self._reconsidered(item.row, answer) if isinstance(answer, Refused) else answer

    async def _send(self, item: Item) -> Answer:
        outbound, row = item.outbound, item.row
        if not isinstance(outbound, Outbound):
            return outbound
        try:
            if row.doubts and (known := await self._known(row)):
                return known
            if row.edits is not None and row.broadcast_id is None:  # a broadcast's follow-ups know theirs
                edits = row.edits
                edited = await self._database.read(lambda session: external_id_of(session, edits))
                outbound = outbound.having(edit=edited)
        except Exception:
            log.exception("what is known of row %s could not be read; trying again", row.id)
            return Retry(SOON, attempted=False)
        try:
            return await self._channel.send(row.user, outbound, reference(row.id, bell=row.bell))
        except ValueError as error:
            log.exception("row %s cannot be rendered for %s", row.id, self._channel.name)
            return Refused("content", systemic=True, detail=type(error).__name__)
        except Exception as error:
            log.exception("sending row %s on %s failed", row.id, self._channel.name)
            return Unknown(type(error).__name__)

    async def _known(self, row: Claimed) -> Answer | None:
        """What became of a message in doubt; None when it is to be sent again. No bell is, once they have written."""
        traced = await self._trace(self._channel, row) if isinstance(self._channel, Tracing) else None
        if traced is None and self._channel.capabilities.window and not row.bell and row.closes_at is None:
            return Closed("it closed while the message was in doubt")
        return Sent("") if traced is None and row.bell and row.closes_at is not None else traced

    async def _trace(self, channel: Tracing, row: Claimed) -> Answer | None:
        """Ask the platform what it was given."""
        since = row.tried_at or self._clock.now() - DAY
        told = self._outcomes.taken  # first of all: what is stored from now on is in the tables
        known, unanswered = await self._database.read(
            lambda session: (external_ids_of(session, row.address_id, since - CLOCKS), is_open(session, row.id))
        )
        if not unanswered:
            return Sent("")  # a receipt came first: its id is a known one now, and the row says what became of it
        return await channel.trace(row.user, since, known | told)

    def _reconsidered(self, row: Claimed, refused: Refused) -> Answer:
        """Near the window's end it is the window that refuses."""
        if (
            row.closes_at is not None
            and not (refused.unreachable or refused.reason == ACCOUNT)
            and row.closes_at - self._clock.now() < EDGE
        ):
            return Closed(refused.detail)
        return blameless(refused)
