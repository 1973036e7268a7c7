"""Broadcasts: who does not get one any more is told of in the report, and holds nothing up."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.clock import Clock
from storage import fanout, lanes
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.delivery import tally
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from tests.storage.people import add_broadcast, add_member
from tests.workers.platform import Platform


def test_what_another_process_did_meanwhile_counts(database: Database, clock: Clock) -> None:
    """Whoever pauses or cancels has looked at it before, and another process may have ended it since."""

    def story(session: Session) -> None:
        now = clock.now()
        add_member(session, clock, "1")
        broadcast = session.get_one(Broadcast, add_broadcast(session, clock))
        ended = update(Broadcast).values(state=BroadcastState.CANCELLED)
        session.execute(ended, execution_options={"synchronize_session": False})
        assert broadcast.state == BroadcastState.SENDING
        assert not broadcasts.pause(session, broadcast.id, None, "", now)
        assert not broadcasts.cancel(session, broadcast.id, None, now)
        assert broadcast.state == BroadcastState.CANCELLED

    database.transact(story)


def test_members_on_a_closed_channel_are_skipped_with_a_reason(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        now = clock.now()
        add_member(session, clock, "1", channel="telegram")
        add_member(session, clock, "2", channel="demo-telegram")
        newsletter = Newsletter(source="en", texts={"en": "News"}, audience={}, created_at=now)
        session.add(newsletter)
        session.flush()
        broadcast = Broadcast(
            newsletter_id=newsletter.id, state=BroadcastState.SENDING, audience={}, created_at=now, fired_at=now
        )
        session.add(broadcast)
        session.flush()
        while broadcasts.advance(session, broadcast.id, {"telegram": Platform()}, now):
            pass
        counted = sorted((one.state, one.reason, one.rows) for one in tally(session, broadcast.id))
        assert counted == [("queued", "", 1), ("skipped", "closed", 1)]

    database.transact(story)


@pytest.mark.parametrize("state", [BroadcastState.SENDING, BroadcastState.CANCELLED])
def test_what_was_left_in_flight_on_a_closed_channel_is_in_doubt(
    database: Database, clock: Clock, state: BroadcastState
) -> None:
    def story(session: Session) -> None:
        add_member(session, clock, "1", channel="demo-telegram")
        key = add_broadcast(session, clock)
        session.get_one(Broadcast, key).state = state
        session.execute(update(OutboxRow).values(state="sending", token="gone"))
        lanes.lease(session, "demo-telegram", "gone", clock.now())
        assert not broadcasts.advance(session, key, {"telegram": Platform()}, clock.now())
        assert not broadcasts.finish(session, key, clock.now())
        lanes.release(session, "demo-telegram", "gone")
        assert not broadcasts.advance(session, key, {"telegram": Platform()}, clock.now())
        assert broadcasts.finish(session, key, clock.now())
        assert [(one.state, one.twice, one.rows) for one in tally(session, key)] == [("doubt", True, 1)]

    database.transact(story)


def test_what_is_of_no_use_any_more_is_skipped_a_slice_at_a_time(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SLICE", 2)

    def story(session: Session) -> None:
        for user in range(5):
            add_member(session, clock, str(user))
        key = add_broadcast(session, clock)
        session.get_one(Broadcast, key).expires_at = clock.now()
        left = []
        going_on = True
        while going_on:
            going_on = broadcasts.advance(session, key, {"telegram": Platform()}, clock.now())
            left.append(sum(one.rows for one in tally(session, key) if one.state == "queued"))
        assert left == [3, 1, 0]

    database.transact(story)
