"""The rows of a recall: who has what is taken back, and whose copy can be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, or_, update
from sqlalchemy.orm import Session

from storage.base import UNHEEDED, moment
from storage.broadcasts import Broadcast
from storage.copies import Copies, count, is_whole, may_have_it
from storage.followups import is_file_of, next_slice, original_of, write
from storage.outbox import IS_MOVING, OutboxRow, OutboxState

Deletes = Mapping[str, timedelta]
"""How long after it was sent a message can be taken back, by the channels where it ever can."""


def write_recall(session: Session, recall: Broadcast, deletes: Deletes, now: datetime) -> bool:
    """Write the next slice of a recall's rows; False once the last one is written.

    Everybody who has the original, or may have it, gets a row, so that the numbers add up: to delete the copy, or
    skipped where that cannot be done.
    """
    original_id, last = next_slice(session, recall)
    if last is None:
        write(session, recall, original_id, None, now, (may_have_it(),), _undeletable(now))
        recall.fanned_at = now
        return False
    write(session, recall, original_id, last, now, (may_have_it(),), _undeletable(now, deletes))
    recall.fanned_to = last
    return True


def keep_files(session: Session, recall: Broadcast, reason: str, now: datetime) -> None:
    """Skip the files that have yet to follow what is taken back."""
    waiting = (IS_MOVING, OutboxRow.state == OutboxState.QUEUED, is_file_of(original_of(recall)))
    kept = {"state": OutboxState.SKIPPED, "reason": reason, "settled_at": now}
    session.execute(update(OutboxRow).where(*waiting).values(**kept), execution_options=UNHEEDED)


def deletable(session: Session, original_id: int, deletes: Deletes, now: datetime) -> list[Copies]:
    """What a recall would do now. What is on its way is counted as arrived."""
    on_its_way = OutboxRow.state == OutboxState.SENDING
    here = or_(and_(on_its_way, OutboxRow.channel.in_(deletes)), _can_be_deleted(deletes, now))
    return count(session, original_id, here)


def _undeletable(now: datetime, deletes: Deletes | None = None) -> dict[str, ColumnElement[Any]]:
    here = false() if deletes is None else _can_be_deleted(deletes, now)
    return {
        "edits": case((here, OutboxRow.id)),
        "state": case((here, OutboxState.QUEUED.value), else_=OutboxState.SKIPPED.value),
        "reason": case((here, ""), else_="undeletable"),
        "settled_at": case((~here, moment(now))),
    }


def _can_be_deleted(deletes: Deletes, now: datetime) -> ColumnElement[bool]:
    young = (and_(OutboxRow.channel == name, OutboxRow.settled_at > now - lasts) for name, lasts in deletes.items())
    return and_(is_whole(), or_(false(), *young))
