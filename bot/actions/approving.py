"""A second person's approval: when it is needed, who may give it, and what comes of it. Nobody approves their own."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import authors, cards, planning, proposing
from bot.actions.messages import colleagues
from bot.actions.newsletters import title
from bot.actions.rights import may_send
from bot.actions.staff import person_words
from bot.core.channel import Channel
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState, in_state
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.staff import Role, record

_DRAFTS: Final = {"call": "calls", "event": "events", "time": "events"}
"""The command that leads to a draft, by `Newsletter.about`."""


def needed(network: Network, audience: Audience) -> bool:
    """Whether somebody else must agree to what goes to this audience."""
    topics = [topic for topic in network.topics if not audience.topics or topic.key in audience.topics]
    return network.manners.approval or any(topic.approval for topic in topics)


def approvers(session: Session, audience: Audience, authors_ids: Container[int | None],
              channels: Container[str]) -> list[MemberAddress]:  # fmt: skip
    """Where to ask those who may approve it and can be reached, on the channels that are connected."""
    return [
        address
        for address in colleagues(session, Role.OWNER, Role.COORDINATOR, Role.FOCAL_POINT)
        if address.channel in channels
        and address.member_id not in authors_ids
        and may_send(session, session.get_one(Member, address.member_id), audience)
    ]


def may_approve(session: Session, member: Member, broadcast: Broadcast) -> bool:
    """Whether this person is one of those whose word it waits for."""
    allowed = may_send(session, member, Audience.from_json(broadcast.audience))
    waits = broadcast.state == BroadcastState.WAITING
    return waits and allowed and member.id not in authors_of(session, broadcast)


def authors_of(session: Session, broadcast: Broadcast) -> set[int | None]:
    """Who wrote it, and who wants to send it: a correction is the work of whoever corrects."""
    if broadcast.kind == BroadcastKind.CORRECTION:
        return {broadcast.author_id}
    return {broadcast.author_id, session.get_one(Newsletter, broadcast.newsletter_id).author_id}


def waiting_for(session: Session, member: Member) -> list[Broadcast]:
    """What waits for this person's word, oldest first."""
    return [each for each in in_state(session, BroadcastState.WAITING) if may_approve(session, member, each)]


def approve(session: Session, broadcast: Broadcast, approver: MemberAddress, network: Network,
            channels: Mapping[str, Channel], now: datetime) -> Broadcast | None:  # fmt: skip
    """Let it go on its way; returns what does. None where that was taken back which a correction was to correct."""
    record(session, now, approver.member_id, "broadcast.approve", newsletter=broadcast.newsletter_id)
    leaving: Broadcast | None = broadcast
    if broadcast.kind == BroadcastKind.CORRECTION:
        leaving = proposing.accept(session, broadcast, approver, network, channels, now)
    else:
        broadcast.approver_id = approver.member_id
        planning.release(session, broadcast, approver.member_id, network, now)
        cards.take_off(session, broadcast, channels, now, N_("Approved: “{title}”"))  # a new card follows
    if leaving is not None:
        planning.put_card(session, leaving, network, channels, now)
    return leaving


def decline(session: Session, broadcast: Broadcast, member: Member, reason: str, channels: Mapping[str, Channel],
            now: datetime) -> None:  # fmt: skip
    """Make it a draft again, or leave the newsletter as it is, and tell its author why."""
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    correction = broadcast.kind == BroadcastKind.CORRECTION

    def say() -> list[Markup]:
        who = person_words(session, member.id)
        called = _("Not approved: “{title}”").format(title=title(newsletter))
        return [
            Markup("<b>{}</b>").format(called),
            _("{name} did not agree to it:").format(name=who),
            Markup("<i>{}</i>").format(reason),
            _("It stays as it was.")
            if correction
            else _("It is a draft again. Please change it and send it once more."),
        ]

    def options() -> list[Option]:
        if correction:
            return [Option(f"broadcast:{broadcast.original_id}", _("Back to the newsletter").unescape())]
        return [Option(f"draft:{newsletter.id}", _("Open the draft").unescape())]

    told = authors.responsible(session, broadcast, channels)
    command = "broadcasts" if correction else _DRAFTS.get(newsletter.about, "newsletter")
    authors.tell(session, broadcast, told, channels, say, options, now, command)
    if correction:
        record(session, now, member.id, "broadcast.decline", newsletter=newsletter.id)
        proposing.drop(session, broadcast, channels, now)
    else:
        planning.take_back(session, broadcast.id, member.id, channels, now, "broadcast.decline")
