"""What follows a broadcast, a correction or a recall, is a broadcast of its own, to the same people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.actions.retrying import RECALLED
from storage.broadcasts import Broadcast, BroadcastKind
from storage.members import MemberAddress


def stands(broadcast: Broadcast) -> bool:
    """Whether it can be corrected or taken back: it was sent, and was not taken back."""
    newsletter = broadcast.kind == BroadcastKind.NEWSLETTER and broadcast.fired_at is not None
    return newsletter and broadcast.pause_reason != RECALLED


def follow(session: Session, original: Broadcast, kind: BroadcastKind, author: MemberAddress | None, now: datetime,
           **values: Any) -> Broadcast:  # noqa: ANN401 - columns  # fmt: skip
    """Begin what follows it, with these columns of its own; without an author nobody hears how it goes."""
    follower = Broadcast(
        newsletter_id=original.newsletter_id,
        author_id=author and author.member_id,
        author_address_id=author and author.id,
        kind=kind,
        original_id=original.id,
        created_at=now,
        **{"audience": original.audience} | values,
    )
    session.add(follower)
    session.flush()
    return follower
