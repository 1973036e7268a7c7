"""Members and broadcasts for the storage and worker tests, made with plain rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.broadcasts import Broadcast, BroadcastState
from storage.fanout import fan_out
from storage.members import Member, MemberAddress, Subscription
from storage.newsletters import Newsletter


def add_member(
    session: Session, clock: Clock, user: str, *topics: str, channel: str = "telegram", **changes: Any
) -> Member:
    """A registered, consenting member with one address."""
    now = clock.now()
    values = {"language": "en", "created_at": now, "registered_at": now, "consented_at": now}
    member = Member(**(values | changes))
    session.add(member)
    session.flush()
    session.add(MemberAddress(channel=channel, user=user, member_id=member.id, created_at=now))
    session.add_all(Subscription(member_id=member.id, topic=topic) for topic in topics)
    session.flush()
    return member


def add_broadcast(session: Session, clock: Clock, text: str = "News", **audience: Any) -> int:
    """A newsletter that is being sent, all its rows written; returns the broadcast's id."""
    now = clock.now()
    newsletter = Newsletter(source="en", texts={"en": text}, audience=audience, created_at=now)
    session.add(newsletter)
    session.flush()
    broadcast = Broadcast(
        newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience=audience, created_at=now, fired_at=now
    )
    session.add(broadcast)
    session.flush()
    while fan_out(session, broadcast, now):
        pass
    return broadcast.id
