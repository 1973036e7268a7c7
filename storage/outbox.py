"""What goes out: one row a message, the only truth about delivery."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    delete,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import UNHEEDED, Base, insert_for


class OutboxState(StrEnum):
    """queued -> sending -> sent -> delivered -> read, or -> refused, skipped, doubt; see ARCHITECTURE.md.

    held: a bell rang for it, and it waits for the person to write; then it is queued again.
    """

    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REFUSED = "refused"
    SKIPPED = "skipped"
    DOUBT = "doubt"


WAITING = (OutboxState.QUEUED, OutboxState.HELD)
MOVING = (OutboxState.QUEUED, OutboxState.SENDING)
UNFINISHED = (*MOVING, OutboxState.HELD)
ARRIVED = (OutboxState.SENT, OutboxState.DELIVERED, OutboxState.READ)
"""In the order in which the platforms tell of them."""

MISSED = (OutboxState.REFUSED, OutboxState.SKIPPED)
LOST = (*MISSED, OutboxState.DOUBT)
"""What did not arrive, or may not have."""

IS_MOVING = text("outbox.state IN ('queued', 'sending')")
IS_HELD = text("outbox.state = 'held'")
IS_KEPT = text("outbox.state = 'queued' AND outbox.reason = 'digest'")
IS_ASLEEP = text("outbox.state = 'queued' AND outbox.not_before IS NOT NULL AND outbox.reason != 'digest'")
"""To the letter of the partial indexes: SQLite uses one only where the words are equal."""

QUIET = "quiet"
DIGEST = "digest"
"""Why a row of a broadcast waits: for the morning, and for the next day's digest."""

STALE = "stale"
"""Why it is skipped when its broadcast is of no use any more."""


class OutboxRow(Base):
    """One message to one member.

    A row without a broadcast is interactive: it goes before every broadcast's. Columns that change while a broadcast
    runs are in no PostgreSQL index, so that its updates stay within the page; SQLite has partial indexes instead. What
    waits for a moment stands apart from what may go, within the index and in one of its own, so that a claim need not
    pass over a million that sleep, nor over a million that are kept for digests.

    Attributes:
        key: makes a message unique whoever asks for it again ("turn:812:0"); broadcast rows are unique by member.
        payload: Outbound.to_json(); None for a broadcast row, whose text is the broadcast's in `language`.
        edits: the outbox row whose message this one changes in place.
        attempts: how often it was tried; a 429 gives the attempt back.
        reason: why it was refused or skipped, a short key; detail: the platform's words.
        doubts: how often it was sent without an answer; more than none means "possibly twice".
        tried_at: when it was last claimed; in doubt, the platform is asked for what it was given since.
        token: which foreman claimed it; only that one may write its outcome.
        follows: it goes only after this row has arrived, such as a file that no text can stand beside.
        carrier: the row whose message also said what this one says; they share its fate.
        bell_id: the platform's id of the bell.
        rung_at: when it was found that only a bell could go; None for one that never had to wait for its reader.
        expires_at: a bell not heard by then is given up.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "member_id"),
        Index("ix_outbox_key", "key", unique=True, sqlite_where=text("key IS NOT NULL"),
              postgresql_where=text("key IS NOT NULL")),
        Index("ix_outbox_interactive", "channel", "id",
              sqlite_where=text("broadcast_id IS NULL AND state IN ('queued', 'sending')"),
              postgresql_where=text("broadcast_id IS NULL")),
        Index("ix_outbox_broadcast", "broadcast_id", "channel", "not_before", "id",
              sqlite_where=text("state IN ('queued', 'sending')"),
              postgresql_where=text("broadcast_id IS NOT NULL")),
        Index("ix_outbox_waiting", "broadcast_id", "channel", "not_before", "id",
              sqlite_where=text("state = 'queued' AND not_before IS NOT NULL AND reason != 'digest'"),
              postgresql_where=text("state = 'queued' AND not_before IS NOT NULL AND reason != 'digest'")),
        Index("ix_outbox_digest", "broadcast_id", "channel", "not_before", "id",
              sqlite_where=text("state = 'queued' AND reason = 'digest'"),
              postgresql_where=text("state = 'queued' AND reason = 'digest'")),
        Index("ix_outbox_held", "broadcast_id", "channel",
              sqlite_where=text("state = 'held'"), postgresql_where=text("state = 'held'")),
        Index("ix_outbox_held_expires_at", "expires_at",
              sqlite_where=text("state = 'held'"), postgresql_where=text("state = 'held'")),
        Index("ix_outbox_address_id", "address_id"),
        {"postgresql_with": {"fillfactor": "60"}},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(32))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"))
    member_id: Mapped[int | None]
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    language: Mapped[str] = mapped_column(String(8))
    payload: Mapped[dict[str, Any] | None]
    edits: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default=OutboxState.QUEUED)
    reason: Mapped[str] = mapped_column(String(32), default="")
    detail: Mapped[str] = mapped_column(default="")
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(String(32), default="")
    external_id: Mapped[str] = mapped_column(String(128), default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    carrier: Mapped[int | None]
    follows: Mapped[int | None]
    rung_at: Mapped[datetime | None]
    bell_id: Mapped[str] = mapped_column(String(128), default="", server_default="")
    expires_at: Mapped[datetime | None]


LAST_FIRST = (OutboxRow.channel.desc(), OutboxRow.not_before.desc(), OutboxRow.id.desc())
"""From the end of a broadcast's index, where what is not finished stands."""

carrier_in_doubt = case((OutboxRow.doubts > 0, OutboxRow.carrier))
"""What may have left with another row's message is asked about with that; what did not goes as it comes."""


def enqueue(session: Session, rows: list[dict[str, Any]]) -> None:
    """Queue interactive messages, in order; one whose key is known was queued before and is left alone.

    Args:
        rows: key, channel, address_id, member_id, language, payload, edits, created_at.
    """
    if rows:
        defaults = {"state": OutboxState.QUEUED, "edits": None}
        insert = insert_for(session)(OutboxRow.__table__)  # the table: a plain INSERT, without the mapper's bookkeeping
        session.execute(insert.on_conflict_do_nothing(), [defaults | row for row in rows])


def find_by_key(session: Session, key: str) -> OutboxRow | None:
    return session.scalar(select(OutboxRow).where(OutboxRow.key == key))


def goes_on(key: str) -> ColumnElement[bool]:
    """The row's key is this one and more behind a colon."""
    return and_(OutboxRow.key >= f"{key}:", OutboxRow.key < f"{key};")


def newest_by_key(session: Session, key: str) -> OutboxRow | None:
    """The newest of the messages whose key is this one, or this one and more behind a colon."""
    named = or_(OutboxRow.key == key, goes_on(key))
    return session.scalar(select(OutboxRow).where(named).order_by(OutboxRow.id.desc()).limit(1))


def take_back(session: Session, key: str) -> None:
    """Delete the messages whose key is this one and more behind a colon, as far as they wait to be sent."""
    waiting = delete(OutboxRow).where(goes_on(key), OutboxRow.state == OutboxState.QUEUED)
    session.execute(waiting, execution_options=UNHEEDED)
