"""Writes the rows of a broadcast, slice by slice, whatever it is: news, a correction, a recall, another try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.actions import weekly_rows
from bot.actions.retrying import RECALLED, put_back_next
from bot.core.channel import Channel
from storage.broadcasts import Broadcast, BroadcastKind
from storage.corrections import write_correction
from storage.fanout import fan_out
from storage.followups import in_flight
from storage.recalls import keep_files, write_recall

FRESH = (BroadcastKind.NEWSLETTER, BroadcastKind.REMINDER, BroadcastKind.NOTICE)
"""What goes to an audience of its own."""


def write_next(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], now: datetime) -> bool:
    """Write the next slice of rows; False when none can be written now.

    What follows another broadcast begins when nothing of that is on its way, so that nobody who gets it is left out.
    """
    if put_back_next(session, broadcast, now):
        return True
    if broadcast.kind in FRESH:
        fan_out(session, broadcast, now)
    elif broadcast.kind == BroadcastKind.DIGEST:
        weekly_rows.write_next(session, broadcast, channels, now)
    elif broadcast.fanned_to == 0 and in_flight(session, broadcast, channels):
        return False
    elif broadcast.kind in (BroadcastKind.CORRECTION, BroadcastKind.UPDATE):
        write_correction(session, broadcast, editing(channels), now)
    else:
        keep_files(session, broadcast, RECALLED, now)
        write_recall(session, broadcast, deleting(channels), now)
    return True


def editing(channels: Mapping[str, Channel]) -> set[str]:
    """Where a message can be changed in place."""
    return {name for name, channel in channels.items() if channel.capabilities.edits}


def deleting(channels: Mapping[str, Channel]) -> dict[str, timedelta]:
    """Where a message can be taken back, and for how long."""
    found = {name: channel.capabilities.deletes for name, channel in channels.items()}
    return {name: lasts for name, lasts in found.items() if lasts is not None}
