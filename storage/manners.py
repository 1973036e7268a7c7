"""Good manners, read anew at each claim: at night and on holidays nobody is disturbed, and nobody gets too much a day.

What is urgent, changes in place or takes back what was sent disturbs nobody, or must: it does not wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, distinct, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from storage.audiences import Audience, matching, reached_through
from storage.base import UNHEEDED
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.members import Member
from storage.outbox import DIGEST, QUIET, OutboxRow, OutboxState

SLICE: Final = 1_000
"""Rows put off at once, where some must wait: of a million none is looked at by itself, and no reply waits for long."""

_CAME: Final = (
    OutboxState.SENDING, OutboxState.HELD, OutboxState.SENT, OutboxState.DELIVERED, OutboxState.READ, OutboxState.DOUBT
)  # fmt: skip
"""States of what disturbed somebody, or may have: with `held` it was the bell."""


_LIMITED: Final = (BroadcastKind.NEWSLETTER, BroadcastKind.DIGEST)
"""What may be too much for a day; the rest was asked for, or puts right what was sent."""

_COUNTED: Final = (*_LIMITED, BroadcastKind.CORRECTION)


class Day(NamedTuple):
    """A day of the network's, from midnight until midnight."""

    begins: datetime
    ends: datetime


class Manners(Protocol):
    """What a network holds to. `home` is the country a member lives in, "" where that is the network's or unknown."""

    @property
    def a_day(self) -> int:
        """Most messages that are not urgent to one member a day; 0 for any number."""

    def quiet_until(self, now: datetime, home: str) -> datetime | None:
        """When one may write there again; None when one may now."""

    def digest_at(self, now: datetime, home: str) -> datetime:
        """When what is too much today is sent there as one."""

    def day(self, now: datetime) -> Day: ...


class HeldTo(Protocol):
    """What is asked of `storage.terms.Terms`.

    Attributes:
        counted: see `counting`; None to be looked up.
    """

    @property
    def manners(self) -> Manners | None: ...

    @property
    def counted(self) -> Collection[int] | None: ...


class PutOff(NamedTuple):
    """Why a row waits, and until when.

    Attributes:
        home: where its reader lives; it waits as long for all who live there,
        full: if they had all that one writes to them today as well.
    """

    reason: str
    until: datetime
    home: str
    full: bool = False


class Restraint(NamedTuple):
    """What holds back some of the rows of a claim.

    Attributes:
        reason: of those for whom it is quiet.
        ends: until when, by home.
        full: members for whom it is too much today; None where it can be for nobody.
    """

    reason: str
    ends: dict[str, datetime]
    full: Select[int | None] | None


def home_of(region: str, country: str) -> str:
    return "" if region else country


def restraint(session: Session, homes: Iterable[str], broadcast: Broadcast | None, held_to: HeldTo,
              now: datetime) -> Restraint | None:  # fmt: skip
    """What holds back rows for people who live there; None for nothing, which is so most of the time.

    Args:
        broadcast: whose rows they are; None for those that are due as a digest, which wait for the morning alone.
    """
    manners = held_to.manners
    if manners is None or (broadcast is not None and (broadcast.urgent or broadcast.kind == BroadcastKind.RECALL)):
        return None
    ends = {home: until for home in homes if (until := manners.quiet_until(now, home)) is not None}
    full = None
    if broadcast is not None and broadcast.kind in _LIMITED and manners.a_day:
        counted = counting(session, manners, now) if held_to.counted is None else held_to.counted
        others = {*counted} - {broadcast.id}  # nobody gets it twice
        full = _full(others, manners, now) if len(others) >= manners.a_day else None
    return Restraint(DIGEST if broadcast is None else QUIET, ends, full) if ends or full is not None else None


def put_off(session: Session, rows: Iterable[Any], held: Restraint, manners: Manners,
            now: datetime) -> dict[int, PutOff]:  # fmt: skip
    """Which of these rows must wait, by id. A correction waits for the morning, but joins no digest.

    What is in doubt does not wait: whatever follows it to the same person would wait as well.

    Args:
        rows: of `storage.candidates`, but for those whose reader has just written.
    """
    found: dict[int, PutOff] = {}
    awake: list[Any] = []
    for row in rows:
        if row.edits is None and not row.doubts:
            home = home_of(row.region, row.country)
            if home in held.ends:
                found[row.id] = PutOff(held.reason, held.ends[home], home)
            else:
                awake.append(row)
    if held.full is None or not awake:
        return found
    enough = set(session.scalars(held.full.where(OutboxRow.member_id.in_([row.member_id for row in awake]))))
    for row in awake:
        if row.member_id in enough:
            home = home_of(row.region, row.country)
            found[row.id] = PutOff(DIGEST, manners.digest_at(now, home), home, full=True)
    return found


def postpone(session: Session, waiting: dict[int, PutOff], ahead: Subquery, held: Restraint) -> None:
    """Let these rows wait, and with them what is ahead, as far as it must wait for the same reason.

    Args:
        ahead: the rows that the next claims would look at, with their members.
    """
    alike: dict[PutOff, list[int]] = {}
    for row_id, why in waiting.items():
        alike.setdefault(why, []).append(row_id)
    for why, row_ids in alike.items():
        later = update(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)
        later = later.values(reason=why.reason, not_before=why.until)
        session.execute(later.where(OutboxRow.id.in_(row_ids)), execution_options=UNHEEDED)
        theirs = select(ahead.c.id).join(Member, Member.id == ahead.c.member_id).where(_home() == why.home)
        if why.full and held.full is not None:
            theirs = theirs.where(Member.id.in_(held.full.where(OutboxRow.member_id.in_(select(ahead.c.member_id)))))
        session.execute(later.where(OutboxRow.id.in_(theirs)), execution_options=UNHEEDED)


def counting(session: Session, manners: Manners, now: datetime) -> set[int]:
    """The broadcasts that count, and of which a message may have come today."""
    begun = Broadcast.state.in_((BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.CANCELLED))
    running = and_(begun, Broadcast.finished_at.is_(None))
    lately = or_(running, Broadcast.finished_at >= manners.day(now).begins)
    counted = select(Broadcast.id).where(lately, Broadcast.urgent == "", Broadcast.kind.in_(_COUNTED))
    return set(session.scalars(counted))


def count_quiet(session: Session, audience: Audience, manners: Manners, now: datetime) -> int:
    """How many of the audience would get it only in the morning."""
    home = _home()
    homes = reached_through(select(home, func.count(Member.id))).where(matching(audience)).group_by(home)
    return sum(members for country, members in session.execute(homes) if manners.quiet_until(now, country))


def count_full(session: Session, audience: Audience, manners: Manners, now: datetime) -> int:
    """How many of the audience have had all that one writes to them today."""
    counted = counting(session, manners, now)
    if not manners.a_day or len(counted) < manners.a_day:
        return 0
    full = reached_through(select(func.count(Member.id))).where(Member.id.in_(_full(counted, manners, now)))
    return session.scalar(full.where(matching(audience))) or 0


def _home() -> ColumnElement[str]:
    return case((Member.region == "", Member.country), else_=literal_column("''"))


def _full(counted: Collection[int], manners: Manners, now: datetime) -> Select[int | None]:
    """Members to whom all that one writes to them today came, or is to come as today's digest.

    What one message said counts as one.
    """
    day = manners.day(now)
    tried = and_(OutboxRow.tried_at >= day.begins, or_(OutboxRow.state.in_(_CAME), OutboxRow.doubts > 0))
    kept = and_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.reason == DIGEST, OutboxRow.not_before < day.ends)
    came = (OutboxRow.broadcast_id.in_(counted), OutboxRow.edits.is_(None), or_(tried, kept))
    to_come = and_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.doubts == 0)
    messages = distinct(case((to_come, 0), else_=func.coalesce(OutboxRow.carrier, OutboxRow.id)))
    members = select(OutboxRow.member_id).where(*came).group_by(OutboxRow.member_id)
    return members.having(func.count(messages) >= manners.a_day)
