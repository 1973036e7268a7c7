"""Signing a declaration, and taking the signature back: one person, one signature, however often it is given."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.declarations import fingerprint
from storage.appeals import newest_appeals
from storage.declarations import Declaration, DeclarationState, Signature, countries_of
from storage.members import Member
from storage.organisations import Organisation


class Signer(NamedTuple):
    """As whom somebody signs.

    Attributes:
        organisation: "" for nobody's but their own.
        country: ISO 3166-1, two letters.
        language: in which they read the text.
    """

    name: str
    organisation: str
    country: str
    language: str


class Count(NamedTuple):
    """How many signed, and from how many countries."""

    people: int
    countries: int


def is_open(declaration: Declaration, now: datetime) -> bool:
    """Whether it can be signed."""
    in_time = declaration.closes_at is None or declaration.closes_at > now
    return declaration.state == DeclarationState.OPEN and in_time


def may_sign(declaration: Declaration, member: Member, code: str) -> bool:
    """Members can, and whoever has its link; by its number alone nobody else finds it."""
    return member.registered or (bool(declaration.code) and code == declaration.code)


def signature_of(session: Session, declaration_id: int, member_id: int) -> Signature | None:
    """What this member gave, also when it was taken back."""
    found = select(Signature).where(Signature.declaration_id == declaration_id, Signature.member_id == member_id)
    return session.scalar(found.execution_options(populate_existing=True))


def stands(signature: Signature | None) -> bool:
    """Whether it counts."""
    return signature is not None and signature.withdrawn_at is None


def sign(session: Session, declaration_id: int, member: Member, signer: Signer, now: datetime) -> Signature | None:
    """Let this member sign it; None where it is closed meanwhile. One that stands already stays as it is."""
    declaration = session.get(Declaration, declaration_id, with_for_update={"read": True}, populate_existing=True)
    if declaration is None or not is_open(declaration, now):
        return None
    session.get_one(Member, member.id, with_for_update=True)  # the same person on two phones
    signature = signature_of(session, declaration.id, member.id)
    if signature is None:
        signature = Signature(declaration_id=declaration.id, member_id=member.id)
        session.add(signature)
    elif signature.withdrawn_at is None:
        return signature
    for column, value in signer._asdict().items():
        setattr(signature, column, value)
    signature.frozen, signature.signed_at, signature.withdrawn_at = fingerprint(declaration), now, None
    session.flush()
    return signature


def withdraw(session: Session, declaration: Declaration, member: Member, now: datetime) -> bool:
    """Take the signature back, also when the declaration is closed; False where there was none that counted."""
    session.get_one(Member, member.id, with_for_update=True)
    signature = signature_of(session, declaration.id, member.id)
    if signature is None or signature.withdrawn_at is not None:
        return False
    signature.withdrawn_at = now
    session.flush()
    return True


def count(session: Session, declaration_id: int) -> Count:
    """As it is at this moment."""
    countries = countries_of(session, declaration_id)
    return Count(sum(countries.values()), len(countries))


def signed(session: Session, member: Member) -> list[Declaration]:
    """Those this member signed, the newest first, open or closed."""
    found = select(Declaration).join(Signature, Signature.declaration_id == Declaration.id)
    found = found.where(Signature.member_id == member.id, Signature.withdrawn_at.is_(None))
    return list(session.scalars(found.order_by(Declaration.id.desc())))


def to_sign(session: Session, member: Member, now: datetime) -> list[Declaration]:
    """Open, and this member has not signed them; for members alone. The newest first."""
    if not member.registered:
        return []
    mine = {declaration.id for declaration in signed(session, member)}
    found = newest_appeals(session, Declaration, DeclarationState.OPEN)
    return [each for each in found if is_open(each, now) and each.id not in mine]


def by_default(session: Session, member: Member) -> dict[str, str]:
    """What is known of a signer already: name and organisation."""
    organisation = session.get(Organisation, member.organisation_id) if member.organisation_id else None
    known = {"name": member.name, "organisation": organisation.name if organisation else ""}
    return {field: value for field, value in known.items() if value}
