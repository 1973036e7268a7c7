"""Broadcasts: whoever is on a messenger that is not connected is told of in the report, and holds nothing up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.clock import Clock
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.delivery import tally
from storage.newsletters import Newsletter
from tests.storage.people import add_member
from tests.workers.platform import Platform


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
