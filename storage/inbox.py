"""What came in. A row is written before the platform hears "received", and is handled exactly once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Index, String, UniqueConstraint, and_, func, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.base import Base, insert_for
from storage.conversations import ConversationState
from storage.members import Member, MemberAddress
from storage.windows import kept_by_bell, release


class InboxState(StrEnum):
    """new -> handled | buried (it failed three times; one apology was sent and staff can see it)."""

    NEW = "new"
    HANDLED = "handled"
    BURIED = "buried"


_NEW = text("state = 'new'")


class InboxRow(Base):
    """One thing a person did. `payload` is Inbound.to_json()."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_new", "id", sqlite_where=_NEW, postgresql_where=_NEW),
        Index("ix_inbox_channel_user", "channel", "user"),
        Index("ix_inbox_waiting", "channel", "user", "id", sqlite_where=_NEW, postgresql_where=_NEW),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    user: Mapped[str] = mapped_column(String(128))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8), default=InboxState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


def receive(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store what came in, in order; what is already there stays as it is.

    Args:
        rows: channel, external_id, user, payload, received_at.
    """
    if not rows:
        return
    values = [{"state": InboxState.NEW, "attempts": 0, "error": "", **row} for row in rows]
    session.execute(insert_for(session)(InboxRow.__table__).on_conflict_do_nothing(), values)


def next_inbound(session: Session, limit: int) -> list[InboxRow]:
    """The oldest unhandled row of each person, at most `limit`, locked where the database locks rows.

    Only the head of a person's queue is ever taken, so a person's messages are handled in order, also by several
    processes: while one holds the head, the rows behind it are not heads.
    """
    earlier = aliased(InboxRow)
    behind = (
        select(earlier.id)
        .where(
            earlier.state == InboxState.NEW,
            earlier.channel == InboxRow.channel,
            earlier.user == InboxRow.user,
            earlier.id < InboxRow.id,
        )
        .exists()
    )
    heads = select(InboxRow).where(InboxRow.state == InboxState.NEW, ~behind).order_by(InboxRow.id).limit(limit)
    return list(session.scalars(heads.with_for_update(skip_locked=True)))


SILENCE = timedelta(hours=20)
"""After so long without a word something may be held for a person: less than any platform's reply window."""


class Writer(NamedTuple):
    """Who wrote, all that a turn needs to know at once: looking for each by itself is half of a simple turn.

    Attributes:
        silent: they had not written for a while, so something may be held until they do: see `heard`.
    """

    address: MemberAddress
    member: Member
    conversation: ConversationState | None
    silent: bool = False


def writers(session: Session, rows: Sequence[InboxRow], now: datetime) -> dict[int, Writer]:
    """The known people who wrote these rows, by row id; they can be reached, for here they are."""
    query = (
        select(InboxRow.id, MemberAddress, Member, ConversationState)
        .join(MemberAddress, and_(MemberAddress.channel == InboxRow.channel, MemberAddress.user == InboxRow.user))
        .join(Member, Member.id == MemberAddress.member_id)
        .outerjoin(ConversationState, ConversationState.address_id == MemberAddress.id)
        .where(InboxRow.id.in_([row.id for row in rows]))
    )
    found = session.execute(query).all() if rows else ()
    known = {row_id: Writer(address, member, conversation) for row_id, address, member, conversation in found}
    for row_id, payload in ((row.id, row.payload) for row in rows if row.id in known):
        address = known[row_id].address
        last, rung = address.last_inbound_at, address.rung_at
        if last is None or last < now - SILENCE or (rung is not None and last <= rung):
            known[row_id] = known[row_id]._replace(silent=True)
        else:
            _note(address, payload, now)
    session.flush()
    return known


def heard(session: Session, address: MemberAddress, payload: dict[str, Any], now: datetime) -> int:
    """They wrote, after a silence or a bell: what was held goes next; returns how many messages that is.

    It may be more than was held: of a bell that left just before a kill nobody here knows yet that it rang.
    """
    _note(address, payload, now)
    session.flush()
    release(session, [address.id])
    return kept_by_bell(session, address.id)


def wrote_at(payload: dict[str, Any], now: datetime) -> datetime:
    """When it was said: a message that was fetched after an outage opens no window from now."""
    return datetime.fromtimestamp(payload["at"], tz=UTC) if payload.get("at") else now


def _note(address: MemberAddress, payload: dict[str, Any], now: datetime) -> None:
    said_at = wrote_at(payload, now)
    address.last_inbound_at = max(address.last_inbound_at or said_at, said_at)
    address.unreachable = ""
    if payload.get("phone") and address.phone != payload["phone"]:
        address.phone = payload["phone"]


def handled(session: Session, channel: str, external_ids: Collection[str]) -> list[dict[str, Any]]:
    """The payloads of those of these rows that were handled already."""
    found = select(InboxRow.payload).where(InboxRow.channel == channel, InboxRow.external_id.in_(external_ids))
    return list(session.scalars(found.where(InboxRow.state == InboxState.HANDLED)))


def count_unhandled(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == InboxState.NEW)) or 0


def buried(session: Session, limit: int) -> list[InboxRow]:
    """The newest rows that could not be handled."""
    found = select(InboxRow).where(InboxRow.state == InboxState.BURIED).order_by(InboxRow.id.desc())
    return list(session.scalars(found.limit(limit)))
