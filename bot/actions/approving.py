"""A second person's approval: when it is needed, who may give it, and what comes of it. Nobody approves their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import authors, planning
from bot.actions.messages import reached_at
from bot.actions.newsletters import title
from bot.actions.rights import may_send
from bot.actions.staff import person_words
from bot.core.channel import Channel
from bot.core.i18n import _
from bot.core.messages import Option
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastState, in_state
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.staff import Role, record, staff_of


def needed(network: Network, audience: Audience) -> bool:
    """Whether somebody else must agree to what goes to this audience."""
    topics = [topic for topic in network.topics if not audience.topics or topic.key in audience.topics]
    return network.manners.approval or any(topic.approval for topic in topics)


def approvers(
    session: Session, newsletter: Newsletter, audience: Audience, author_id: int | None
) -> list[MemberAddress]:
    """Where to ask those who may approve it and can be reached."""
    found = []
    for staff in staff_of(session, Role.OWNER, Role.COORDINATOR, Role.FOCAL_POINT):
        member = session.get_one(Member, staff.member_id)
        address = reached_at(session, member.id)
        if address is not None and _other(member, newsletter, author_id) and may_send(session, member, audience):
            found.append(address)
    return found


def may_approve(session: Session, member: Member, broadcast: Broadcast) -> bool:
    """Whether this person is one of those whose word it waits for."""
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    allowed = may_send(session, member, Audience.from_json(broadcast.audience))
    waits = broadcast.state == BroadcastState.WAITING
    return waits and allowed and _other(member, newsletter, broadcast.author_id)


def waiting_for(session: Session, member: Member) -> list[Broadcast]:
    """What waits for this person's word, oldest first."""
    return [each for each in in_state(session, BroadcastState.WAITING) if may_approve(session, member, each)]


def approve(session: Session, broadcast: Broadcast, member: Member, network: Network, channels: Mapping[str, Channel],
            now: datetime) -> bool:  # fmt: skip
    """Let it go on its way; False when this is not theirs to say, or it does not wait any more."""
    session.refresh(broadcast, with_for_update=True)
    if not may_approve(session, member, broadcast):
        return False
    broadcast.approver_id = member.id
    record(session, now, member.id, "broadcast.approve", newsletter=broadcast.newsletter_id)
    planning.release(session, broadcast, member.id, network, now)
    planning.put_card(session, broadcast, network, channels, now)
    return True


def decline(session: Session, broadcast: Broadcast, member: Member, reason: str, channels: Mapping[str, Channel],
            now: datetime) -> bool:  # fmt: skip
    """Make it a draft again and tell its author why; False as `approve`."""
    session.refresh(broadcast, with_for_update=True)
    if not may_approve(session, member, broadcast):
        return False
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)

    def say() -> list[Markup]:
        who = person_words(session, member.id)
        called = _("Not approved: “{title}”").format(title=title(newsletter))
        return [
            Markup("<b>{}</b>").format(called),
            _("{name} did not agree to it:").format(name=who),
            Markup("<i>{}</i>").format(reason),
            _("It is a draft again. Please change it and send it once more."),
        ]

    def options() -> list[Option]:
        return [Option(f"draft:{newsletter.id}", _("Open the draft").unescape())]

    told = authors.responsible(session, broadcast, channels)
    authors.tell(session, broadcast, told, channels, say, options, now, "newsletter")
    planning.take_back(session, broadcast.id, member.id, channels, now, "broadcast.decline")
    return True


def _other(member: Member, newsletter: Newsletter, author_id: int | None) -> bool:
    return member.id not in {newsletter.author_id, author_id}
