"""The terms on which a newsletter travels: until when it is of use, and whether it may disturb."""

from __future__ import annotations

from datetime import datetime, tzinfo

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.core.i18n import _
from bot.core.locale import zoned_words
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record


def limit(session: Session, newsletter: Newsletter, until: datetime | None, actor: Member, now: datetime) -> None:
    """Let nobody get it after that moment; None for no limit."""
    newsletter.useful_until = until
    if until is None:
        record(session, now, actor.id, "newsletter.no_limit", newsletter=newsletter.id)
    else:
        record(session, now, actor.id, "newsletter.limit", newsletter=newsletter.id, moment=until.isoformat())


def mark_urgent(session: Session, newsletter: Newsletter, reason: str, actor: Member, now: datetime) -> None:
    """Let it disturb at night and on holidays, for this reason; "" to let it wait like any other."""
    newsletter.urgent = reason
    action = "newsletter.urgent" if reason else "newsletter.not_urgent"
    record(session, now, actor.id, action, newsletter=newsletter.id, reason=reason)


def words(newsletter: Newsletter, zone: tzinfo) -> list[Markup]:
    """A line for each that was set."""
    lines: list[Markup] = []
    if newsletter.useful_until:
        lines.append(_("Of use until {moment}.").format(moment=zoned_words(newsletter.useful_until, zone)))
    if newsletter.urgent:
        lines.append(_("Urgent: {reason}").format(reason=newsletter.urgent))
    return lines
