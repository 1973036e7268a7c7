"""Taking a broadcast back: what has not left stays here, and copies are deleted where the messenger lets us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.actions.following import follow, stands
from bot.actions.retrying import RECALLED
from bot.actions.spreading import deleting
from bot.core.channel import Channel
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.corrections import corrections_of
from storage.members import MemberAddress
from storage.recalls import deletable
from storage.staff import record


class Effect(NamedTuple):
    """What a recall does.

    Attributes:
        deleted: copies that can be deleted.
        kept: how many cannot, by channel.
        waiting: members who have not got it yet, and will not.
    """

    deleted: int
    kept: dict[str, int]
    waiting: int


def effect(session: Session, original: Broadcast, channels: Mapping[str, Channel], now: datetime) -> Effect:
    """What taking it back would do now."""
    found = deletable(session, original.id, deleting(channels), now)
    kept: dict[str, int] = {}
    for each in found:
        if each.fate == "there":
            kept[each.channel] = kept.get(each.channel, 0) + each.rows
    deleted, waiting = (sum(each.rows for each in found if each.fate == fate) for fate in ("here", "waiting"))
    return Effect(deleted, kept, waiting)


def take_back(session: Session, original: Broadcast, author: MemberAddress, now: datetime) -> Broadcast | None:
    """Send no more of it nor of its corrections, and let a recall go to those who have it; None if one did already."""
    session.refresh(original, with_for_update=True)
    if not stands(original):
        return None
    for running in (original, *corrections_of(session, original.id)):  # done or not: late news changes nothing
        running.state, running.pause_reason = BroadcastState.CANCELLED, RECALLED
    sending = {"state": BroadcastState.SENDING, "urgent": original.urgent, "fired_at": now}
    recall = follow(session, original, BroadcastKind.RECALL, author, now, **sending)
    record(session, now, author.member_id, "broadcast.recall", broadcast=original.id)
    return recall
