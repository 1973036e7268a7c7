"""What is not kept: everything about a person who asks to be erased, and old words of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.actions.memberships import CONFIRMED, ask_again
from storage.base import UNHEEDED
from storage.broadcasts import Broadcast
from storage.calls import Call, CallState
from storage.files import PREFIX
from storage.inbox import InboxRow, InboxState
from storage.members import Member, MemberAddress, addresses_of
from storage.newsletters import Newsletter
from storage.outbox import UNFINISHED, WAITING, OutboxRow, OutboxState, goes_on
from storage.polls import Poll
from storage.responses import erase, responses_of

MY_DATA: Final = "my-data.json"
"""Name of the file that holds a copy of somebody's data, and goes when its message goes."""

REPORT: Final = "report:"
"""How the keys of reports begin: they name members, and go when their message goes."""

SLICE: Final = 1_000
"""Rows deleted in one transaction, so that no reply waits for housekeeping."""


class OldWords(NamedTuple):
    """Ids of rows in the inbox and in the outbox."""

    inbox: Sequence[int]
    outbox: Sequence[int]


def forget(session: Session, address: MemberAddress, external_id: str, now: datetime) -> list[str]:
    """Erase the member of this address at once; only the address stays, on a blank member, until the farewell is out.

    What was broadcast stays as rows without a person, so that totals still add up.

    Args:
        external_id: of the inbound that asks for it, whose words go too. Later ones begin a new acquaintance.

    Returns:
        Stored files that held a copy of their data, to be removed.
    """
    member = session.get_one(Member, address.member_id)
    left = member.organisation_id if member.membership == CONFIRMED else None
    addresses = addresses_of(session, member.id)
    blank = Member(language=member.language, created_at=now, forgotten_at=now)
    session.add(blank)
    session.flush()
    mine = OutboxRow.address_id.in_([one.id for one in addresses])
    _leave_broadcasts(session, mine, now)
    theirs = and_(OutboxRow.broadcast_id.in_(select(Broadcast.id)), OutboxRow.member_id == member.id)
    _leave_broadcasts(session, theirs, now)  # also what went to an address that was theirs once
    proposed = session.scalars(select(Call.id).where(Call.proposer_id == member.id)).all()
    keys = (f"join:{member.id}", f"ask:{member.id}", *(f"proposed:{call_id}" for call_id in proposed))
    asked = or_(*(goes_on(key) for key in keys))
    files = [*_delete(session, and_(OutboxRow.broadcast_id.is_(None), mine)), *_delete(session, asked)]
    for one in addresses:
        handled = or_(InboxRow.state != InboxState.NEW, InboxRow.external_id == external_id)
        _anonymise(session, and_(InboxRow.channel == one.channel, InboxRow.user == one.user, handled))
    undecided = Call.state.in_((CallState.PROPOSED, CallState.DECLINED))
    session.execute(delete(Call).where(Call.proposer_id == member.id, undecided))
    authored = update(Broadcast).where(Broadcast.author_id == member.id)
    session.execute(authored.values(author_id=None, author_address_id=None))
    erase(session, responses_of(session, member.id))
    session.execute(delete(Poll).where(Poll.address_id.in_([one.id for one in addresses])))
    address.member_id, address.preferred = blank.id, True
    session.flush()
    session.execute(delete(Member).where(Member.id == member.id))
    if left is not None:
        ask_again(session, left, now)
    return files


def forget_words(session: Session, address: MemberAddress) -> list[str]:
    """Erase what was said at this address, which belongs to somebody else from now on; returns files as `forget`."""
    said = and_(OutboxRow.broadcast_id.is_(None), OutboxRow.address_id == address.id)
    heard = and_(InboxRow.channel == address.channel, InboxRow.user == address.user, InboxRow.state != InboxState.NEW)
    _anonymise(session, heard)
    return _delete(session, said)


def return_as_new(member: Member, now: datetime) -> None:
    """They were erased and write again, before the last of it was gone: somebody we do not know yet."""
    member.created_at, member.forgotten_at = now, None


def erase_forgotten(session: Session) -> None:
    """Erase the addresses of the forgotten whose farewell has an outcome."""
    rows = OutboxRow.address_id == MemberAddress.id
    waiting = select(OutboxRow.id).where(rows, OutboxRow.state.in_(UNFINISHED)).exists()
    gone = select(MemberAddress).join(Member, Member.id == MemberAddress.member_id)
    gone = gone.where(Member.forgotten_at.is_not(None), ~waiting)
    for address in session.scalars(gone.with_for_update(of=Member)).all():
        session.execute(delete(OutboxRow).where(OutboxRow.address_id == address.id, OutboxRow.broadcast_id.is_(None)))
        handled = InboxRow.state != InboxState.NEW
        _anonymise(session, and_(InboxRow.channel == address.channel, InboxRow.user == address.user, handled))
        session.execute(delete(Member).where(Member.id == address.member_id))


def old_words(session: Session, before: datetime) -> OldWords:
    """The next rows whose words are not needed any more: a look that takes time in a large table, so for a reader."""
    handled = and_(InboxRow.state != InboxState.NEW, InboxRow.handled_at < before)
    settled = and_(OutboxRow.broadcast_id.is_(None), OutboxRow.settled_at < before)
    return OldWords(
        session.scalars(select(InboxRow.id).where(handled).order_by(InboxRow.id).limit(SLICE)).all(),
        session.scalars(select(OutboxRow.id).where(settled).order_by(OutboxRow.id).limit(SLICE)).all(),
    )


def drop(session: Session, old: OldWords) -> list[str]:
    """Delete these rows. After so long no platform delivers a message again, so it need not be recognised.

    Returns:
        Stored files that nothing refers to any more, to be removed.
    """
    session.execute(delete(InboxRow).where(InboxRow.id.in_(old.inbox)), execution_options=UNHEEDED)
    return _delete(session, OutboxRow.id.in_(old.outbox))


def _delete(session: Session, which: ColumnElement[bool]) -> list[str]:
    """Delete these outbox rows; returns the files about people that they carried."""
    rows = session.execute(select(OutboxRow.key, OutboxRow.payload).where(which)).all()
    session.execute(delete(OutboxRow).where(which), execution_options=UNHEEDED)
    kept = {attachment["file"] for attachment in session.scalars(select(Newsletter.attachment)) if attachment}
    return sorted({file for key, payload in rows if (file := _copy(key or "", payload or {}))} - kept)


def _copy(key: str, payload: dict[str, Any]) -> str:
    """The file of a report or of somebody's data that this message carried; "" for any other."""
    attachment = payload.get("attachment") or {}
    file = str(attachment.get("file", ""))
    ours = key.startswith(REPORT) or attachment.get("name") == MY_DATA
    return file if ours and file.startswith(PREFIX) else ""


def _leave_broadcasts(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """What is in flight keeps its state, which the foreman writes by the row's id."""
    theirs = update(OutboxRow).where(which, OutboxRow.broadcast_id.is_not(None))
    queued = theirs.where(OutboxRow.state.in_(WAITING))
    session.execute(queued.values(state=OutboxState.SKIPPED, reason="left", settled_at=now), execution_options=UNHEEDED)
    nobody = {"address_id": None, "member_id": None, "external_id": "", "detail": ""}
    session.execute(theirs.values(**nobody), execution_options=UNHEEDED)


def _anonymise(session: Session, which: ColumnElement[bool]) -> None:
    """The rows stay, so that a platform that delivers them again is recognised."""
    session.execute(
        update(InboxRow).where(which).values(user="", payload={}, error=""),
        execution_options=UNHEEDED,
    )
