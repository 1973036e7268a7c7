"""What a claim looks at: the next rows of a lane that may leave, with all that decides whether they do.

A lane is that of replies, one broadcast, or the digests of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, TextClause, or_, select
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.manners import SLICE
from storage.members import Member, MemberAddress
from storage.outbox import DIGEST, IS_ASLEEP, IS_KEPT, IS_MOVING, QUIET, OutboxRow, OutboxState
from storage.terms import Terms, due, followed

Rows = Sequence[Any]


class Candidates:
    """Of one channel, at one moment."""

    def __init__(self, session: Session, channel: str, terms: Terms, now: datetime) -> None:
        self.session = session
        self.channel = channel
        self.terms = terms
        self.now = now
        self._here = _QUERY.where(OutboxRow.channel == channel)

    def replies(self, after: int, limit: int) -> Rows:
        """In order."""
        its_time = or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= self.now)
        mine = self._here.where(OutboxRow.broadcast_id.is_(None), IS_MOVING, its_time)
        mine = mine.where(*due(after, self.terms, self.now))
        return self.session.execute(mine.order_by(OutboxRow.id).limit(limit)).all()

    def of_broadcast(self, broadcast_id: int, after: int, limit: int, *, waited: bool) -> Rows:
        """In order; those that waited for a moment come first, if they are looked for.

        Two looks into the index, neither of which passes over what waits: in the morning that may be everything.
        """
        sending = select(Broadcast.id).where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.SENDING)
        mine = self._here.where(OutboxRow.broadcast_id == broadcast_id, sending.exists())
        mine = mine.order_by(OutboxRow.not_before, OutboxRow.id)
        rows: list[Any] = []
        if waited:
            waiting = mine.where(IS_ASLEEP, OutboxRow.not_before <= self.now, *due(0, self.terms, self.now))
            rows += self.session.execute(waiting.limit(limit)).all()
        if len(rows) < limit:
            fresh = mine.where(IS_MOVING, OutboxRow.not_before.is_(None), *due(after, self.terms, self.now))
            rows += self.session.execute(fresh.limit(limit - len(rows))).all()
        return rows

    def digests(self, limit: int) -> Rows:
        """What is due to that many people, each with all of theirs, whatever broadcast it is of."""
        mine = self._here.where(OutboxRow.not_before <= self.now, *due(0, self.terms, self.now))
        sending = self.session.scalars(_SENDING).all()
        first: list[Any] = []
        for broadcast_id in sending:
            if len(first) < limit:
                kept = mine.where(IS_KEPT, OutboxRow.broadcast_id == broadcast_id)
                kept = kept.order_by(OutboxRow.not_before, OutboxRow.id).limit(limit - len(first))
                first += self.session.execute(kept).all()
        people = {row.address_id for row in first} - {None}
        if not people:
            return first
        known = select(OutboxRow.id, OutboxRow.broadcast_id).where(OutboxRow.address_id.in_(people))
        known = known.where(OutboxRow.reason == DIGEST)
        ids = [row_id for row_id, broadcast_id in self.session.execute(known) if broadcast_id in sending]
        theirs = mine.where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id)
        return [*(row for row in first if row.address_id is None), *self.session.execute(theirs)]

    def ahead(self, broadcast_id: int | None, *, waited: bool) -> Subquery:
        """What the next claims would look at: of a broadcast, or of the digests (None).

        Args:
            waited: of those that waited for a moment which has come.
        """
        due_now = OutboxRow.not_before <= self.now
        if broadcast_id is None:
            of_these = OutboxRow.broadcast_id.in_(_SENDING)
            lane: tuple[ColumnElement[bool] | TextClause, ...] = (IS_KEPT, of_these, due_now)
        else:
            waiting = (due_now, IS_ASLEEP)
            moment = waiting if waited else (IS_MOVING, OutboxRow.not_before.is_(None))
            lane = (OutboxRow.broadcast_id == broadcast_id, *moment)
        untouched = (OutboxRow.doubts == 0, OutboxRow.edits.is_(None), OutboxRow.rung_at.is_(None))
        rows = select(OutboxRow.id, OutboxRow.member_id).where(
            *lane,
            *untouched,
            OutboxRow.channel == self.channel,
            OutboxRow.state == OutboxState.QUEUED,
            OutboxRow.reason.in_(("", QUIET, DIGEST)),
        )
        if broadcast_id is not None:
            rows = rows.order_by(OutboxRow.not_before, OutboxRow.id)
        return rows.limit(SLICE).with_for_update(skip_locked=True).subquery()

    def carried_by(self, in_doubt: Rows) -> Rows:
        """What the messages in doubt also said: to the same addresses, which have an index."""
        if not in_doubt:
            return ()
        same = OutboxRow.address_id.in_({row.address_id for row in in_doubt})
        carried = self._here.where(same, OutboxRow.carrier.in_([row.id for row in in_doubt])).order_by(OutboxRow.id)
        return self.session.execute(carried).all()


_SENDING = select(Broadcast.id).where(Broadcast.state == BroadcastState.SENDING)

_QUERY: Select[*tuple[Any, ...]] = (
    select(
        OutboxRow.id,
        OutboxRow.address_id,
        MemberAddress.user,
        OutboxRow.member_id,
        OutboxRow.broadcast_id,
        OutboxRow.language,
        OutboxRow.payload,
        OutboxRow.edits,
        OutboxRow.doubts,
        OutboxRow.tried_at,
        OutboxRow.carrier,
        MemberAddress.unreachable,
        or_(Member.stopped_at.is_not(None), Member.consented_at.is_(None)).label("left"),
        MemberAddress.last_inbound_at,
        MemberAddress.shut_at,
        MemberAddress.rung_at,
        OutboxRow.rung_at.label("held_at"),
        OutboxRow.reason,
        OutboxRow.not_before,
        Member.region,
        Member.country,
        followed.state.label("followed"),
    )
    .outerjoin(MemberAddress, MemberAddress.id == OutboxRow.address_id)
    .outerjoin(Member, Member.id == MemberAddress.member_id)
    .outerjoin(followed, followed.id == OutboxRow.follows)
    .where(OutboxRow.state == OutboxState.QUEUED)
    .with_for_update(of=OutboxRow, skip_locked=True)
)
"""Each look names the rows of one partial index, so that SQLite goes by that and by no other."""
