"""Which channels can send a newsletter's file: told while it is written, not when a thousand sends have failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.actions.newsletters import Plan
from bot.core.channel import Capabilities, Channel
from bot.core.messages import Attachment
from bot.core.mimes import mime_of
from storage import carried
from storage.files import PREFIX, Files


class Unfit(NamedTuple):
    """A channel that cannot send the newsletter's file.

    Attributes:
        reason: "large", "kind" (of file), or "lost": it could not be fetched from where it came.
        reached: somebody in the audience is there.
        size: of the file, in bytes.
        limit: bytes that a file for it may have.
    """

    channel: Channel
    reason: str
    reached: bool
    size: int
    limit: int


def unfit(session: Session, planned: Plan, channels: Mapping[str, Channel], files: Files, now: datetime) -> list[Unfit]:
    """The channels that cannot send its file: those that somebody in the audience is on, or all while nobody is.

    Others too when the messenger it came from will not let us have it: then it can never leave that one.
    """
    attachment = planned.content.attachment
    if attachment is None:
        return []
    ours, origin = attachment.file.startswith(PREFIX), channels.get(carried.home(attachment.file))
    file = None if ours else _carried(session, attachment, now)
    stored = attachment.file if ours else file.stored if file else ""
    size = attachment.size or (files.size(stored) if stored else 0)
    most = 0 if stored or origin is None else origin.capabilities.download
    reached = {part.channel for part in planned.parts}
    found: list[Unfit] = []
    for channel in channels.values():
        if origin is channel and channel.capabilities.resends:
            continue
        limit = _largest(attachment, channel.capabilities)
        limit = min(limit, most) if most else limit
        reason = _misfit(attachment, channel.capabilities, large=size > limit)
        if not reason and not stored and (origin is None or (file and file.failure)):
            reason = "lost"
        if reason and (channel.name in reached or not reached or (most and size > most)):
            found.append(Unfit(channel, reason, channel.name in reached, size, limit))
    return found


def apart(planned: Plan, channels: Iterable[Channel]) -> list[Channel]:
    """The channels in the audience where the file and the text are a message each."""
    attachment, reached = planned.content.attachment, {part.channel for part in planned.parts}
    if attachment is None or not planned.newsletter.texts:
        return []
    return [
        channel
        for channel in channels
        if channel.name in reached and attachment.kind not in channel.capabilities.captions
    ]


def _carried(session: Session, attachment: Attachment, now: datetime) -> carried.CarriedFile | None:
    """What is known about a file that lies with a messenger; one that nobody asked for yet is asked for now."""
    known = carried.resolve(session, [attachment.file])
    if not known:
        carried.want(session, attachment.file, now)
    return known.get(attachment.file)


def _largest(attachment: Attachment, capabilities: Capabilities) -> int:
    """Bytes. Where a channel picks by media type, a picture is one however it was sent."""
    picture = attachment.kind == "photo" or (capabilities.mimes and mime_of(attachment).startswith("image/"))
    return capabilities.photo if picture else capabilities.file


def _misfit(attachment: Attachment, capabilities: Capabilities, *, large: bool) -> str:
    if capabilities.mimes and mime_of(attachment) not in capabilities.mimes:
        return "kind"
    return "large" if large else ""
