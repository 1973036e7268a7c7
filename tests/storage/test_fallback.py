"""What cannot reach somebody on one messenger goes to the other, if they allowed it: the same row, never a second."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.broadcasts import Broadcast, BroadcastState
from storage.claims import claim
from storage.database import Database
from storage.fallback import redirect
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from tests.storage.people import add_broadcast, add_member

CHANNELS = ("telegram", "whatsapp")


def with_two(session: Session, clock: Clock, user: str = "1", **changes: Any) -> Member:
    """A member who prefers Telegram, has WhatsApp too and allowed it."""
    member = add_member(session, clock, user, **({"fallback": True} | changes))
    session.add(
        MemberAddress(channel="whatsapp", user=user, member_id=member.id, preferred=False, created_at=clock.now())
    )
    session.flush()
    return member


def send(session: Session, clock: Clock, channel: str, broadcast: int, **fate: Any) -> list[int]:
    """Claim what waits there and settle all of it like this; returns the rows."""
    found = claim(session, channel, broadcast, 0, 100, "foreman", clock.now())
    outcomes = [Outcome(row.id, **({"state": OutboxState.REFUSED} | fate)) for row in found.rows]
    settle(session, outcomes, "foreman", clock.now())
    return [row.id for row in found.rows]


def rows(session: Session) -> list[tuple[str, str, str]]:
    session.expire_all()
    return [(row.channel, row.state, row.reason) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def redirected(session: Session, ids: list[int]) -> bool:
    """Whether they wait on WhatsApp now, whoever redirected them."""
    redirect(session, ids, CHANNELS)
    return all(channel == "whatsapp" and state == "queued" for channel, state, _reason in rows(session))


def test_the_same_row_goes_to_the_other_address(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        member = with_two(session, clock)
        broadcast = add_broadcast(session, clock)
        ids = send(session, clock, "telegram", broadcast, reason="blocked", detail="bot was blocked", unreachable=True)
        assert redirected(session, ids)
        row = session.scalars(select(OutboxRow)).one()
        there = session.scalars(select(MemberAddress.id).where(MemberAddress.channel == "whatsapp")).one()
        assert (row.id, row.member_id, row.address_id, row.reason, row.detail) == (ids[0], member.id, there, "", "")
        assert (row.token, row.attempts, row.doubts, row.external_id, row.settled_at) == ("", 0, 0, "", None)
        assert send(session, clock, "whatsapp", broadcast, state=OutboxState.SENT, external_id="SM1") == ids
        assert rows(session) == [("whatsapp", "sent", "")]

    database.transact(story)


def test_it_ends_with_the_last_address(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        with_two(session, clock)
        broadcast = add_broadcast(session, clock)
        ids = send(session, clock, "telegram", broadcast, reason="blocked", unreachable=True)
        redirect(session, ids, CHANNELS)
        send(session, clock, "whatsapp", broadcast, reason="not_found", unreachable=True)
        assert redirect(session, ids, CHANNELS) == []
        assert rows(session) == [("whatsapp", "refused", "not_found")]

    database.transact(story)


def test_who_is_known_to_be_unreachable_is_written_to_on_the_other(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        with_two(session, clock)
        session.scalars(select(MemberAddress).where(MemberAddress.preferred)).one().unreachable = "blocked"
        session.flush()
        broadcast = add_broadcast(session, clock)
        assert send(session, clock, "telegram", broadcast) == []
        assert redirected(session, list(session.scalars(select(OutboxRow.id))))

    database.transact(story)


@pytest.mark.parametrize(
    "changes", [{"fallback": False}, {"stopped_at": True}, {"consented_at": None}], ids=["not allowed", "stop", "no"]
)
def test_nobody_is_written_to_who_does_not_want_it(database: Database, clock: Clock, changes: dict[str, Any]) -> None:
    def story(session: Session) -> None:
        member = with_two(session, clock)
        broadcast = add_broadcast(session, clock)
        found = claim(session, "telegram", broadcast, 0, 100, "foreman", clock.now())
        for name, value in changes.items():
            setattr(member, name, clock.now() if name == "stopped_at" else value)
        session.flush()
        settle(session, [Outcome(row.id, OutboxState.REFUSED, "blocked", unreachable=True) for row in found.rows],
               "foreman", clock.now())  # fmt: skip
        assert redirect(session, [row.id for row in found.rows], CHANNELS) == []
        assert rows(session) == [("telegram", "refused", "blocked")]

    database.transact(story)


def test_what_failed_for_another_reason_stays(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        with_two(session, clock)
        broadcast = add_broadcast(session, clock)
        ids = send(session, clock, "telegram", broadcast, reason="content")
        assert redirect(session, ids, CHANNELS) == []
        assert rows(session) == [("telegram", "refused", "content")]

    database.transact(story)


def test_a_cancelled_broadcast_goes_nowhere_else(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        with_two(session, clock)
        broadcast = add_broadcast(session, clock)
        found = claim(session, "telegram", broadcast, 0, 100, "foreman", clock.now())
        session.get_one(Broadcast, broadcast).state = BroadcastState.CANCELLED
        session.flush()
        settle(session, [Outcome(found.rows[0].id, OutboxState.REFUSED, "blocked", unreachable=True)], "foreman",
               clock.now())  # fmt: skip
        assert redirect(session, [found.rows[0].id], CHANNELS) == []

    database.transact(story)


def test_only_connected_channels_and_only_those_who_have_two(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        with_two(session, clock, "1")
        add_member(session, clock, "2", fallback=True)
        with_two(session, clock, "3")
        broadcast = add_broadcast(session, clock)
        found = claim(session, "telegram", broadcast, 0, 100, "foreman", clock.now())
        ids = [row.id for row in found.rows]
        for row in session.scalars(select(OutboxRow)):
            row.state, row.reason = OutboxState.REFUSED, "blocked"
        for address in session.scalars(select(MemberAddress).where(MemberAddress.preferred)):
            address.unreachable = "blocked"
        session.flush()
        assert redirect(session, ids, ["telegram"]) == []
        assert redirect(session, ids, CHANNELS) == [ids[0], ids[2]]
        assert redirect(session, ids, CHANNELS) == []
        assert rows(session) == [("whatsapp", "queued", ""), ("telegram", "refused", "blocked"),
                                 ("whatsapp", "queued", "")]  # fmt: skip

    database.transact(story)
