"""Those who run the network: who they are, and taking a role back."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import invitations
from bot.actions.messages import tell
from bot.actions.rights import NAMES, role_name
from bot.core.i18n import _, speaking
from bot.core.messages import Outbound
from storage.members import Member
from storage.organisations import Organisation
from storage.staff import Role, Staff, record, staff_of


def everyone(session: Session) -> list[Staff]:
    """All with a role, the highest first."""
    return sorted(staff_of(session, *Role), key=lambda staff: (list(NAMES).index(Role(staff.role)), staff.member_id))


def person_words(session: Session, member_id: int | None) -> Markup:
    """What a colleague calls this person; nobody is the program itself."""
    if member_id is None:
        return _("the program")
    member = session.get(Member, member_id)
    if member is None:
        return _("someone who has left")
    organisation = session.get(Organisation, member.organisation_id) if member.organisation_id else None
    names = [name for name in (member.name, organisation.name if organisation else "") if name]
    return escape(", ".join(names)) if names else _("member {number}").format(number=member_id)


def dismiss(session: Session, member_id: int, actor: Member, now: datetime) -> bool:
    """Take this person's role back, and the links they gave out; False for the last owner, and without a role."""
    owners = session.scalars(select(Staff).where(Staff.role == Role.OWNER).with_for_update()).all()
    staff = session.get(Staff, member_id)
    if staff is None or [owner.member_id for owner in owners] == [member_id]:
        return False
    session.delete(staff)
    invitations.withdraw(session, member_id, now)
    record(session, now, actor.id, "staff.dismiss", member=member_id, role=staff.role)
    if member_id != actor.id:
        language = session.get_one(Member, member_id).language
        with speaking(language):
            gone = _("You are no longer {role} of the network. What you follow and receive stays as it is.")
            outbound = Outbound(gone.format(role=role_name(staff.role)), language=language)
        tell(session, member_id, outbound, f"dismissed:{member_id}:{now.timestamp():.3f}", now)
    session.flush()
    return True
