"""Corrections close upon each other, or upon another try: what they correct goes on, with the new text alone."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import broadcasts, correcting, retrying
from bot.core.clock import Clock
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from tests.storage.people import add_broadcast, add_member
from tests.workers.platform import Platform

CHANNELS = {"telegram": Platform()}


class Desk:
    """One broadcast to two members, of whom the second still waits for it."""

    def __init__(self, session: Session, clock: Clock, network: Network) -> None:
        self._session, self._clock, self._network = session, clock, network
        for user in ("1", "2"):
            add_member(session, clock, user)
        self.original = session.get_one(Broadcast, add_broadcast(session, clock, "Tuesday"))
        self.reaches(1, state="sent", external_id="m1", settled_at=clock.now())

    def reaches(self, row: int, **fate: object) -> None:
        self._session.execute(update(OutboxRow).where(OutboxRow.id == row).values(**fate))

    def corrects(self, text: str) -> Broadcast:
        author = self._session.get_one(MemberAddress, 1)
        texts = {"en": Markup(text)}
        return correcting.correct(self._session, self.original, texts, author, self._network, self._clock.now())

    def updates(self, text: str) -> Broadcast:
        return correcting.update(self._session, self.original, {"en": Markup(text)}, self._clock.now())

    def changes(self, *updates: Broadcast) -> list[tuple[int | None, int | None]]:
        """Whose copies they change."""
        theirs = OutboxRow.broadcast_id.in_(each.id for each in updates)
        rows = self._session.scalars(select(OutboxRow).where(theirs).order_by(OutboxRow.id))
        return [(row.member_id, row.edits) for row in rows]

    def ticks(self, *followed: Broadcast) -> None:
        for each in (self.original, *followed):
            while broadcasts.advance(self._session, each.id, CHANNELS, self._clock.now()):
                pass

    def retries(self) -> int:
        return retrying.retry(self._session, self.original, {"tries"}, 1, self._clock.now())


@pytest.mark.parametrize("both", [True, False])
def test_two_corrections_in_a_row_let_what_they_correct_go_on(
    database: Database, clock: Clock, network: Network, both: bool
) -> None:
    def story(session: Session) -> None:
        desk = Desk(session, clock, network)
        first, second = desk.corrects("Wednesday"), desk.corrects("Thursday")
        assert desk.original.state == BroadcastState.PAUSED
        if not both:
            assert broadcasts.cancel(session, second.id, 1, clock.now())
        desk.ticks(first, second)
        assert desk.original.state == BroadcastState.SENDING

    database.transact(story)


def test_nobody_is_tried_again_until_it_is_known_who_has_the_old_text(
    database: Database, clock: Clock, network: Network
) -> None:
    def story(session: Session) -> None:
        desk = Desk(session, clock, network)
        desk.reaches(2, state="refused", reason="tries", settled_at=clock.now())
        assert broadcasts.finish(session, desk.original.id, clock.now())
        correction = desk.corrects("Wednesday")
        assert desk.retries() == 0
        desk.ticks(correction)
        assert desk.retries() == 1

    database.transact(story)


def test_quick_edits_change_each_copy_once(database: Database, clock: Clock, network: Network) -> None:
    def story(session: Session) -> None:
        desk = Desk(session, clock, network)
        first, second = desk.updates("Wednesday"), desk.updates("Thursday")
        assert second is first
        assert desk.original.state == BroadcastState.PAUSED
        desk.ticks(first)
        assert desk.changes(first) == [(1, 1)]
        assert session.get_one(Newsletter, desk.original.newsletter_id).texts["en"] == "Thursday"
        assert desk.original.state == BroadcastState.SENDING

    database.transact(story)


def test_an_edit_after_the_copies_were_changed_changes_them_again(
    database: Database, clock: Clock, network: Network
) -> None:
    def story(session: Session) -> None:
        desk = Desk(session, clock, network)
        first = desk.updates("Wednesday")
        desk.ticks(first)
        desk.reaches(3, state="sent", settled_at=clock.now())
        second = desk.updates("Thursday")
        desk.ticks(second)
        assert desk.changes(first, second) == [(1, 1), (1, 1)]

    database.transact(story)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_edit_while_another_process_begins_an_update_is_one_of_its_own(
    database: Database, clock: Clock, network: Network
) -> None:
    def sent(session: Session) -> tuple[int, int]:
        desk = Desk(session, clock, network)
        desk.reaches(2, state="sent", external_id="m2", settled_at=clock.now())
        assert broadcasts.finish(session, desk.original.id, clock.now())
        return desk.original.id, desk.updates("Wednesday").id

    original_id, first_id = database.transact(sent)

    def edit(session: Session) -> int:
        original = session.get_one(Broadcast, original_id)
        return correcting.update(session, original, {"en": Markup("Thursday")}, clock.now()).id

    def begin(session: Session) -> Future[int]:
        assert broadcasts.advance(session, first_id, CHANNELS, clock.now())
        editing = others.submit(database.transact, edit)
        assert wait([editing], timeout=0.3).done == set()
        return editing

    with ThreadPoolExecutor() as others:
        assert database.transact(begin).result() > first_id


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_edit_and_an_update_that_lets_the_original_go_on_come_one_after_the_other(
    database: Database, clock: Clock, network: Network
) -> None:
    def begun(session: Session) -> tuple[int, int]:
        desk = Desk(session, clock, network)
        first = desk.updates("Wednesday")
        assert broadcasts.advance(session, first.id, CHANNELS, clock.now())
        return desk.original.id, first.id

    original_id, first_id = database.transact(begun)

    def ends(session: Session) -> bool:
        return broadcasts.advance(session, first_id, CHANNELS, clock.now())

    def edits(session: Session) -> Future[bool]:
        original = session.get_one(Broadcast, original_id, with_for_update=True)
        ending = others.submit(database.transact, ends, attempts=1)  # a deadlock would be raised
        assert wait([ending], timeout=0.3).done == set()
        correcting.update(session, original, {"en": Markup("Thursday")}, clock.now())
        return ending

    with ThreadPoolExecutor() as others:
        assert database.transact(edits, attempts=1).result() is True
