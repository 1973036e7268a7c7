"""The messengers a member is reached on: which comes first, whether another may follow, and letting one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from bot.actions.retention import forget_words
from bot.core.channel import Channel
from bot.core.i18n import _
from bot.core.locale import listing
from storage.conversations import save_conversation
from storage.members import Member, MemberAddress, addresses_of
from storage.merging import detach


def prefer(session: Session, member: Member, channel: str, *, fallback: bool) -> None:
    """Write to the member there, and on another one when that fails for good only with `fallback`."""
    addresses = addresses_of(session, member.id)
    if any(address.channel == channel for address in addresses):
        for address in addresses:
            address.preferred = address.channel == channel
    member.fallback = fallback
    session.flush()


def separate(session: Session, address: MemberAddress, now: datetime) -> list[str]:
    """Make the address that of somebody unknown, who is told and keeps nothing. It must not be the member's only one.

    Returns:
        Stored files that held a copy of the member's data and were sent there, to be removed.
    """
    member = session.get_one(Member, address.member_id)
    rest = [one for one in addresses_of(session, member.id) if one is not address]
    first = rest[0]  # before `first.preferred` changes: the preferred one, if it is not the one that goes
    stranger = Member(language=member.language, created_at=now)
    session.add(stranger)
    session.flush()
    address.member_id, address.preferred, first.preferred = stranger.id, True, True
    session.flush()
    detach(session, address, first, now)
    save_conversation(session, address.id, {})
    return forget_words(session, address)


def others(session: Session, address: MemberAddress) -> list[MemberAddress]:
    """The other addresses of whoever has this one."""
    return [one for one in addresses_of(session, address.member_id) if one.id != address.id]


def label(channels: Mapping[str, Channel], name: str) -> str:
    """What people call the channel; one that is not connected at the moment keeps its name."""
    return channels[name].label if name in channels else name


def labels(channels: Mapping[str, Channel], addresses: Iterable[MemberAddress]) -> Markup:
    """The channels of these addresses, in a list."""
    return listing(label(channels, address.channel) for address in addresses)


def way(session: Session, member: Member, channels: Mapping[str, Channel]) -> Markup:
    """Where we write to them, in a few words."""
    first, *rest = addresses_of(session, member.id)
    if not (rest and member.fallback):
        return escape(label(channels, first.channel))
    named = _("{first}, and if that fails, {others}")
    return named.format(first=label(channels, first.channel), others=labels(channels, rest))
