"""Whether a row that is looked at goes: who left since, what is over, and whose window has closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.audiences import Audience, matching
from storage.broadcasts import Broadcast, BroadcastKind
from storage.members import Member, Subscription
from storage.outbox import LOST, QUIET, STALE
from storage.windows import Window


class Judged(NamedTuple):
    """What is to become of a row.

    Attributes:
        row: of `storage.candidates`.
        closes_at: when its reader's window closes or closed; None where there is none.
        shut: whether it has closed.
        reason: why it does not go; "" when it does.
    """

    row: Any
    closes_at: datetime | None
    shut: bool
    reason: str


def judge(session: Session, rows: Sequence[Any], broadcast: Broadcast | None, window: Window | None,
          now: datetime) -> list[Judged]:  # fmt: skip
    """Decide for each of these rows, in their order; what is taken back is taken back from everybody.

    Args:
        rows: of `storage.candidates`.
        broadcast: whose rows were looked for; None with replies, and with digests, which are of several.
        window: where the channel has one.
    """
    judged: list[Judged] = []
    stopped = _stopped(session, rows, broadcast)
    for row in rows:
        closes_at = window.ends(row.last_inbound_at, row.shut_at) if window else None
        shut = window is not None and (closes_at is None or closes_at <= now)
        own = _broadcast_of(session, row, broadcast)
        bulk = own is not None and own.kind != BroadcastKind.RECALL
        over = own is not None and own.expires_at is not None and own.expires_at <= now
        unasked = bulk or row.reason == QUIET  # without a broadcast: it was to be told in the morning
        reason = _missing(row, bulk=unasked, shut=shut) or (STALE if over else "")
        reason = reason or ("left" if row.id in stopped else "")
        judged.append(Judged(row, closes_at, shut, reason))
    return judged


def _stopped(session: Session, rows: Iterable[Any], broadcast: Broadcast | None) -> set[int]:
    """What is in doubt goes once more all the same, but no reminder: whoever did what it reminds of needs none."""
    of_each: dict[int, list[Any]] = {}
    for row in rows:
        own = _broadcast_of(session, row, broadcast)
        if own is not None and row.edits is None and (not row.doubts or own.kind == BroadcastKind.REMINDER):
            of_each.setdefault(own.id, []).append(row)
    found = (
        _uninterested(session, _broadcast_of(session, theirs[0], broadcast), theirs) for theirs in of_each.values()
    )
    return set().union(*found)


def _broadcast_of(session: Session, row: Any, broadcast: Broadcast | None) -> Broadcast | None:  # noqa: ANN401 - as above
    """A digest is of several, and so is what one message carried."""
    if broadcast is not None and row.broadcast_id == broadcast.id:
        return broadcast
    return None if row.broadcast_id is None else session.get_one(Broadcast, row.broadcast_id)


def _missing(row: Any, *, bulk: bool, shut: bool) -> str:  # noqa: ANN401 - as above
    """Why it does not go; "" when it does. What follows a message that did not arrive stays away as well."""
    if row.user is None or ((bulk or shut) and row.left):
        return "left"
    if bulk and row.unreachable:
        return str(row.unreachable)
    return "followed" if row.followed in LOST else ""


def _uninterested(session: Session, broadcast: Broadcast | None, rows: Iterable[Any]) -> set[int]:
    """Of these rows of a broadcast, those for members who since said stop to every topic that it is about.

    Or to the weekly digest, if it is that; or who do not want to be reminded any more of what it reminds of.
    """
    members = {row.id: row.member_id for row in rows}
    if broadcast is not None and broadcast.kind == BroadcastKind.REMINDER:
        asked = matching(Audience.from_json(broadcast.audience))
        wanted = set(session.scalars(select(Member.id).where(Member.id.in_(members.values()), asked)))
        return {row_id for row_id, member_id in members.items() if member_id not in wanted}
    if broadcast is not None and broadcast.kind == BroadcastKind.DIGEST:
        unwanted = select(Member.id).where(Member.id.in_(members.values()), Member.digest.is_(False))
        stopped = set(session.scalars(unwanted))
        return {row_id for row_id, member_id in members.items() if member_id in stopped}
    if broadcast is None or broadcast.kind != BroadcastKind.NEWSLETTER or not broadcast.audience.get("topics"):
        return set()
    topics = broadcast.audience["topics"]
    theirs = (Subscription.member_id.in_(members.values()), Subscription.topic.in_(topics))
    following = set(session.scalars(select(Subscription.member_id).where(*theirs)))
    return {row_id for row_id, member_id in members.items() if member_id not in following}
