"""What follows a broadcast, row by row: another try, a correction of what it said, the taking back of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.base import insert_for
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.fanout import SLICE
from storage.lanes import at_rest
from storage.outbox import IS_MOVING, UNFINISHED, OutboxRow, OutboxState

ARRIVED: Final = (OutboxState.SENT, OutboxState.DELIVERED, OutboxState.READ)
MISSED: Final = (OutboxState.REFUSED, OutboxState.SKIPPED)

_UNHEEDED: Final = {"synchronize_session": False}

Deletes = Mapping[str, timedelta]
"""How long after it was sent a message can be taken back, by the channels where it ever can."""


class Copies(NamedTuple):
    """How many copies on a channel share what can be done with them.

    Attributes:
        fate: "here" (can be changed or taken back in place), "there" (has it, or may have it, and cannot), "waiting".
    """

    channel: str
    fate: str
    rows: int


def put_back(session: Session, broadcast: Broadcast, reasons: Collection[str], after: int) -> int | None:
    """Queue the next slice of the rows that were refused or skipped for these reasons, as if they had never been tried.

    What may have arrived keeps its doubt, so that nobody gets a second copy unnoticed, and the platform's id of the
    earlier try, so that late news of that one is known for what it is.

    Args:
        after: look behind this member only.

    Returns:
        The last member that was looked at; None when there is nobody more.
    """
    last = _last_of_slice(session, broadcast.id, after)
    if last is None:
        return None
    doubted = OutboxRow.doubts > 0
    afresh = {
        "state": OutboxState.QUEUED, "reason": "", "detail": "", "token": "", "attempts": 0, "not_before": None,
        "settled_at": None, "expires_at": broadcast.expires_at, "carrier": case((doubted, OutboxRow.carrier)),
        "rung_at": case((doubted, OutboxRow.rung_at)), "bell_id": case((doubted, OutboxRow.bell_id), else_=""),
    }  # fmt: skip
    slice_ = (OutboxRow.broadcast_id == broadcast.id, OutboxRow.member_id > after, OutboxRow.member_id <= last)
    again = update(OutboxRow).where(*slice_, OutboxRow.state.in_(MISSED), OutboxRow.reason.in_(reasons))
    session.execute(again.values(**afresh), execution_options=_UNHEEDED)
    return last


def in_flight(session: Session, follower: Broadcast, channels: Collection[str]) -> bool:
    """Whether any message of what this one follows, or of its files, is on its way at this moment.

    For a recall, also one of its corrections. Another correction need not wait for those: whoever is getting one now
    gets that as well.
    """
    at_rest(session, channels)
    original_id = _original_of(follower)
    ids = [original_id]
    if follower.kind == BroadcastKind.RECALL:
        others = select(Broadcast.id).where(Broadcast.original_id == original_id, Broadcast.id != follower.id)
        ids += session.scalars(others)
    sending = select(OutboxRow.id).where(IS_MOVING, OutboxRow.state == OutboxState.SENDING)
    sending = sending.where(OutboxRow.channel.in_(channels)).limit(1)
    which = (OutboxRow.broadcast_id.in_(ids), _is_file_of(original_id))
    return any(session.scalar(sending.where(rows)) is not None for rows in which)


def keep_files(session: Session, recall: Broadcast, reason: str, now: datetime) -> None:
    """Skip the files that have yet to follow what is taken back."""
    waiting = (IS_MOVING, OutboxRow.state == OutboxState.QUEUED, _is_file_of(_original_of(recall)))
    kept = {"state": OutboxState.SKIPPED, "reason": reason, "settled_at": now}
    session.execute(update(OutboxRow).where(*waiting).values(**kept), execution_options=_UNHEEDED)


def write_correction(session: Session, correction: Broadcast, edits: Collection[str], now: datetime) -> bool:
    """Write the next slice of a correction's rows; False once the last one is written.

    Everybody who has the original, or may have it, and reads one of the languages that changed gets one: it changes
    the copy in place, or else is a message of its own. For whom an earlier correction still waits, that one will do:
    it says what is right when it leaves. An update only changes copies in place.

    Args:
        edits: the channels where a message can be changed in place.
    """
    original_id, last = _next_slice(session, correction)
    if last is None:
        correction.fanned_at = now
        return False
    in_place = and_(_is_whole(), OutboxRow.channel.in_(edits))
    chosen = [_may_have_it(), *_readers(correction.audience), ~_corrected_soon(session, correction)]
    if correction.kind == BroadcastKind.UPDATE:
        chosen.append(in_place)
    _write(session, correction, original_id, last, now, chosen, {"edits": case((in_place, OutboxRow.id))})
    correction.fanned_to = last
    return True


def write_recall(session: Session, recall: Broadcast, deletes: Deletes, now: datetime) -> bool:
    """Write the next slice of a recall's rows; False once the last one is written.

    Everybody who has the original, or may have it, gets a row, so that the numbers add up: to delete the copy, or
    skipped where that cannot be done.
    """
    original_id, last = _next_slice(session, recall)
    if last is None:
        _write(session, recall, original_id, None, now, (_may_have_it(),), _undeletable(now))
        recall.fanned_at = now
        return False
    _write(session, recall, original_id, last, now, (_may_have_it(),), _undeletable(now, deletes))
    recall.fanned_to = last
    return True


def correctable(session: Session, original_id: int, audience: dict[str, Any], edits: Collection[str]) -> list[Copies]:
    """What a correction for this audience would do now. What is on its way is counted as arrived."""
    on_its_way = OutboxRow.state == OutboxState.SENDING
    waits = and_(OutboxRow.state.in_((OutboxState.QUEUED, OutboxState.HELD)), OutboxRow.doubts == 0)
    in_place = and_(or_(on_its_way, _is_whole()), OutboxRow.channel.in_(edits))
    fate = case((waits, "waiting"), (in_place, "here"), else_="there")
    which = (*_readers(audience), or_(_may_have_it(), OutboxRow.state.in_(UNFINISHED)))
    return _count(session, original_id, fate, *which)


def deletable(session: Session, original_id: int, deletes: Deletes, now: datetime) -> list[Copies]:
    """What a recall would do now. What is on its way is counted as arrived."""
    on_its_way = OutboxRow.state == OutboxState.SENDING
    waits = and_(OutboxRow.state.in_((OutboxState.QUEUED, OutboxState.HELD)), OutboxRow.doubts == 0)
    here = or_(and_(on_its_way, OutboxRow.channel.in_(deletes)), _can_be_deleted(deletes, now))
    fate = case((waits, "waiting"), (here, "here"), else_="there")
    return _count(session, original_id, fate, or_(_may_have_it(), OutboxRow.state.in_(UNFINISHED)))


def is_awaited(session: Session, original_id: int) -> bool:
    """Whether a correction of it, or a recall, has yet to begin with its rows."""
    running = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    unwritten = (Broadcast.fanned_at.is_(None), Broadcast.fanned_to == 0)
    awaited = select(Broadcast.id).where(Broadcast.original_id == original_id, running, *unwritten)
    return session.scalar(awaited.limit(1)) is not None


def written(session: Session, broadcast_id: int, audience: Mapping[str, Any]) -> int:
    """How many rows there are for those of the audience's languages."""
    rows = select(func.count()).where(OutboxRow.broadcast_id == broadcast_id, *_readers(audience))
    return session.scalar(rows) or 0


def corrections_of(session: Session, original_id: int) -> list[Broadcast]:
    """Those that are not over."""
    running = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    kinds = Broadcast.kind.in_((BroadcastKind.CORRECTION, BroadcastKind.UPDATE))
    mine = (Broadcast.original_id == original_id, kinds)
    return list(session.scalars(select(Broadcast).where(*mine, running).order_by(Broadcast.id).with_for_update()))


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


def _last_of_slice(session: Session, broadcast_id: int, after: int) -> int | None:
    """By member, for which there is an index; whoever was erased has none, and is out of reach."""
    ahead = select(OutboxRow.member_id).where(OutboxRow.broadcast_id == broadcast_id, OutboxRow.member_id > after)
    slice_ = ahead.order_by(OutboxRow.member_id).limit(SLICE).subquery()
    last: int | None = session.scalar(select(func.max(slice_.c.member_id)))
    return last


def _next_slice(session: Session, follower: Broadcast) -> tuple[int, int | None]:
    original_id = _original_of(follower)
    return original_id, _last_of_slice(session, original_id, follower.fanned_to)


def _original_of(follower: Broadcast) -> int:
    if follower.original_id is None:
        raise ValueError(f"broadcast {follower.id} follows no other")
    return follower.original_id


def _is_file_of(original_id: int) -> ColumnElement[bool]:
    """It goes after a text that it could not stand beside."""
    text = aliased(OutboxRow)
    followed = select(text.id).where(text.id == OutboxRow.follows, text.broadcast_id == original_id).exists()
    return and_(OutboxRow.broadcast_id.is_(None), OutboxRow.follows.is_not(None), followed)


def _may_have_it() -> ColumnElement[bool]:
    """It arrived, or was sent once and nobody knows what became of that, whatever came later."""
    return or_(OutboxRow.state.in_(ARRIVED), OutboxRow.state == OutboxState.DOUBT, OutboxRow.doubts > 0)


def _is_whole() -> ColumnElement[bool]:
    """It arrived as a message of its own that we know: one that says other things too must stay as it is."""
    other = aliased(OutboxRow)
    carries = select(other.id).where(other.address_id == OutboxRow.address_id, other.carrier == OutboxRow.id).exists()
    return and_(OutboxRow.state.in_(ARRIVED), OutboxRow.external_id != "", OutboxRow.carrier.is_(None), ~carries)


def _can_be_deleted(deletes: Deletes, now: datetime) -> ColumnElement[bool]:
    young = (and_(OutboxRow.channel == name, OutboxRow.settled_at > now - lasts) for name, lasts in deletes.items())
    return and_(_is_whole(), or_(false(), *young))


def _readers(audience: Mapping[str, Any]) -> tuple[ColumnElement[bool], ...]:
    languages = audience.get("languages", ())
    return (OutboxRow.language.in_(languages),) if languages else ()


def _corrected_soon(session: Session, correction: Broadcast) -> ColumnElement[bool]:
    running = corrections_of(session, _original_of(correction))
    earlier = [one.id for one in running if one.id < correction.id]
    waiting = aliased(OutboxRow)
    theirs = (waiting.broadcast_id.in_(earlier), waiting.member_id == OutboxRow.member_id, waiting.doubts == 0)
    return select(waiting.id).where(*theirs, waiting.state.in_((OutboxState.QUEUED, OutboxState.HELD))).exists()


def _undeletable(now: datetime, deletes: Deletes | None = None) -> dict[str, ColumnElement[Any]]:
    here = false() if deletes is None else _can_be_deleted(deletes, now)
    return {
        "edits": case((here, OutboxRow.id)),
        "state": case((here, OutboxState.QUEUED.value), else_=OutboxState.SKIPPED.value),
        "reason": case((here, ""), else_="undeletable"),
        "settled_at": case((~here, _moment(now))),
    }


def _moment(value: datetime | None) -> ColumnElement[datetime | None]:
    return literal(value, type_=OutboxRow.__table__.c.created_at.type)


def _write(session: Session, follower: Broadcast, original_id: int, last: int | None, now: datetime,
           which: Sequence[ColumnElement[bool]], changes: dict[str, ColumnElement[Any]]) -> None:  # fmt: skip
    """Write a row for each of the original's rows up to this member, or for those without one."""
    theirs: ColumnElement[bool] = OutboxRow.member_id.is_(None)
    if last is not None:
        theirs = and_(OutboxRow.member_id > follower.fanned_to, OutboxRow.member_id <= last)
    columns: dict[str, Any] = {
        "channel": OutboxRow.channel,
        "address_id": OutboxRow.address_id,
        "member_id": OutboxRow.member_id,
        "broadcast_id": literal(follower.id),
        "language": OutboxRow.language,
        "state": literal(OutboxState.QUEUED.value),
        "created_at": _moment(now),
        "expires_at": _moment(follower.expires_at),
        **{name: literal("") for name in ("reason", "detail", "token", "external_id", "bell_id")},
        **{name: literal(0) for name in ("attempts", "doubts")},
        **changes,
    }
    rows = select(*columns.values()).where(OutboxRow.broadcast_id == original_id, theirs, *which)
    insert = insert_for(session)(OutboxRow).from_select(
        list(columns), rows.order_by(OutboxRow.member_id), include_defaults=False
    )
    session.execute(insert.on_conflict_do_nothing())


def _count(session: Session, original_id: int, fate: ColumnElement[str], *which: ColumnElement[bool]) -> list[Copies]:
    query = select(OutboxRow.channel, fate, func.count()).where(OutboxRow.broadcast_id == original_id, *which)
    return [
        Copies(*row) for row in session.execute(query.group_by(OutboxRow.channel, fate).order_by(OutboxRow.channel))
    ]
