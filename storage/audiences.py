"""Who a broadcast is for: a value, and the one query that turns it into members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.calls import CallMark, Dislike
from storage.events import ProposedTime, Reply, Rsvp, TimeMark
from storage.members import Member, MemberAddress, Subscription
from storage.outbox import OutboxRow
from storage.responses import Response

TOPIC = "topic:"
"""Begins what is disliked of a topic."""

ABROAD = "abroad"
"""Stands among the regions for everyone outside the network's country."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Members who match every line; within a line any value will do, and an empty line asks nothing.

    Only people who agreed, finished registering and did not say stop are ever in an audience. Those who cannot be
    reached at the moment are, so that the report can name them.

    Attributes:
        disliked: what a call is, as in `Dislike.what`: whoever does not want to hear of such calls is left out, of a
            topic those alone who follow no other one of the audience's.
        saved: of these calls; noted: also those who asked to be reminded of one on a day of their own. coming,
            answered, attended: to these events, or at them. marked: some of their times.
        missed: who got none of these broadcasts, and is to get none of them.
        wants: "digest" for those who want the weekly digest.
        silent: for whom nobody has begun to answer these surveys; halfway: who stopped in the middle of them;
            responded: who answered them.
    """

    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ecosoc: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    excluded: tuple[int, ...] = field(default=())
    disliked: tuple[str, ...] = ()
    saved: tuple[int, ...] = ()
    noted: tuple[int, ...] = ()
    coming: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    attended: tuple[int, ...] = ()
    marked: tuple[int, ...] = ()
    wants: tuple[str, ...] = ()
    missed: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    halfway: tuple[int, ...] = ()
    responded: tuple[int, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether its members are those who asked for it themselves: few, so they are looked up, not searched for."""
        asked = self.halfway or self.responded
        return bool(self.saved or self.noted or self.coming or self.answered or self.attended or self.marked or asked)

    def to_json(self) -> dict[str, Any]:
        return {key: list(value) for key, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**{key: tuple(value) for key, value in values.items()})


class Part(NamedTuple):
    """How many of an audience are on one channel in one language, and how many of those cannot be reached now."""

    channel: str
    language: str
    members: int
    unreachable: int


class _Each(FunctionElement[str]):
    """A topic that SQLite compares for each of the few a member follows, instead of seeking each of those wanted.

    A leading plus keeps its planner from the index: https://www.sqlite.org/optoverview.html#disqualifying_terms
    """

    inherit_cache = True
    type = String()


@compiles(_Each)
def _plain(element: _Each, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as above
    return compiler.process(element.clauses, **options)


@compiles(_Each, "sqlite")
def _unsought(element: _Each, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as above
    return f"+{compiler.process(element.clauses, **options)}"


def matching(audience: Audience) -> ColumnElement[bool]:
    """The condition on Member joined with its preferred MemberAddress."""
    conditions: list[ColumnElement[bool]] = [
        Member.consented_at.is_not(None), Member.registered_at.is_not(None), Member.stopped_at.is_(None)
    ]  # fmt: skip
    if audience.topics:
        following = select(Subscription.topic).where(Subscription.member_id == Member.id)
        if any(what.startswith(TOPIC) for what in audience.disliked):
            disliked = select(Dislike.what).where(Dislike.member_id == Subscription.member_id)
            following = following.where(~disliked.where(Dislike.what == TOPIC + Subscription.topic).exists())
        conditions.append(following.where(_Each(Subscription.topic).in_(audience.topics)).exists())
    if audience.regions:
        places = Member.region.in_([region for region in audience.regions if region != ABROAD])
        abroad = and_(Member.region == "", Member.country != "")
        conditions.append(or_(places, abroad) if ABROAD in audience.regions else places)
    if audience.languages:
        conditions.append(Member.language.in_(audience.languages))
    if audience.ecosoc:
        conditions.append(Member.ecosoc.in_(audience.ecosoc))
    if audience.channels:
        conditions.append(MemberAddress.channel.in_(audience.channels))
    if audience.excluded:
        conditions.append(Member.id.not_in(audience.excluded))
    if audience.missed:
        has = select(OutboxRow.id).where(OutboxRow.member_id == Member.id)
        conditions.append(~has.where(OutboxRow.broadcast_id.in_(audience.missed)).exists())
    if "digest" in audience.wants:
        conditions.append(Member.digest.is_(True))
    conditions += _left_out(audience)
    conditions += (Member.id.in_(people) for people in _chosen(audience))
    return and_(*conditions)


def _left_out(audience: Audience) -> Iterator[ColumnElement[bool]]:
    """Of members who would match, whom it is not for."""
    if whole := [what for what in audience.disliked if not what.startswith(TOPIC)]:
        disliked = select(Dislike.what).where(Dislike.member_id == Member.id)
        yield ~disliked.where(Dislike.what.in_(whole)).exists()
    if audience.silent:
        holders = (literal("m") + cast(Member.id, String), literal("o") + cast(Member.organisation_id, String))
        taken = select(Response.id).where(Response.survey_id.in_(audience.silent), Response.holder.in_(holders))
        yield ~taken.exists()


def _chosen(audience: Audience) -> Iterator[Select[int]]:
    """Members who asked for it themselves."""
    if audience.saved:
        yield select(CallMark.member_id).where(CallMark.call_id.in_(audience.saved), CallMark.saved_at.is_not(None))
    if audience.noted:
        noted = or_(CallMark.saved_at.is_not(None), CallMark.remind_at.is_not(None))
        yield select(CallMark.member_id).where(CallMark.call_id.in_(audience.noted), noted)
    replied = select(Rsvp.member_id)
    if audience.coming:
        yield replied.where(Rsvp.event_id.in_(audience.coming), Rsvp.reply == Reply.YES)
    if audience.answered:
        yield replied.where(Rsvp.event_id.in_(audience.answered))
    if audience.attended:
        yield replied.where(Rsvp.event_id.in_(audience.attended), Rsvp.attended_at.is_not(None))
    if audience.marked:
        times = select(ProposedTime.id).where(ProposedTime.event_id.in_(audience.marked))
        yield select(TimeMark.member_id).where(TimeMark.time_id.in_(times))
    taking_part = select(Response.member_id)
    if audience.halfway:
        yield taking_part.where(Response.survey_id.in_(audience.halfway), Response.completed_at.is_(None))
    if audience.responded:
        yield taking_part.where(Response.survey_id.in_(audience.responded), Response.completed_at.is_not(None))


def reached_through(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join each member of the query with the one address broadcasts go to."""
    return query.join(MemberAddress, and_(MemberAddress.member_id == Member.id, MemberAddress.preferred))


def count(session: Session, audience: Audience) -> list[Part]:
    """The audience by channel and language, largest first.

    SQLite sorts what it groups, which alone would take longer than the rest: so it groups in the order of an index, by
    channel, and the languages are counted side by side. PostgreSQL reads `ix_members_writable`,
    `ix_addresses_member_id` and the subscriptions' key side by side, and no table.
    """
    languages = audience.languages or session.scalars(select(Member.language).distinct()).all()
    each = [func.count().filter(Member.language == language) for language in languages]
    query = reached_through(select(MemberAddress.channel, MemberAddress.unreachable, *each).select_from(Member))
    query = query.where(matching(audience)).group_by(MemberAddress.channel, MemberAddress.unreachable)
    parts: dict[tuple[str, str], Part] = {}
    for channel, unreachable, *counts in session.execute(query):
        for language, members in zip(languages, counts, strict=True):
            known = parts.get((channel, language), Part(channel, language, 0, 0))
            away = members if unreachable else 0
            parts[channel, language] = Part(channel, language, known.members + members, known.unreachable + away)
    some = [part for part in parts.values() if part.members]
    return sorted(some, key=lambda part: (-part.members, part.channel, part.language))


def behind_window(session: Session, audience: Audience, channel: str, since: datetime) -> int:
    """How many of the audience on this channel have not written since, or wrote before the platform shut them off."""
    silent = or_(
        MemberAddress.last_inbound_at.is_(None),
        MemberAddress.last_inbound_at <= since,
        MemberAddress.last_inbound_at <= MemberAddress.shut_at,
    )
    query = reached_through(select(func.count(Member.id))).where(
        matching(audience), MemberAddress.channel == channel, MemberAddress.unreachable == "", silent
    )
    return session.scalar(query) or 0
