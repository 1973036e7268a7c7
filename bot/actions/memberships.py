"""Who speaks for an organisation: the first says so alone; others wait until a colleague, or staff, confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.messages import tell
from bot.actions.rights import RUNNING, role_of
from bot.core.i18n import _, speaking
from bot.core.messages import Option, Outbound
from storage.members import Member, members_of
from storage.organisations import Organisation, has_members
from storage.staff import AuditEntry, record, staff_of

CONFIRMED = "confirmed"
PENDING = "pending"


class Decided(StrEnum):
    """What came of an answer to "is this your colleague?"."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EARLIER = "earlier"
    GONE = "gone"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of it, about whom, and who answered first.

    Attributes:
        by: "" where that person is no longer here.
        own: it was the one who answers now.
    """

    state: Decided
    name: str = ""
    organisation: str = ""
    by: str = ""
    own: bool = False


def join(session: Session, member: Member, organisation: Organisation, now: datetime) -> None:
    """Make it the member's organisation; where others speak for it already, ask them."""
    if member.organisation_id == organisation.id and member.membership:
        return
    membership = PENDING if has_members(session, organisation.id) else CONFIRMED
    left = member.organisation_id if member.membership == CONFIRMED else None
    member.organisation_id, member.membership = organisation.id, membership
    session.flush()
    if membership == PENDING:
        _ask(session, member, organisation, now)
    if left is not None:
        ask_again(session, left, now)


def ask_again(session: Session, organisation_id: int, now: datetime) -> None:
    """Somebody left who could confirm others: if that was the last one, ask the staff about those who wait."""
    if has_members(session, organisation_id):
        return
    organisation = session.get_one(Organisation, organisation_id)
    for member in _pending(session, organisation_id):
        _ask(session, member, organisation, now)


def only_waiting(session: Session, decider: Member) -> tuple[int, int] | None:
    """Member and organisation, where exactly one person waits for this member's answer.

    Raises:
        LookupError: several wait.
    """
    if role_of(session, decider) in RUNNING:
        waiting = _pending(session)
    else:
        waiting = _pending(session, decider.organisation_id) if decider.membership == CONFIRMED else []
    found = [(one.id, one.organisation_id) for one in waiting if one.organisation_id and one.id != decider.id]
    if len(found) > 1:
        raise LookupError(f"{len(found)} people wait")
    return found[0] if found else None


def decide(
    session: Session, decider: Member, member_id: int, organisation_id: int, now: datetime, *, yes: bool
) -> Decision:
    """Confirm or decline somebody who waits; the first answer counts."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not _may_decide(session, decider, organisation):
        return Decision(Decided.FORBIDDEN)
    member = session.get(Member, member_id, with_for_update=True)
    if earlier := _earlier(session, member_id, organisation_id):
        actor = session.get(Member, earlier.actor_id) if earlier.actor_id else None
        name = member.name if member else ""
        by, own = (actor.name, actor.id == decider.id) if actor else ("", False)
        return Decision(Decided.EARLIER, name, organisation.name, by, own)
    if member is None or member.organisation_id != organisation_id or member.membership != PENDING:
        return Decision(Decided.GONE)
    state = Decided.CONFIRMED if yes else Decided.DECLINED
    member.membership = CONFIRMED if yes else ""
    member.organisation_id = organisation_id if yes else None
    record(session, now, decider.id, f"membership.{state}", member=member_id, organisation=organisation_id)
    _tell_applicant(session, member, organisation, now, yes=yes)
    return Decision(state, member.name, organisation.name)


def _ask(session: Session, member: Member, organisation: Organisation, now: datetime) -> None:
    """Ask everyone who may answer. Each time somebody joins it is a new question."""
    colleagues = [one.id for one in members_of(session, organisation.id)]
    running = [one.member_id for one in staff_of(session, *RUNNING)]
    for asked_id in dict.fromkeys([*colleagues, *running]):
        if asked_id == member.id:
            continue
        asked = session.get_one(Member, asked_id)
        with speaking(asked.language):
            question = _("<b>{name}</b> ({role}) says: I am from <b>{organisation}</b>. Do you confirm this?")
            outbound = Outbound(
                question.format(name=member.name, role=member.role, organisation=organisation.name),
                options=(
                    _answer("confirm", _("Yes, confirm"), _("CONFIRM"), member, organisation),
                    _answer("decline", _("No"), _("DECLINE"), member, organisation),
                ),
                language=asked.language,
            )
        key = f"join:{member.id}:{organisation.id}:{int(now.timestamp())}:{asked_id}"
        tell(session, asked_id, outbound, key, now)


def _pending(session: Session, *organisations: int | None) -> list[Member]:
    """Who waits to be confirmed, in one of these organisations or in any."""
    waiting = select(Member).where(Member.membership == PENDING)
    if organisations:
        waiting = waiting.where(Member.organisation_id.in_(organisations))
    return list(session.scalars(waiting.order_by(Member.id)))


def _answer(name: str, label: Markup, word: Markup, member: Member, organisation: Organisation) -> Option:
    return Option(
        f"{name}:{member.id}:{organisation.id}",
        label.unescape(),
        word=f"{word.unescape()} {member.id} {organisation.id}",
    )


def _may_decide(session: Session, decider: Member, organisation: Organisation) -> bool:
    colleague = decider.organisation_id == organisation.id and decider.membership == CONFIRMED
    return colleague or role_of(session, decider) in RUNNING


def _earlier(session: Session, member_id: int, organisation_id: int) -> AuditEntry | None:
    """The answer that was given, unless the member asked again since and waits."""
    member = session.get(Member, member_id)
    if member is not None and member.organisation_id == organisation_id and member.membership == PENDING:
        return None
    answered = select(AuditEntry).where(
        AuditEntry.action.in_([f"membership.{state}" for state in (Decided.CONFIRMED, Decided.DECLINED)]),
        AuditEntry.detail["member"].as_integer() == member_id,
        AuditEntry.detail["organisation"].as_integer() == organisation_id,
    )
    return session.scalars(answered.order_by(AuditEntry.id.desc()).limit(1)).first()


def _tell_applicant(session: Session, member: Member, organisation: Organisation, now: datetime, *, yes: bool) -> None:
    with speaking(member.language):
        if yes:
            said = _("You are now confirmed as a member of <b>{organisation}</b>.")
        else:
            said = _("<b>{organisation}</b> was not confirmed as your organisation. Is it another one? You can change "
                     "it in your profile. Everything else works as before.")  # fmt: skip
        outbound = Outbound(
            said.format(organisation=organisation.name),
            options=(Option("profile", _("My profile").unescape(), word=_("Profile").unescape()),),
            language=member.language,
        )
    tell(session, member.id, outbound, f"joined:{member.id}:{organisation.id}:{int(now.timestamp())}", now)
