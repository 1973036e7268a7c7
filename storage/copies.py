"""The copies of a broadcast: who has one or may have one, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.broadcasts import Broadcast, BroadcastKind
from storage.outbox import ARRIVED, UNFINISHED, WAITING, OutboxRow, OutboxState


class Copies(NamedTuple):
    """How many copies on a channel share what can be done with them.

    Attributes:
        fate: "here" (can be changed or taken back in place), "there" (has it, or may have it, and cannot), "waiting".
    """

    channel: str
    fate: str
    rows: int


def count(session: Session, original_id: int, in_place: ColumnElement[bool],
          *which: ColumnElement[bool]) -> list[Copies]:  # fmt: skip
    """Count those that arrived, may have arrived, are on their way or wait, by channel and by what can be done now.

    Args:
        in_place: what can be changed or taken back where it is.
    """
    waits = and_(OutboxRow.state.in_(WAITING), OutboxRow.doubts == 0)
    fate = case((waits, "waiting"), (in_place, "here"), else_="there")
    either = or_(may_have_it(), OutboxRow.state.in_(UNFINISHED))
    query = select(OutboxRow.channel, fate, func.count()).where(OutboxRow.broadcast_id == original_id, *which, either)
    rows = session.execute(query.group_by(OutboxRow.channel, fate).order_by(OutboxRow.channel))
    return [Copies(*row) for row in rows]


def written(session: Session, broadcast_id: int, audience: Mapping[str, Any]) -> int:
    """How many rows there are for those of the audience's languages."""
    rows = select(func.count()).where(OutboxRow.broadcast_id == broadcast_id, *readers_of(audience))
    return session.scalar(rows) or 0


def copies_of(session: Session, rows: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """The platform's ids of messages that were sent, each with those that followed it: its file, its corrections.

    Args:
        rows: outbox row -> the address it went to.
    """
    if not rows:
        return {}
    whole = or_(OutboxRow.id.in_(rows), OutboxRow.follows.in_(rows))
    query = select(OutboxRow.id, OutboxRow.follows, OutboxRow.external_id)
    query = query.where(OutboxRow.address_id.in_(set(rows.values())), whole, OutboxRow.external_id != "")
    found: dict[int, tuple[str, ...]] = {}
    for row_id, follows, external_id in session.execute(query.order_by(OutboxRow.id)):
        key = row_id if follows is None else follows
        found[key] = (*found.get(key, ()), external_id)
    for row_id, external_id in session.execute(_told_right(rows)):
        found[row_id] = (*found.get(row_id, ()), external_id)
    return found


def _told_right(rows: Mapping[int, int]) -> Select[int, str]:
    """The corrections of these that are messages of their own."""
    original = aliased(OutboxRow)
    follower = and_(Broadcast.original_id == original.broadcast_id, Broadcast.kind == BroadcastKind.CORRECTION)
    own = (OutboxRow.broadcast_id == Broadcast.id, OutboxRow.edits.is_(None), OutboxRow.external_id != "")
    query = select(original.id, OutboxRow.external_id).join(Broadcast, follower)
    query = query.join(OutboxRow, and_(OutboxRow.address_id == original.address_id, *own))
    return query.where(original.id.in_(rows)).order_by(OutboxRow.id)


def may_have_it() -> ColumnElement[bool]:
    """It arrived, or was sent once and nobody knows what became of that, whatever came later."""
    return or_(OutboxRow.state.in_(ARRIVED), OutboxRow.state == OutboxState.DOUBT, OutboxRow.doubts > 0)


def is_whole() -> ColumnElement[bool]:
    """It arrived as a message of its own that we know: one that says other things too must stay as it is."""
    other = aliased(OutboxRow)
    carries = select(other.id).where(other.address_id == OutboxRow.address_id, other.carrier == OutboxRow.id).exists()
    return and_(OutboxRow.state.in_(ARRIVED), OutboxRow.external_id != "", OutboxRow.carrier.is_(None), ~carries)


def readers_of(audience: Mapping[str, Any]) -> tuple[ColumnElement[bool], ...]:
    """Those who read one of its languages; it may name none, for all."""
    languages = audience.get("languages", ())
    return (OutboxRow.language.in_(languages),) if languages else ()
