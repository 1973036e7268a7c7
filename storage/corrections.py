"""The rows of a correction: who has the old text, and what becomes of each copy."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.copies import Copies, count, is_whole, may_have_it, readers_of
from storage.followups import next_slice, original_of, write
from storage.outbox import WAITING, OutboxRow, OutboxState


def write_correction(session: Session, correction: Broadcast, edits: Collection[str], now: datetime) -> bool:
    """Write the next slice of a correction's rows; False once the last one is written.

    Everybody who has the original, or may have it, and reads one of the languages that changed gets one: it changes
    the copy in place, or else is a message of its own. For whom an earlier correction still waits, that one will do:
    it says what is right when it leaves. An update only changes copies in place.

    Args:
        edits: the channels where a message can be changed in place.
    """
    original_id, last = next_slice(session, correction)
    if last is None:
        correction.fanned_at = now
        return False
    in_place = and_(is_whole(), OutboxRow.channel.in_(edits))
    chosen = [may_have_it(), *readers_of(correction.audience), ~_corrected_soon(session, correction)]
    if correction.kind == BroadcastKind.UPDATE:
        chosen.append(in_place)
    write(session, correction, original_id, last, now, chosen, {"edits": case((in_place, OutboxRow.id))})
    correction.fanned_to = last
    return True


def correctable(session: Session, original_id: int, audience: dict[str, Any], edits: Collection[str]) -> list[Copies]:
    """What a correction for this audience would do now. What is on its way is counted as arrived."""
    on_its_way = OutboxRow.state == OutboxState.SENDING
    in_place = and_(or_(on_its_way, is_whole()), OutboxRow.channel.in_(edits))
    return count(session, original_id, in_place, *readers_of(audience))


def corrections_of(session: Session, original_id: int) -> list[Broadcast]:
    """Corrections and updates of it that are not over, oldest first, and kept from moving on until the commit."""
    running = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    kinds = Broadcast.kind.in_((BroadcastKind.CORRECTION, BroadcastKind.UPDATE))
    mine = (Broadcast.original_id == original_id, kinds)
    found = select(Broadcast).where(*mine, running).order_by(Broadcast.id).with_for_update()
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def _corrected_soon(session: Session, correction: Broadcast) -> ColumnElement[bool]:
    running = corrections_of(session, original_of(correction))
    earlier = [one.id for one in running if one.id < correction.id]
    waiting = aliased(OutboxRow)
    theirs = (waiting.broadcast_id.in_(earlier), waiting.member_id == OutboxRow.member_id, waiting.doubts == 0)
    return select(waiting.id).where(*theirs, waiting.state.in_(WAITING)).exists()
