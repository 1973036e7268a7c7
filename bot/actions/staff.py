"""Those who run the network: who they are, and taking a role back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import invitations
from bot.actions.messages import tell
from bot.actions.rights import NAMES, role_name
from bot.core.conversation import Conversation
from bot.core.i18n import _, speaking
from bot.core.messages import Outbound
from storage.conversations import load_conversation, save_conversation
from storage.members import Member, addresses_of
from storage.organisations import Organisation
from storage.staff import Role, Staff, record, staff_of

FORMS: Final = frozenset(
    {
        "newsletter",
        "newsletter_text",
        "newsletter_file",
        "audience_topics",
        "audience_regions",
        "audience_languages",
        "audience_ecosoc",
        "audience_channels",
        "later",
        "another_time",
        "useful_until",
        "urgent",
        "decline_newsletter",
        "correction",
        "invitation",
        "schedule",
        "issue",
        "new_call",
        "call_words",
        "call_other_words",
        "call_file",
        "call_decline",
        "call_donor",
        "call_amount",
        "call_eligible",
        "call_topics",
        "call_regions",
        "call_link",
        "call_registration",
        "call_until_deadline",
        "event_new",
        "event_words",
        "event_starts_at",
        "event_ends_at",
        "event_place",
        "event_link",
        "event_capacity",
        "event_topics",
        "event_regions",
        "event_eligible",
        "event_move",
        "event_off",
        "event_there",
        "event_time",
        "new_survey",
        "survey_words",
        "survey_other_words",
        "survey_closes_at",
        "survey_per",
        "survey_anonymous",
        "survey_nudge",
        "survey_end_closes_at",
        "new_question",
        "question_words",
        "question_choices",
        "question_bounds",
        "question_only_if",
        "try_survey",
        "new_declaration",
        "declaration_words",
        "declaration_other_words",
        "declaration_signers",
        "declaration_closes_at",
        "declaration_end_closes_at",
    }
)
"""The names of the forms, and of families of forms, that only staff are asked."""


def without_forms(conversation: Conversation) -> Conversation:
    """The conversation of somebody who has no role any more."""
    stack = tuple(progress for progress in conversation.stack if progress.form.partition(":")[0] not in FORMS)
    asked = conversation.menu is not None and conversation.menu.question
    menu = None if asked and stack != conversation.stack else conversation.menu
    return replace(conversation, stack=stack, menu=menu)


def everyone(session: Session) -> list[Staff]:
    """All with a role, the highest first."""
    return sorted(staff_of(session, *Role), key=lambda staff: (list(NAMES).index(Role(staff.role)), staff.member_id))


def named(person: str, organisation: str) -> str:
    """Somebody and whom they speak for, as far as known: "Leyla (Initiative)"."""
    return f"{person} ({organisation})" if person and organisation else person or organisation


def person_words(session: Session, member_id: int | None, reader: Member | None = None) -> Markup:
    """What a colleague calls this person; nobody is the program itself.

    Args:
        reader: who reads it, and is told where they themselves are meant.
    """
    if member_id is None:
        return _("the program")
    member = session.get(Member, member_id)
    if member is None:
        return _("someone who has left")
    organisation = session.get(Organisation, member.organisation_id) if member.organisation_id else None
    known = named(member.name, organisation.name if organisation else "")
    name = escape(known) if known else _("member {number}").format(number=member_id)
    return _("{name} (you)").format(name=name) if reader is member else name


def dismiss(session: Session, member_id: int, actor: Member, now: datetime) -> bool:
    """Take this person's role back, the links they gave out and what they are being asked as staff.

    Returns:
        False for the last owner, and without a role.
    """
    owners = session.scalars(select(Staff).where(Staff.role == Role.OWNER).with_for_update()).all()
    staff = session.get(Staff, member_id)
    if staff is None or [owner.member_id for owner in owners] == [member_id]:
        return False
    session.delete(staff)
    invitations.withdraw(session, member_id, now)
    for address in addresses_of(session, member_id):
        conversation = Conversation.from_json(load_conversation(session, address.id))
        save_conversation(session, address.id, without_forms(conversation).to_json())
    record(session, now, actor.id, "staff.dismiss", member=member_id, role=staff.role)
    if member_id != actor.id:
        language = session.get_one(Member, member_id).language
        with speaking(language):
            gone = _("Your role as {role} has ended. What you follow and receive stays as it is.")
            outbound = Outbound(gone.format(role=role_name(staff.role)), language=language)
        tell(session, member_id, outbound, f"dismissed:{member_id}:{now.timestamp():.3f}", now)
    session.flush()
    return True
