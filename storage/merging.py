"""Lets whatever told of one member tell of another, and of an address alone: for two who turn out to be one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage import calendars, declarations, responses
from storage.base import UNHEEDED
from storage.broadcasts import Broadcast
from storage.calls import Call, CallMark, Dislike
from storage.declarations import Declaration
from storage.events import Event, Reply, Rsvp, TimeMark
from storage.fallback import Move, move
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import MISSED, WAITING, OutboxRow, OutboxState, goes_on
from storage.rsvps import locked, rsvp_of
from storage.schedules import Schedule
from storage.staff import AuditEntry, Invitation
from storage.surveys import Survey

_WANTING: Final = (Reply.YES, Reply.OFFERED, Reply.WAITING)
"""Answers of those who want to come, the surest first."""


def repoint(session: Session, gone_id: int, kept_id: int, now: datetime) -> None:
    """All that was written, sent, decided and received by the one is the other's; their addresses are so already."""
    _repoint_broadcasts(session, gone_id, kept_id, now)
    theirs = select(MemberAddress.id).where(MemberAddress.member_id == kept_id)
    replies = update(OutboxRow).where(OutboxRow.broadcast_id.is_(None), OutboxRow.address_id.in_(theirs))
    session.execute(replies.values(member_id=kept_id), execution_options=UNHEEDED)
    questions = goes_on(f"join:{gone_id}")
    session.execute(delete(OutboxRow).where(questions, OutboxRow.state.in_(WAITING)), execution_options=UNHEEDED)
    theirs_now = func.replace(OutboxRow.key, f"ask:{gone_id}:", f"ask:{kept_id}:")
    session.execute(
        update(OutboxRow).where(goes_on(f"ask:{gone_id}")).values(key=theirs_now), execution_options=UNHEEDED
    )
    for column in (Newsletter.author_id, Broadcast.author_id, Broadcast.approver_id, Invitation.invited_by,
                   Invitation.used_by, AuditEntry.actor_id, Call.author_id, Call.proposer_id, Event.author_id,
                   Schedule.author_id, Survey.author_id, Declaration.author_id):  # fmt: skip
        session.execute(update(column.class_).where(column == gone_id).values({column.key: kept_id}))
    _repoint_marks(session, gone_id, kept_id)
    _repoint_answers(session, gone_id, kept_id)
    for noun in (calendars, declarations, responses):
        noun.repoint(session, gone_id, kept_id)
    about = select(AuditEntry).where(AuditEntry.detail["member"].as_integer() == gone_id)
    for entry in session.scalars(about):
        entry.detail = {**entry.detail, "member": kept_id}
    session.flush()


def _repoint_marks(session: Session, gone_id: int, kept_id: int) -> None:
    """What either of them saved is saved, and what either does not want to hear of is not announced."""
    for theirs in session.scalars(select(CallMark).where(CallMark.member_id == gone_id)).all():
        mine = session.get(CallMark, (theirs.call_id, kept_id))
        if mine is None:
            theirs.member_id = kept_id
            continue
        mine.saved_at = mine.saved_at or theirs.saved_at
        mine.remind_at = min((each for each in (mine.remind_at, theirs.remind_at) if each), default=None)
        if mine.saved_at:
            mine.declined_at, mine.reason = None, ""
        elif mine.declined_at is None:
            mine.declined_at, mine.reason = theirs.declined_at, theirs.reason
        session.delete(theirs)
    session.flush()
    for column in (Dislike.what, TimeMark.time_id):
        table: Any = column.class_
        twice = column.in_(select(column).where(table.member_id == kept_id))
        session.execute(delete(table).where(table.member_id == gone_id, twice), execution_options=UNHEEDED)
        moved = update(table).where(table.member_id == gone_id).values(member_id=kept_id)
        session.execute(moved, execution_options=UNHEEDED)


def _repoint_answers(session: Session, gone_id: int, kept_id: int) -> None:
    """To an event somebody has one answer, and their name stands once among those who were there."""
    answered = select(Rsvp.event_id).where(Rsvp.member_id == gone_id).order_by(Rsvp.event_id)
    for event_id in session.scalars(answered).all():
        locked(session, event_id)
        theirs, mine = rsvp_of(session, event_id, gone_id), rsvp_of(session, event_id, kept_id)
        if theirs is None:
            continue
        if mine is None:
            theirs.member_id = kept_id
            continue
        if _counts(mine, theirs) is theirs:
            for name in ("reply", "seats", "replied_at", "waits_since", "offered_until"):
                setattr(mine, name, getattr(theirs, name))
        for name in ("attended_at", "rating", "better"):
            setattr(mine, name, getattr(mine, name) or getattr(theirs, name))
        session.delete(theirs)
    session.flush()


def _counts(one: Rsvp, other: Rsvp) -> Rsvp:
    """The answer given last, unless the other has a seat, or a better place, and they still want to come."""
    last = max(one, other, key=lambda rsvp: rsvp.replied_at)
    if last.reply not in _WANTING:
        return last
    wanting = [each for each in (last, one, other) if each.reply in _WANTING]
    return min(wanting, key=lambda rsvp: [*_WANTING].index(Reply(rsvp.reply)))


def detach(session: Session, address: MemberAddress, rest: MemberAddress, now: datetime) -> None:
    """What was broadcast to this address stays the member's; what has not left goes to the rest of their addresses."""
    here = (OutboxRow.address_id == address.id, OutboxRow.broadcast_id.is_not(None))
    waiting = select(OutboxRow.id).where(*here, OutboxRow.edits.is_(None), OutboxRow.state.in_(WAITING))
    move(session, [Move(row_id, rest.channel, rest.id) for row_id in session.scalars(waiting.with_for_update())])
    session.execute(update(OutboxRow).where(*here).values(address_id=None), execution_options=UNHEEDED)
    followed = update(Broadcast).where(Broadcast.author_address_id == address.id)
    session.execute(followed.values(author_address_id=rest.id, card=None, carded_at=now))


def _repoint_broadcasts(session: Session, gone_id: int, kept_id: int, now: datetime) -> None:
    """A broadcast has one row for a person. Where both had one, the other counts on without a name, as for the erased.

    The person's is the one that came furthest; if it left already, a second one that waits is not sent.
    """
    both = select(OutboxRow.id, OutboxRow.broadcast_id, OutboxRow.member_id, OutboxRow.state).where(
        OutboxRow.broadcast_id.in_(select(Broadcast.id)), OutboxRow.member_id.in_([gone_id, kept_id])
    )
    rows = session.execute(both.order_by(OutboxRow.id).with_for_update(of=OutboxRow)).all()
    furthest: dict[int, tuple[int, int]] = {}
    for row in rows:
        rank = (_rank(row.state), int(row.member_id == kept_id))
        furthest[row.broadcast_id] = max(furthest.get(row.broadcast_id, (-1, 0)), rank)
    won = {row.id for row in rows if furthest[row.broadcast_id] == (_rank(row.state), int(row.member_id == kept_id))}
    lost = update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows if row.id not in won]))
    skipped = {"state": OutboxState.SKIPPED, "reason": "joined", "settled_at": now}
    session.execute(lost.where(OutboxRow.state.in_(WAITING)).values(**skipped), execution_options=UNHEEDED)
    session.execute(lost.values(member_id=None), execution_options=UNHEEDED)
    found = update(OutboxRow).where(OutboxRow.id.in_(won))
    session.execute(found.values(member_id=kept_id), execution_options=UNHEEDED)


def _rank(state: str) -> int:
    """How far a message came: lost, waiting, or on its way and beyond."""
    return 0 if state in MISSED else 1 if state in WAITING else 2
