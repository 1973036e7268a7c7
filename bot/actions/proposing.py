"""A correction that a second person must agree to: until somebody does, its texts wait, and nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import authors, cards, correcting
from bot.actions.following import follow, stands
from bot.actions.kinds import words_of
from bot.core.channel import Channel
from bot.core.i18n import N_
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.facts import forget, recall, remember
from storage.members import MemberAddress
from storage.staff import record

_DROPPED: Final = N_("The correction of “{title}” was not sent.")


def propose(session: Session, original: Broadcast, texts: Mapping[str, Markup], author: MemberAddress,
            now: datetime) -> Broadcast:  # fmt: skip
    """Let these texts wait for approval; as a broadcast, for it stands among those."""
    waiting = {"state": BroadcastState.WAITING, "asked_at": now, "expires_at": original.expires_at}
    proposal = follow(session, original, BroadcastKind.CORRECTION, author, now, **waiting)
    remember(session, _key(proposal), {language: str(text) for language, text in texts.items()})
    record(session, now, author.member_id, "broadcast.ask", newsletter=original.newsletter_id)
    return proposal


def texts_of(session: Session, proposal: Broadcast) -> dict[str, Markup]:
    """The texts that are to change, by language."""
    return {language: Markup(text) for language, text in recall(session, _key(proposal)).items()}  # noqa: S704 - stored as markup


def original_of(session: Session, proposal: Broadcast) -> Broadcast:
    return session.get_one(Broadcast, proposal.original_id)


def accept(session: Session, proposal: Broadcast, approver: MemberAddress, network: Network,
           channels: Mapping[str, Channel], now: datetime) -> Broadcast | None:  # fmt: skip
    """Correct it now, for the one who proposed that; None where what it corrects was taken back since."""
    original, texts = original_of(session, proposal), texts_of(session, proposal)
    session.refresh(original, with_for_update=True)
    if not stands(original):
        drop(session, proposal, channels, now)
        return None
    author = authors.address_of(session, proposal) or approver
    correction = correcting.correct(session, original, texts, author, network, now)
    correction.approver_id = approver.member_id
    drop(session, proposal, channels, now, words_of(proposal.kind).headings[BroadcastState.SENDING])
    return correction


def withdraw(session: Session, proposal: Broadcast, actor_id: int, channels: Mapping[str, Channel],
             now: datetime) -> None:  # fmt: skip
    """Nobody is asked any more."""
    record(session, now, actor_id, "broadcast.withdraw", newsletter=proposal.newsletter_id)
    drop(session, proposal, channels, now)


def drop(session: Session, proposal: Broadcast, channels: Mapping[str, Channel], now: datetime,
         text: str = _DROPPED) -> None:  # fmt: skip
    """It waits no longer: let its card say so."""
    cards.take_off(session, proposal, channels, now, text)
    forget(session, _key(proposal))
    session.delete(proposal)
    session.flush()


def _key(proposal: Broadcast) -> str:
    return f"proposal:{proposal.id}"
