"""Tells those who asked for it: a reminder of what they saved or come to, or news of it. Nobody sends these by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts, correcting
from bot.actions.following import stands
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.newsletters import Newsletter


def tell(
    session: Session,
    kind: BroadcastKind,
    about: str,
    about_id: int,
    texts: Mapping[str, Markup],
    source: str,
    audience: Audience,
    now: datetime,
    *,
    expires_at: datetime | None = None,
    urgent: str = "",
) -> Broadcast:
    """Send these texts to the audience from now on; quiet hours hold them unless they are urgent.

    Args:
        texts: by language; who reads none of them gets that of `source`.
        expires_at: nobody gets it any more from then on.
    """
    newsletter = Newsletter(
        source=source,
        texts={language: str(text) for language, text in texts.items()},
        audience=audience.to_json(),
        about=about,
        about_id=about_id,
        created_at=now,
    )
    session.add(newsletter)
    session.flush()
    broadcast = Broadcast(
        newsletter_id=newsletter.id,
        kind=kind,
        state=BroadcastState.SENDING,
        audience=newsletter.audience,
        urgent=urgent,
        expires_at=expires_at,
        created_at=now,
        fired_at=now,
    )
    session.add(broadcast)
    session.flush()
    return broadcast


def overtake(session: Session, about: str, about_id: int, now: datetime) -> None:
    """Send no more of what reminds of it, or told of it, as it was: some may sleep yet, and hear what is right now."""
    for each in told(session, about, about_id):
        broadcasts.cancel(session, each.id, None, now)


def told(session: Session, about: str, about_id: int) -> list[Broadcast]:
    """What reminds of it, or tells of it, and is not over; oldest first."""
    of_it = select(Broadcast).join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
    of_it = of_it.where(Newsletter.about == about, Newsletter.about_id == about_id)
    of_it = of_it.where(Broadcast.kind.in_((BroadcastKind.REMINDER, BroadcastKind.NOTICE)))
    return list(session.scalars(of_it.where(Broadcast.state == BroadcastState.SENDING).order_by(Broadcast.id)))


def publications(session: Session, about: str, about_id: int) -> list[Broadcast]:
    """How it was published, oldest first; not what was told of it later."""
    of_it = select(Broadcast).join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
    of_it = of_it.where(Newsletter.about == about, Newsletter.about_id == about_id)
    published = of_it.where(Broadcast.kind == BroadcastKind.NEWSLETTER, Broadcast.fired_at.is_not(None))
    return list(session.scalars(published.order_by(Broadcast.id)))


def show_anew(session: Session, about: str, about_id: int, texts: Mapping[str, Markup], now: datetime) -> None:
    """Change every copy of it in place, where the messenger can; nobody gets a message for it."""
    for broadcast in publications(session, about, about_id):
        if stands(broadcast):
            correcting.update(session, broadcast, texts, now)
