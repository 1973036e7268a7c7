"""What may leave now, read anew at each claim: for whom, after what, and with nothing in doubt before it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import aliased

from storage.broadcasts import Broadcast, BroadcastState
from storage.manners import Manners
from storage.members import MemberAddress
from storage.outbox import MOVING, UNFINISHED, OutboxRow
from storage.windows import Window


class Terms(NamedTuple):
    """What a channel's rows are claimed by.

    Attributes:
        window: where it takes our words only for a time after the person's.
        elsewhere: channels on which members who allow it are reached when this one cannot any more.
        busy: rows this foreman is not done with, though a receipt may have put them back already.
        manners: what the network holds to, where it has any: what is not urgent may have to wait.
        counted: the broadcasts that a member can have had too much of today, where they are known already.
    """

    window: Window | None = None
    elsewhere: Collection[str] = ()
    busy: Collection[int] = ()
    manners: Manners | None = None
    counted: Collection[int] | None = None


PLAIN = Terms()


_carrier = aliased(OutboxRow)
_waits_for_its_carrier = and_(
    OutboxRow.doubts > 0,
    select(_carrier.id)
    .outerjoin(Broadcast, Broadcast.id == _carrier.broadcast_id)
    .where(
        _carrier.id == OutboxRow.carrier,
        _carrier.doubts > 0,
        _carrier.state.in_(MOVING),
        or_(_carrier.broadcast_id.is_(None), Broadcast.state == BroadcastState.SENDING),
    )
    .exists(),
)
"""What one message said is asked about as one: its other rows come with the first, unless that one is paused."""


_doubted = aliased(OutboxRow)
_behind_a_doubt = (
    select(_doubted.id)
    .outerjoin(Broadcast, Broadcast.id == _doubted.broadcast_id)
    .where(
        _doubted.address_id == OutboxRow.address_id,
        _doubted.doubts > 0,
        _doubted.state.in_(MOVING),
        _doubted.id != OutboxRow.id,
        or_(_doubted.carrier.is_(None), _doubted.carrier != OutboxRow.id),
        or_(OutboxRow.doubts == 0, tuple_(_doubted.tried_at, _doubted.id) < tuple_(OutboxRow.tried_at, OutboxRow.id)),
        or_(_doubted.broadcast_id.is_(None), Broadcast.state == BroadcastState.SENDING),
    )
    .exists()
)
"""The platform tells what it was given, not for which row: so what is in doubt is asked about one by one, in order."""


followed = aliased(OutboxRow)

WHOLE = timedelta(seconds=5)
"""A claim that looks behind the last id only may not pass an older row whose wait has just ended: a whole look may."""


def due(after: int, terms: Terms, now: datetime) -> list[ColumnElement[bool]]:
    """What may leave now, if its own moment has come."""
    held_until = now - WHOLE if after else now
    conditions: list[ColumnElement[bool]] = [
        OutboxRow.id > after,
        or_(MemberAddress.held_until.is_(None), MemberAddress.held_until <= held_until),
        or_(OutboxRow.follows.is_(None), followed.state.not_in(UNFINISHED)),
        ~_waits_for_its_carrier,
    ]
    if terms.window:
        conditions.append(~_behind_a_doubt)
    if terms.busy:
        conditions.append(OutboxRow.id.not_in(terms.busy))
    return conditions
