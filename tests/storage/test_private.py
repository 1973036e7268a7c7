"""Words that are not kept are blanked once they were delivered, and no others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.database import Database
from storage.members import first_contact
from storage.outbox import OutboxRow, OutboxState, enqueue
from storage.private import PRIVATE, SLICE, blank


def say(session: Session, clock: Clock, *keys: str) -> None:
    address = first_contact(session, "telegram", "1", "en", clock.now())
    row = {"channel": "telegram", "address_id": address.id, "member_id": address.member_id, "language": "en",
           "payload": {"text": "A secret"}, "created_at": clock.now()}  # fmt: skip
    enqueue(session, [row | {"key": key} for key in keys])


def test_what_was_delivered_a_while_ago_is_blanked(database: Database, clock: Clock) -> None:
    now = clock.now()

    def story(session: Session) -> dict[str | None, tuple[str, str]]:
        say(session, clock, f"{PRIVATE}:1:0", f"{PRIVATE}:2:0", f"{PRIVATE}:3:0", f"{PRIVATE}:4:0", "turn:5:0")
        settled = {f"{PRIVATE}:1:0": timedelta(minutes=11), f"{PRIVATE}:2:0": timedelta(minutes=9),
                   f"{PRIVATE}:3:0": timedelta(minutes=11), "turn:5:0": timedelta(minutes=11)}  # fmt: skip
        for row in session.scalars(select(OutboxRow)):
            if row.key in settled:
                row.state, row.settled_at = OutboxState.SENT, now - settled[row.key]
            if row.key == f"{PRIVATE}:3:0":
                row.state = OutboxState.REFUSED
        session.flush()
        assert blank(session, now - timedelta(minutes=10)) == 2
        assert blank(session, now - timedelta(minutes=10)) == 0
        session.expire_all()
        return {row.key: (row.state, (row.payload or {})["text"]) for row in session.scalars(select(OutboxRow))}

    assert database.transact(story) == {
        "turn:1:0": ("sent", ""),
        "private:2:0": ("sent", "A secret"),
        "turn:3:0": ("refused", ""),
        "private:4:0": ("queued", "A secret"),
        "turn:5:0": ("sent", "A secret"),
    }


def test_a_slice_at_a_time(database: Database, clock: Clock) -> None:
    def story(session: Session) -> list[int]:
        say(session, clock, *(f"{PRIVATE}:{number}:0" for number in range(SLICE + 1)))
        for row in session.scalars(select(OutboxRow)):
            row.state, row.settled_at = OutboxState.SENT, clock.now()
        session.flush()
        return [blank(session, clock.now() + timedelta(seconds=1)) for _slice in range(3)]

    assert database.transact(story) == [SLICE, 1, 0]
