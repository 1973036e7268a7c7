"""One row a channel: who may send on it, how fast, whether it must wait. The rate holds over processes and restarts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import String, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for

LEASE = timedelta(seconds=8)
"""How long a foreman that says nothing keeps its channel: a process that died is replaced within 10 s."""

STILL = timedelta(seconds=5)
"""How long a process that stands still keeps a lane locked, so that another can take it over when the lease is up."""

FARTHEST = timedelta(seconds=10)
"""How far ahead a lane can have been booked at the most."""


class Lane(Base):
    """A channel's way out.

    Attributes:
        next_at: when the next message may leave.
        waits_until: nothing leaves before (a 429, a lost connection).
        stopped: why nothing leaves at all until the next start (a refused token); "" while it works.
        token: the foreman that holds the channel, until leased_until.
    """

    __tablename__ = "lanes"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    next_at: Mapped[datetime | None]
    waits_until: Mapped[datetime | None]
    stopped: Mapped[str] = mapped_column(default="")
    token: Mapped[str] = mapped_column(String(32), default="")
    leased_until: Mapped[datetime | None]


class Allowance(NamedTuple):
    """How many messages may leave from `starts_at` on, one every 1/rate seconds."""

    messages: int
    starts_at: datetime


def start_anew(session: Session, channels: Sequence[str], now: datetime, *, alone: bool) -> None:
    """What stopped a channel may have been put right since, and a wait of more than a day is a clock's mistake.

    Args:
        alone: no other process can deliver (SQLite), so a lease that is still running is a dead one's.
    """
    mine = update(Lane).where(Lane.channel.in_(channels))
    session.execute(mine.values(stopped=""))
    session.execute(mine.where(Lane.waits_until > now + timedelta(days=1)).values(waits_until=None))
    if alone:
        session.execute(mine.values(leased_until=None))


def led(session: Session) -> bool:
    """Whether a process leads some channel now; only PostgreSQL's clock says when that is."""
    return session.scalar(select(Lane.channel).where(Lane.leased_until > func.now()).limit(1)) is not None


def lease(session: Session, channel: str, token: str, now: datetime) -> bool:
    """Become or stay the channel's only foreman; False while another one lives.

    Foremen of PostgreSQL may stand on machines whose clocks differ, so there its own clock counts.
    """
    _briefly(session)
    moment: Any = now if session.get_bind().dialect.name == "sqlite" else func.now()
    session.execute(insert_for(session)(Lane).values(channel=channel, stopped="", token="").on_conflict_do_nothing())
    impossible = Lane.leased_until > moment + 2 * LEASE  # the clock was put back since
    free = or_(Lane.token == token, Lane.leased_until.is_(None), Lane.leased_until < moment, impossible)
    taken = update(Lane).where(Lane.channel == channel, free).values(token=token, leased_until=moment + LEASE)
    return session.execute(taken).rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE gives a CursorResult


def release(session: Session, channel: str, token: str) -> None:
    """Give the channel up at once, on a graceful stop."""
    session.execute(update(Lane).where(Lane.channel == channel, Lane.token == token).values(leased_until=None))


def allowance(session: Session, channel: str, token: str, rate: float, ahead: timedelta, now: datetime) -> Allowance:
    """What may be claimed now without leaving later than `now + ahead`; nothing while the lane waits or is stopped.

    Nor is anything once another foreman has the lane: it looked for what was in flight, and will not look again. The
    lane is locked until the claim has ended: see `at_rest`.
    """
    _briefly(session)
    lane = session.get_one(Lane, channel, with_for_update=True)
    if lane.token != token:
        return Allowance(0, now + STILL)
    starts_at = max(lane.next_at or now, now)
    if starts_at > now + FARTHEST:
        starts_at = now  # the clock was put back since
    if lane.stopped or (lane.waits_until is not None and lane.waits_until > now):
        return Allowance(0, max(starts_at, lane.waits_until or now))
    room = (now + ahead - starts_at).total_seconds()
    return Allowance(int(room * rate) + 1 if room >= 0 else 0, starts_at)


def at_rest(session: Session, channels: Collection[str]) -> None:
    """Wait until no claim is under way on these channels, and let none begin before this transaction has ended.

    Whatever was claimed by what stood in the tables before is in flight then, and can be seen to be.
    """
    _briefly(session)
    session.scalars(
        select(Lane.channel).where(Lane.channel.in_(channels)).order_by(Lane.channel).with_for_update()
    ).all()


def spend(session: Session, channel: str, messages: int, rate: float, starts_at: datetime) -> None:
    """Book the messages that were claimed."""
    next_at = starts_at + timedelta(seconds=messages / rate)
    session.execute(update(Lane).where(Lane.channel == channel).values(next_at=next_at))


def wait(session: Session, channel: str, until: datetime) -> None:
    """Let nothing leave before `until`; a longer wait that is already set stays."""
    shorter = or_(Lane.waits_until.is_(None), Lane.waits_until < until)
    session.execute(update(Lane).where(Lane.channel == channel, shorter).values(waits_until=until))


def stop(session: Session, channel: str, reason: str) -> None:
    session.execute(update(Lane).where(Lane.channel == channel).values(stopped=reason))


def waiting_until(session: Session, channel: str) -> datetime | None:
    return session.scalar(select(Lane.waits_until).where(Lane.channel == channel))


def _briefly(session: Session) -> None:
    """PostgreSQL ends this transaction if nothing is heard of it for so long: its lane is locked."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{STILL.total_seconds():.0f}s'"))
