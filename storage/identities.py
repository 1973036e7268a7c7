"""One person, two ids on one platform: a number at first, an id of the platform's own from some day on."""

from __future__ import annotations

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from storage.inbox import InboxRow
from storage.members import MemberAddress, find_address

HAS_PHONE = text("phone != ''")
"""To the letter of the partial index, without which SQLite would look at the whole channel."""


def known_as(session: Session, channel: str, user: str, phone: str) -> str:
    """The name under which this channel's person is kept, by their id, their phone number or both.

    Whoever was known by the number alone is known by the id from now on.
    """
    if not phone:
        return user
    named = find_address(session, channel, user) if user != phone else None
    if named is not None:
        return user
    told = select(MemberAddress).where(MemberAddress.channel == channel, MemberAddress.phone == phone, HAS_PHONE)
    address = find_address(session, channel, phone) or session.scalar(told.order_by(MemberAddress.id).limit(1))
    if address is None:
        return user
    if address.user == phone and user != phone:
        address.user, address.phone = user, phone
        waiting = update(InboxRow).where(InboxRow.channel == channel, InboxRow.user == phone)
        session.execute(waiting.values(user=user))
    return address.user if user == phone else user
