"""Joining two channels of one person: a code is shown on one, entered on the other, and both are one member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.actions import invitations, memberships
from bot.actions.rights import role_of
from bot.actions.staff import FORMS
from bot.core import codes
from bot.core.conversation import Conversation
from storage.conversations import load_conversation, save_conversation
from storage.links import add_try, count_tries, drop_codes, find_code, give_code, take_code
from storage.members import Member, MemberAddress, add_topic, addresses_of, topics_of
from storage.merging import repoint
from storage.organisations import Organisation
from storage.staff import Role, Staff, record

LASTS: Final = timedelta(minutes=10)
"""How long a code is good."""

TRIES: Final = 5
"""Wrong codes from one address within `PAUSE`; then not even a right one is looked at."""

PAUSE: Final = timedelta(hours=1)

_REMEMBERED: Final = timedelta(days=1)
"""How long it is known of a code that it has expired."""

_FILLED: Final = ("name", "role", "phone", "email", "ecosoc")


class Fault(StrEnum):
    """Why a code joins nothing."""

    ODD = "odd"
    WRONG = "wrong"
    EXPIRED = "expired"
    TRIED = "tried"
    OWN = "own"
    SAME_CHANNEL = "same channel"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two who turn out to be one person.

    Attributes:
        code_hash: of the code that was entered.
        kept: whose name, organisation and language remain: the one who asked for the code, unless only the other has
            registered.
        shown: the addresses of the one who asked for the code.
        known: whether the one who enters it has something to lose, or to lay open.
        stopped: whether to ask if we may write: one of them said stop, and one of them had agreed.
    """

    code_hash: str
    kept: Member
    gone: Member
    shown: tuple[MemberAddress, ...]
    known: bool
    stopped: bool


def new_code(session: Session, member: Member, now: datetime) -> str:
    """A code that joins whoever enters it with this member; an earlier one is good no more. It is not kept anywhere."""
    code = codes.draw()
    drop_codes(session, now - _REMEMBERED)
    give_code(session, member.id, codes.hashed(code), now + LASTS)
    return code


def enter(session: Session, address: MemberAddress, typed: str, now: datetime) -> Pair | Fault:
    """Look at a code that was typed; it is not used up yet."""
    if count_tries(session, address.id, now - PAUSE) >= TRIES:
        return Fault.TRIED
    code = codes.read(typed)
    if code is None:
        return Fault.ODD
    found = find_pair(session, address, codes.hashed(code), now)
    if found is Fault.WRONG:
        add_try(session, address.id, now, now - PAUSE)
    return found


def find_pair(session: Session, address: MemberAddress, code_hash: str, now: datetime) -> Pair | Fault:
    """Whom a code joins with whoever has this address."""
    code = find_code(session, code_hash)
    if code is None:
        return Fault.WRONG
    if code.member_id == address.member_id:
        return Fault.OWN
    if code.expires_at <= now:
        return Fault.EXPIRED
    shows, enters = session.get_one(Member, code.member_id), session.get_one(Member, address.member_id)
    shown = tuple(addresses_of(session, shows.id))
    if {one.channel for one in shown} & {one.channel for one in addresses_of(session, enters.id)}:
        return Fault.SAME_CHANNEL
    kept, gone = (enters, shows) if enters.registered and not shows.registered else (shows, enters)
    known = enters.registered or role_of(session, enters) is not None
    agreed = shows.consented_at is not None or enters.consented_at is not None
    stopped = agreed and (shows.stopped_at is not None or enters.stopped_at is not None)
    return Pair(code_hash, kept, gone, shown, known, stopped)


def join(session: Session, pair: Pair, now: datetime, *, write: bool = False) -> bool:
    """Make one member of the two; False for all but the first who uses the code.

    Nothing is added that was not there on one of the two sides: topics and roles are united, and what the kept member
    never said is taken from the other.

    Args:
        write: they said we may write, although one of them had said stop.
    """
    kept, gone = pair.kept, pair.gone
    both = select(Member).where(Member.id.in_([kept.id, gone.id])).order_by(Member.id).with_for_update()
    still_there = session.scalars(both.execution_options(populate_existing=True)).all()
    if len(still_there) != 2 or not take_code(session, pair.code_hash, now):  # noqa: PLR2004 - both of them
        return False
    kept.consented_at = min((one.consented_at for one in (kept, gone) if one.consented_at), default=None)
    stopped_at = min((one.stopped_at for one in (kept, gone) if one.stopped_at), default=None)
    kept.stopped_at = None if write else stopped_at
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.digest = kept.digest and gone.digest
    _fill(kept, gone)
    for topic in sorted(topics_of(session, gone.id)):
        add_topic(session, kept.id, topic)
    _unite_roles(session, kept, gone, now)
    for address in addresses_of(session, gone.id):
        address.member_id, address.preferred = kept.id, False
        conversation = Conversation.from_json(load_conversation(session, address.id))
        save_conversation(session, address.id, begun_anew(conversation).to_json())
    session.flush()
    repoint(session, gone.id, kept.id, now)
    session.execute(delete(Member).where(Member.id == gone.id))
    _unite_memberships(session, kept, gone, now)
    return True


def begun_anew(conversation: Conversation) -> Conversation:
    """The conversation of somebody who is another member now: what they were asked about themselves is over."""
    stack = tuple(progress for progress in conversation.stack if progress.form in FORMS)
    return replace(conversation, stack=stack, menu=None, aside=())


def _fill(kept: Member, gone: Member) -> None:
    for name in _FILLED:
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    if not (kept.region or kept.country):
        kept.region, kept.district, kept.country = gone.region, gone.district, gone.country


def _unite_roles(session: Session, kept: Member, gone: Member, now: datetime) -> None:
    """The wider of the two roles, as it was on one of the two; a role alone is kept."""
    theirs = session.get(Staff, gone.id)
    if theirs is None:
        return
    invitations.grant(session, kept, Role(theirs.role), theirs.topics, theirs.granted_at)
    session.delete(theirs)
    united = session.get_one(Staff, kept.id)
    record(session, now, kept.id, "staff.link", role=united.role, topics=united.topics)


def _unite_memberships(session: Session, kept: Member, gone: Member, now: datetime) -> None:
    """The kept member's organisation remains; where it is the other's too, one confirmation is enough for both."""
    if gone.organisation_id is None:
        return
    confirmed = gone.membership == memberships.CONFIRMED
    if kept.organisation_id is None and not confirmed:
        memberships.join(session, kept, session.get_one(Organisation, gone.organisation_id), now)
    elif confirmed and kept.organisation_id in {None, gone.organisation_id}:
        kept.organisation_id, kept.membership = gone.organisation_id, memberships.CONFIRMED
        session.flush()
    elif confirmed:
        memberships.ask_again(session, gone.organisation_id, now)
