"""The inbox: a redelivery is the same row, and a person's messages are handled in order, one after the other."""

from __future__ import annotations

from sqlalchemy import select

from bot.core.clock import Clock
from storage.database import Database
from storage.inbox import InboxRow, InboxState, count_unhandled, next_inbound, receive


def row(user: str, external_id: str, clock: Clock) -> dict[str, object]:
    return {
        "channel": "telegram",
        "external_id": external_id,
        "user": user,
        "payload": {"kind": "text"},
        "received_at": clock.now(),
    }


def test_a_redelivered_message_is_the_same_row(database: Database, clock: Clock) -> None:
    for _again in range(3):
        database.transact(lambda session: receive(session, [row("1", "a", clock), row("1", "b", clock)]))
    ids = database.transact(lambda session: list(session.scalars(select(InboxRow.external_id).order_by(InboxRow.id))))
    assert ids == ["a", "b"]


def test_one_message_of_each_person_is_next_oldest_first(database: Database, clock: Clock) -> None:
    rows = [row("1", "a", clock), row("1", "b", clock), row("2", "c", clock), row("3", "d", clock)]
    database.transact(lambda session: receive(session, rows))

    def heads(limit: int) -> list[str]:
        return database.transact(lambda session: [one.external_id for one in next_inbound(session, limit)])

    assert heads(10) == ["a", "c", "d"]
    assert heads(2) == ["a", "c"]

    def handle(session: object) -> None:
        next_inbound(session, 1)[0].state = InboxState.HANDLED  # type: ignore[arg-type]

    database.transact(handle)
    assert heads(10) == ["b", "c", "d"]
    assert database.transact(count_unhandled) == 3


def test_another_process_does_not_overtake_a_message_that_is_being_handled(database: Database, clock: Clock) -> None:
    if database.is_sqlite:
        return  # one process, one writer: nobody can look while a turn is open
    rows = [row("1", "a", clock), row("1", "b", clock), row("2", "c", clock)]
    database.transact(lambda session: receive(session, rows))

    def while_the_first_is_open(session: object) -> list[str]:
        taken = [one.external_id for one in next_inbound(session, 1)]  # type: ignore[arg-type]
        other = Database(database.engine.url.render_as_string(hide_password=False))
        taken += other.transact(lambda own: [one.external_id for one in next_inbound(own, 10)])
        other.close()
        return taken

    assert database.transact(while_the_first_is_open) == ["a", "c"]
