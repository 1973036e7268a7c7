"""Telling somebody something unasked: it may wait for their morning, and then they must still want to hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.messages import tell
from bot.core.clock import Clock
from bot.core.messages import Outbound
from storage.claims import claim
from storage.database import Database
from storage.outbox import OutboxRow
from tests.storage.people import add_member


@pytest.mark.parametrize("stops", [True, False])
def test_whoever_says_stop_before_the_morning_is_told_nothing(database: Database, clock: Clock, stops: bool) -> None:
    def story(session: Session) -> None:
        member, now = add_member(session, clock, "1"), clock.now()
        morning = now + timedelta(hours=9)
        assert tell(session, member.id, Outbound(Markup("A place is free")), "offer:1", now, not_before=morning)
        assert claim(session, "telegram", None, 0, 9, "foreman", now).rows == []
        member.stopped_at = now if stops else None
        session.flush()
        found = claim(session, "telegram", None, 0, 9, "foreman", morning)
        session.expire_all()
        row = session.get_one(OutboxRow, 1)
        assert (len(found.rows), row.state, row.reason) == ((0, "skipped", "left") if stops else (1, "sending", ""))

    database.transact(story)
