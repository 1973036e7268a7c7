"""Members whom no message reaches: their address is dead or blocked, and there is no other that may be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from storage.members import Member, MemberAddress
from storage.organisations import Organisation


class Unreachable(NamedTuple):
    """A member, how else they can be reached, and what is known of the address."""

    member_id: int
    name: str
    organisation: str
    role: str
    phone: str
    email: str
    channel: str
    reason: str
    last_inbound_at: datetime | None


def unreachable(session: Session) -> dict[str, int]:
    """How many there are, by reason, the most frequent first."""
    members = func.count().label("members")
    query = _join(select(MemberAddress.unreachable, members)).group_by(MemberAddress.unreachable)
    found = session.execute(query.order_by(members.desc(), MemberAddress.unreachable))
    return {row.unreachable: row.members for row in found}


def unreachable_people(session: Session, reason: str, after: int, limit: int) -> list[Unreachable]:
    """The next of those who cannot be reached for this reason, by member."""
    found = _people().where(MemberAddress.unreachable == reason, Member.id > after).limit(limit)
    return [Unreachable(*row) for row in session.execute(found)]


def everybody_unreachable(session: Session) -> Iterator[Unreachable]:
    for row in session.execute(_people().execution_options(yield_per=1_000)):
        yield Unreachable(*row)


def _people() -> Select[*tuple[Any, ...]]:
    columns = (
        Member.id,
        Member.name,
        func.coalesce(Organisation.name, ""),
        Member.role,
        func.coalesce(func.nullif(Member.phone, ""), MemberAddress.phone),
        Member.email,
        MemberAddress.channel,
        MemberAddress.unreachable,
        MemberAddress.last_inbound_at,
    )
    people = _join(select(*columns)).outerjoin(Organisation, Organisation.id == Member.organisation_id)
    return people.order_by(Member.id)


def _join(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Of those who agreed, and did not say stop: who did is on no list."""
    preferred = and_(MemberAddress.member_id == Member.id, MemberAddress.preferred)
    theirs = (Member.registered_at.is_not(None), Member.consented_at.is_not(None), Member.stopped_at.is_(None))
    joined = query.select_from(Member).join(MemberAddress, preferred)
    return joined.where(MemberAddress.unreachable != "", *theirs, ~_has_another_way())


def _has_another_way() -> ColumnElement[bool]:
    other = aliased(MemberAddress)
    open_ = (other.member_id == Member.id, other.unreachable == "")
    return and_(Member.fallback, select(other.id).where(*open_).exists())
