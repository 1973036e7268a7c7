"""Writes to somebody other than the person whose turn it is: a colleague who is asked, a member who is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.core.messages import Outbound
from storage.members import Member, MemberAddress, addresses_of
from storage.outbox import QUIET, enqueue
from storage.staff import Role, staff_of


def tell(
    session: Session, member_id: int, outbound: Outbound, key: str, now: datetime, *, not_before: datetime | None = None
) -> bool:
    """Queue one message to a member, where they prefer to be reached; whether there is anybody to tell.

    Who did not agree to be written to, said stop or cannot be reached is told nothing.

    Args:
        outbound: in the member's language; under 1,000 characters, so that it is one message on every channel. Its
            options are standing ones, since the member may be in the middle of something else.
        key: the same key twice is one message.
        not_before: when it may leave, such as in the morning. Whoever says stop before is told nothing either.
    """
    address = reached_at(session, member_id)
    if address is None:
        return False
    waits = {"not_before": not_before, "reason": QUIET if not_before else ""}
    enqueue(session, [row_for(address, outbound, key, now) | waits])
    return True


def reached_at(session: Session, member_id: int) -> MemberAddress | None:
    """Where a member may be written to unasked; None where nowhere, as `tell` has it."""
    member = session.get(Member, member_id)
    if member is None or member.consented_at is None or member.stopped_at is not None:
        return None
    return next((each for each in addresses_of(session, member_id) if not each.unreachable), None)


def colleagues(session: Session, *roles: Role) -> list[MemberAddress]:
    """Where those with one of these roles may be written to; who has no such place is not among them."""
    found = (reached_at(session, staff.member_id) for staff in staff_of(session, *roles))
    return [address for address in found if address is not None]


def tell_at(session: Session, address: MemberAddress, outbound: Outbound, key: str, now: datetime) -> None:
    """Queue one message to one address, as an answer to what was asked there a moment ago; otherwise as `tell`."""
    enqueue(session, [row_for(address, outbound, key, now)])


def row_for(
    address: MemberAddress, outbound: Outbound, key: str, now: datetime, *, edits: int | None = None
) -> dict[str, Any]:
    """One message to one address, as `storage.outbox.enqueue` takes it.

    Args:
        edits: the outbox row whose message this one changes in place.
    """
    return {
        "key": key,
        "channel": address.channel,
        "address_id": address.id,
        "member_id": address.member_id,
        "language": outbound.language,
        "payload": outbound.to_json(),
        "edits": edits,
        "created_at": now,
    }
