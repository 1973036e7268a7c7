"""Who may do what. Asked when it is done, not only when its button is drawn: a role can be taken back in between."""

from __future__ import annotations

from typing import Final, Protocol

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.core.i18n import N_, _
from bot.network import Network, Topic
from storage.audiences import Audience
from storage.broadcasts import Broadcast
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import Role, Staff

NAMES: Final = {
    Role.OWNER: N_("owner"),
    Role.COORDINATOR: N_("coordinator"),
    Role.FOCAL_POINT: N_("focal point"),
    Role.OBSERVER: N_("observer"),
}
"""From the most rights to the least."""

RUNNING: Final = frozenset({Role.OWNER, Role.COORDINATOR})
"""Those who run the whole network; a focal point has a part of it."""


class Acting(Protocol):
    """What is asked of a `bot.turn.Turn`."""

    @property
    def session(self) -> Session: ...

    @property
    def member(self) -> Member: ...


def role_of(session: Session, member: Member) -> Role | None:
    """None for a member who is not staff."""
    staff = session.get(Staff, member.id)
    return None if staff is None else Role(staff.role)


def role_name(role: str) -> Markup:
    """As it stands within a sentence: "focal point"."""
    return _(NAMES[Role(role)])


def may_write(session: Session, member: Member) -> bool:
    """Whether this person may send newsletters to anybody."""
    return role_of(session, member) in {*RUNNING, Role.FOCAL_POINT}


def topics_for(session: Session, member: Member, network: Network) -> tuple[Topic, ...]:
    """The topics this person may write to: all, a focal point's own, or none."""
    staff = session.get(Staff, member.id)
    if staff is None or not may_write(session, member):
        return ()
    if staff.role in RUNNING:
        return network.topics
    return tuple(topic for topic in network.topics if topic.key in staff.topics)


def may_edit(session: Session, member: Member, newsletter: Newsletter) -> bool:
    """Whether this person may read, change and send this newsletter."""
    mine = newsletter.author_id == member.id and may_write(session, member)
    return mine or role_of(session, member) in RUNNING


def may_follow(session: Session, member: Member, broadcast: Broadcast) -> bool:
    """Whether this person may see this broadcast's report, pause it and cancel it."""
    mine = broadcast.author_id == member.id and may_write(session, member)
    return mine or role_of(session, member) in RUNNING


def may_send(session: Session, member: Member, audience: Audience) -> bool:
    """Whether this person may write to all of this audience: a focal point only to topics, and none but its own."""
    staff = session.get(Staff, member.id)
    if staff is None or not may_write(session, member):
        return False
    return staff.role in RUNNING or (bool(audience.topics) and set(audience.topics) <= set(staff.topics))


def is_owner(turn: Acting) -> bool:
    return role_of(turn.session, turn.member) is Role.OWNER


def runs(turn: Acting) -> bool:
    """An owner or a coordinator."""
    return role_of(turn.session, turn.member) in RUNNING


def writes(turn: Acting) -> bool:
    return may_write(turn.session, turn.member)


def is_staff(turn: Acting) -> bool:
    return role_of(turn.session, turn.member) is not None
