"""Correcting what a broadcast said: in place where the messenger can, with a short message where it cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.actions.following import follow
from bot.actions.homes import longest_home
from bot.actions.newsletters import longest_reasons
from bot.actions.spreading import editing
from bot.actions.wording import Content, Wording, content_of
from bot.core.channel import Channel
from bot.core.rendering import excess
from bot.network import Network
from storage.audiences import Audience, count
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.copies import written
from storage.corrections import correctable, corrections_of
from storage.facts import recall
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.staff import record


class Effect(NamedTuple):
    """What a correction does: copies changed in place, short messages, and members who get the new text at once."""

    changed: int
    told: int
    waiting: int


def effect(session: Session, original: Broadcast, changed: Collection[str], network: Network,
           channels: Mapping[str, Channel]) -> Effect:  # fmt: skip
    """What correcting the texts in these languages would do now."""
    audience = _audience(session, original, changed, network)
    found = {"here": 0, "there": 0, "waiting": 0}
    for each in correctable(session, original.id, audience, editing(channels)):
        found[each.fate] += each.rows
    return Effect(found["here"], found["there"], found["waiting"] + _unwritten(session, original, audience))


def correct(session: Session, original: Broadcast, texts: Mapping[str, Markup], author: MemberAddress,
            network: Network, now: datetime) -> Broadcast:  # fmt: skip
    """Replace the texts, and let a correction go to those who have the old ones.

    What has not left says what is right from now on: the original waits until the rows of the correction are written,
    so that nobody who still got the old text is left out.
    """
    audience = _audience(session, original, texts, network)
    correction = _replace(session, original, BroadcastKind.CORRECTION, texts, audience, author, now)
    record(session, now, author.member_id, "broadcast.correct", broadcast=original.id, languages=sorted(texts))
    return correction


def update(session: Session, original: Broadcast, texts: Mapping[str, Markup], now: datetime) -> Broadcast:
    """Replace the texts in the copies that can be changed in place; nobody else hears of it.

    An update that has not begun does for this one too: its rows say what is right when they leave.
    """
    return _replace(session, original, BroadcastKind.UPDATE, texts, original.audience, None, now)


def _replace(session: Session, original: Broadcast, kind: BroadcastKind, texts: Mapping[str, Markup],
             audience: dict[str, Any], author: MemberAddress | None, now: datetime) -> Broadcast:  # fmt: skip
    session.refresh(original, with_for_update=True)
    newsletter = session.get_one(Newsletter, original.newsletter_id, with_for_update=True)
    newsletter.texts = {**newsletter.texts, **{language: str(text) for language, text in texts.items()}}
    sending = original.state == BroadcastState.SENDING
    earlier = [] if sending else corrections_of(session, original.id)  # none has yet to begin while it is being sent
    for each in earlier:
        if kind == each.kind == BroadcastKind.UPDATE and each.fanned_at is None and each.fanned_to == 0:
            return each
    if sending:
        broadcasts.pause(session, original.id, author.member_id if author else None, "", now)
    return follow(
        session,
        original,
        kind,
        author,
        now,
        state=BroadcastState.SENDING,
        audience=audience,
        urgent=original.urgent,
        rate=original.rate,
        resumes=sending or any(each.resumes for each in earlier),
        fired_at=now,
        expires_at=None if kind == BroadcastKind.UPDATE else original.expires_at,  # that it is over is news as well
    )


def _audience(session: Session, original: Broadcast, changed: Collection[str], network: Network) -> dict[str, Any]:
    """The original's, of which only those who read a text that changed: who has none of their own reads the first."""
    newsletter = session.get_one(Newsletter, original.newsletter_id)
    readers = [
        language
        for language in network.languages
        if (language if language in newsletter.texts else newsletter.source) in changed
    ]
    chosen = original.audience.get("languages", readers)
    return {**original.audience, "languages": [one for one in readers if one in chosen] or readers}


def _unwritten(session: Session, original: Broadcast, audience: dict[str, Any]) -> int:
    """For how many there is no row yet."""
    over = original.state in {BroadcastState.DONE, BroadcastState.CANCELLED}
    if over or original.fanned_at is not None or recall(session, f"retry:{original.id}"):
        return 0
    members = sum(part.members for part in count(session, Audience.from_json(audience)))
    return max(0, members - written(session, original.id, audience))


def corrected(session: Session, original: Broadcast, texts: Mapping[str, Markup]) -> Content:
    """What the broadcast says once these texts are corrected."""
    newsletter = session.get_one(Newsletter, original.newsletter_id)
    content = content_of(newsletter, original.audience)
    new = {language: str(text) for language, text in texts.items()}
    return content._replace(texts=tuple({**newsletter.texts, **new}.items()))


def day_of(original: Broadcast, network: Network) -> date:
    """When it was sent, as a correction of it says."""
    return (original.fired_at or original.created_at).astimezone(network.zone).date()


def overlong(content: Content, language: str, day: date, network: Network,
             channels: Mapping[str, Channel]) -> tuple[Channel, int] | None:  # fmt: skip
    """The channel for which the text in this language is longest, and by how much; None where it fits everywhere."""
    wording = Wording(network)
    worst: tuple[Channel, int] | None = None
    for channel in channels.values():
        corrects = None if channel.capabilities.edits else day
        for reader in network.languages:
            if content.text(reader)[1] != language:
                continue
            homes = longest_home(network, content.regions, reader)
            for reasons in longest_reasons(content.topics, network, reader):
                over = excess(wording.word(content, reader, reasons, corrects, homes), channel.capabilities)
                if over > (worst[1] if worst else 0):
                    worst = (channel, over)
    return worst
