"""The same text to the same people twice within half a day is rarely meant: what went out, or is about to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from bot.core.richtext import plain
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState, lately
from storage.newsletters import Newsletter
from storage.sameness import had_by, in_both

WITHIN: Final = timedelta(hours=12)


class Same(NamedTuple):
    """A broadcast with a text of this newsletter, and how many of the members are to get, or got, both."""

    broadcast: Broadcast
    members: int


def same(session: Session, newsletter: Newsletter, audience: Audience, leaves_at: datetime) -> list[Same]:
    """Others of the same text within 12 hours of that moment, with an audience that overlaps, oldest first."""
    texts = _texts(newsletter)
    found: list[Same] = []
    for broadcast in lately(session, leaves_at - WITHIN):
        at = broadcast.fired_at or broadcast.leaves_at or leaves_at
        its_own = broadcast.newsletter_id == newsletter.id
        proposed = broadcast.kind == BroadcastKind.CORRECTION and broadcast.fired_at is None
        if its_own or proposed or broadcast.kind == BroadcastKind.RECALL or abs(at - leaves_at) > WITHIN:
            continue
        if texts & _texts(session.get_one(Newsletter, broadcast.newsletter_id)):
            members = _overlap(session, broadcast, audience)
            if members:
                found.append(Same(broadcast, members))
    return found


def _overlap(session: Session, broadcast: Broadcast, audience: Audience) -> int:
    """Once its rows are written they tell who; before that, both audiences do."""
    if broadcast.fanned_at is None and broadcast.state != BroadcastState.CANCELLED:
        return in_both(session, Audience.from_json(broadcast.audience), audience)
    return had_by(session, broadcast.id, audience)


def _texts(newsletter: Newsletter) -> set[str]:
    """Its texts without what makes no other text of it: spaces, capitals, formatting."""
    return {" ".join(plain(text).split()).casefold() for text in newsletter.texts.values()}
