"""Whom a correction, a recall or another try goes to: the rows of what they follow, and nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.spreading import write_next
from bot.core.clock import Clock
from storage import corrections, followups, recalls, retries
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.copies import Copies, copies_of
from storage.database import Database
from storage.members import MemberAddress
from storage.merging import detach
from storage.outbox import OutboxRow
from tests.storage.people import add_broadcast, add_member
from tests.workers.platform import Platform

EDITS = {"telegram"}
DELETES = {"telegram": timedelta(hours=48)}


def sent_to(session: Session, clock: Clock, fates: dict[str, dict[str, Any]]) -> int:
    """A broadcast with one member for each fate, by user; what is not said is a message that arrived on Telegram."""
    for user, fate in fates.items():
        language = fate.pop("language", "en")
        add_member(session, clock, user, channel=fate.get("channel", "telegram"), language=language)
    broadcast_id = add_broadcast(session, clock)
    rows = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id == broadcast_id).order_by(OutboxRow.id))
    arrived = {"state": "sent", "settled_at": clock.now()}
    for row, (user, fate) in zip(rows.all(), fates.items(), strict=True):
        for name, value in (arrived | {"external_id": f"m{user}"} | fate).items():
            setattr(row, name, value)
    session.flush()
    return broadcast_id


def follow(session: Session, clock: Clock, original_id: int, kind: BroadcastKind, **changes: Any) -> Broadcast:
    values = {"newsletter_id": 1, "kind": kind, "original_id": original_id, "state": BroadcastState.SENDING,
              "audience": {}, "created_at": clock.now(), "fired_at": clock.now()}  # fmt: skip
    follower = Broadcast(**(values | changes))
    session.add(follower)
    session.flush()
    return follower


def written(session: Session, broadcast_id: int) -> list[tuple[Any, ...]]:
    columns = (OutboxRow.member_id, OutboxRow.edits, OutboxRow.state, OutboxRow.reason)
    rows = session.execute(select(*columns).where(OutboxRow.broadcast_id == broadcast_id).order_by(OutboxRow.id))
    return [tuple(row) for row in rows]


def correct(session: Session, clock: Clock, original_id: int, **changes: Any) -> int:
    correction = follow(session, clock, original_id, BroadcastKind.CORRECTION, **changes)
    while corrections.write_correction(session, correction, EDITS, clock.now()):
        pass
    return correction.id


def recall(session: Session, clock: Clock, original_id: int) -> int:
    taken_back = follow(session, clock, original_id, BroadcastKind.RECALL)
    while recalls.write_recall(session, taken_back, DELETES, clock.now()):
        pass
    return taken_back.id


def in_one(database: Database, story: Callable[[Session], None]) -> None:
    database.transact(story)


FATES: dict[str, dict[str, Any]] = {
    "1": {},
    "2": {"state": "read"},
    "3": {"channel": "whatsapp"},
    "4": {"state": "doubt", "external_id": "", "doubts": 2},
    "5": {"state": "refused", "reason": "blocked", "external_id": ""},
    "6": {"state": "skipped", "reason": "left", "external_id": ""},
    "7": {"state": "queued", "settled_at": None, "external_id": ""},
    "8": {"state": "queued", "settled_at": None, "external_id": "", "doubts": 1},
    "9": {"state": "held", "settled_at": None, "external_id": "", "channel": "whatsapp"},
}


def fates() -> dict[str, dict[str, Any]]:
    return {user: dict(fate) for user, fate in FATES.items()}


def test_a_correction_changes_copies_and_writes_to_those_whose_copy_cannot_change(
    database: Database, clock: Clock
) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, fates())
        assert written(session, correct(session, clock, original)) == [
            (1, 1, "queued", ""),
            (2, 2, "queued", ""),
            (3, None, "queued", ""),
            (4, None, "queued", ""),
            (8, None, "queued", ""),
        ]

    in_one(database, story)


def test_it_goes_to_readers_of_the_languages_that_changed(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {"language": "az"}, "2": {"language": "ru"}, "3": {"language": "en"}})
        correction = correct(session, clock, original, audience={"languages": ["ru", "en"]})
        assert written(session, correction) == [(2, 2, "queued", ""), (3, 3, "queued", "")]

    in_one(database, story)


def test_whoever_waits_for_an_earlier_correction_gets_no_second_one(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}, "2": {"channel": "whatsapp"}})
        first = correct(session, clock, original)
        session.get_one(OutboxRow, 3).state = "sent"
        assert written(session, correct(session, clock, original)) == [(1, 1, "queued", "")]
        session.get_one(Broadcast, first).state = BroadcastState.CANCELLED
        assert written(session, correct(session, clock, original))[-1] == (2, None, "queued", "")

    in_one(database, story)


@pytest.mark.parametrize("fate", [{"state": "sending"}, {"doubts": 1}])
def test_whoever_may_be_getting_an_earlier_correction_gets_the_next_one_too(
    database: Database, clock: Clock, fate: dict[str, Any]
) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}, "2": {"channel": "whatsapp"}})
        first = correct(session, clock, original)
        row = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id == first, OutboxRow.member_id == 2)).one()
        for name, value in fate.items():
            setattr(row, name, value)
        session.flush()
        second = follow(session, clock, original, BroadcastKind.CORRECTION)
        assert not followups.in_flight(session, second, ["telegram", "whatsapp"])
        recall = follow(session, clock, original, BroadcastKind.RECALL)
        assert followups.in_flight(session, recall, ["telegram", "whatsapp"]) == (row.state == "sending")
        corrections.write_correction(session, second, EDITS, clock.now())
        assert written(session, second.id) == [(2, None, "queued", "")]

    in_one(database, story)


def test_a_message_that_says_other_things_too_stays_as_it_is(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}, "2": {"carrier": 99}, "3": {}})
        session.get_one(OutboxRow, 2).address_id = 1
        session.get_one(OutboxRow, 2).carrier = 1
        session.flush()
        assert written(session, correct(session, clock, original)) == [
            (1, None, "queued", ""), (2, None, "queued", ""), (3, 3, "queued", "")
        ]  # fmt: skip
        assert written(session, recall(session, clock, original)) == [
            (1, None, "skipped", "undeletable"), (2, None, "skipped", "undeletable"), (3, 3, "queued", "")
        ]  # fmt: skip

    in_one(database, story)


def test_a_recall_has_a_row_for_everybody_who_may_have_it(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        old = clock.now() - timedelta(hours=48)
        original = sent_to(session, clock, fates() | {"10": {"settled_at": old}})
        gone = "skipped", "undeletable"
        assert written(session, recall(session, clock, original)) == [
            (1, 1, "queued", ""),
            (2, 2, "queued", ""),
            (3, None, *gone),
            (4, None, *gone),
            (8, None, *gone),
            (10, None, *gone),
        ]

    in_one(database, story)


def test_whoever_was_erased_is_counted_among_those_out_of_reach(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}, "2": {}})
        erased = session.get_one(OutboxRow, 2)
        erased.member_id, erased.address_id, erased.external_id = None, None, ""
        session.flush()
        assert written(session, recall(session, clock, original)) == [
            (1, 1, "queued", ""), (None, None, "skipped", "undeletable")
        ]  # fmt: skip
        assert written(session, correct(session, clock, original)) == [(1, 1, "queued", "")]

    in_one(database, story)


@pytest.mark.parametrize("slice_", [1, 2, 3])
def test_rows_are_written_slice_by_slice_each_once(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, slice_: int
) -> None:
    monkeypatch.setattr(followups, "SLICE", slice_)

    def story(session: Session) -> None:
        original = sent_to(session, clock, {str(user): {} for user in range(1, 6)})
        once = [(user, user, "queued", "") for user in range(1, 6)]
        assert written(session, correct(session, clock, original)) == once
        assert written(session, recall(session, clock, original)) == once

    in_one(database, story)


def test_what_they_would_do_is_counted_before(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        on_its_way = {"state": "sending", "settled_at": None, "external_id": ""}
        original = sent_to(session, clock, fates() | {"10": on_its_way, "11": on_its_way | {"channel": "whatsapp"}})
        assert corrections.correctable(session, original, {}, EDITS) == [
            Copies("telegram", "here", 3), Copies("telegram", "there", 2), Copies("telegram", "waiting", 1),
            Copies("whatsapp", "there", 2), Copies("whatsapp", "waiting", 1),
        ]  # fmt: skip
        assert recalls.deletable(session, original, DELETES, clock.now()) == [
            Copies("telegram", "here", 3), Copies("telegram", "there", 2), Copies("telegram", "waiting", 1),
            Copies("whatsapp", "there", 2), Copies("whatsapp", "waiting", 1),
        ]  # fmt: skip

    in_one(database, story)


def test_nothing_begins_while_a_message_is_on_its_way(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {"state": "sending"}, "2": {}})
        correction = follow(session, clock, original, BroadcastKind.CORRECTION)
        assert followups.in_flight(session, correction, ["telegram"])
        assert not followups.in_flight(session, correction, ["whatsapp"])
        session.get_one(OutboxRow, 1).state = "sent"
        assert not followups.in_flight(session, correction, ["telegram"])

    in_one(database, story)


def test_a_file_that_follows_is_part_of_what_is_on_its_way_and_is_kept_once_it_is_taken_back(
    database: Database, clock: Clock
) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}, "2": {}})
        for text, state in ((1, "sending"), (2, "queued")):
            file = {"channel": "telegram", "language": "en", "created_at": clock.now(), "state": state}
            session.add(OutboxRow(**file, key=f"file:{text}", address_id=text, member_id=text, follows=text))
        recall = follow(session, clock, original, BroadcastKind.RECALL)
        assert not write_next(session, recall, {"telegram": Platform()}, clock.now())
        session.get_one(OutboxRow, 3).state = "sent"
        assert write_next(session, recall, {"telegram": Platform()}, clock.now())
        session.expire_all()
        fates = [(row.state, row.reason) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
        assert fates[2:4] == [("sent", ""), ("skipped", "recalled")]

    in_one(database, story)


def test_a_message_is_known_with_what_followed_it(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        sent_to(session, clock, {"1": {}, "2": {}, "3": {"state": "doubt", "external_id": ""}})
        file = {"channel": "telegram", "language": "en", "created_at": clock.now(), "state": "sent"}
        session.add(OutboxRow(**file, key="file:1", address_id=1, member_id=1, follows=1, external_id="f1"))
        session.flush()
        assert copies_of(session, {1: 1, 2: 2, 3: 3}) == {1: ("m1", "f1"), 2: ("m2",)}
        assert copies_of(session, {}) == {}

    in_one(database, story)


def test_a_correction_that_is_a_message_of_its_own_is_taken_back_with_what_it_corrects(
    database: Database, clock: Clock
) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {"doubts": 1, "state": "queued", "external_id": ""}, "2": {}})
        correct(session, clock, original)
        sent = select(OutboxRow).where(OutboxRow.member_id == 1).order_by(OutboxRow.id)
        for row, name in zip(session.scalars(sent), ("m1", "c1"), strict=True):
            row.state, row.external_id = "sent", name
        session.flush()
        assert copies_of(session, {1: 1, 2: 2}) == {1: ("m1", "c1"), 2: ("m2",)}

    in_one(database, story)


def test_another_try_puts_back_only_what_was_missed_for_those_reasons(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followups, "SLICE", 2)

    def story(session: Session) -> None:
        tries = {"state": "refused", "reason": "tries", "attempts": 5, "detail": "no", "carrier": 1}
        rung = {"rung_at": clock.now(), "bell_id": "b", "expires_at": clock.now(), "tried_at": clock.now()}
        original = sent_to(session, clock, fates() | {"10": dict(tries), "11": tries | {"doubts": 1},
                           "12": {"state": "skipped", "reason": "window", **rung}})  # fmt: skip
        before = {row.id: (row.state, row.reason) for row in session.scalars(select(OutboxRow))}
        broadcast, after = session.get_one(Broadcast, original), 0
        looks = 0
        while (last := retries.put_back(session, broadcast, ["tries", "window"], after)) is not None:
            after, looks = last, looks + 1
        assert looks == 6
        session.expire_all()
        for row in session.scalars(select(OutboxRow)):
            if row.id < 10:
                assert (row.state, row.reason) == before[row.id]
                continue
            assert (row.state, row.reason, row.detail if row.id < 12 else "", row.attempts) == ("queued", "", "", 0)
            assert (row.not_before, row.settled_at, row.expires_at, row.bell_id) == (None, None, None, "")
            assert (row.doubts, row.carrier) == ((1, 1) if row.id == 11 else (0, None))
            assert row.external_id == f"m{row.id}"

    in_one(database, story)


def test_what_changes_a_message_stays_with_the_address_that_has_it(database: Database, clock: Clock) -> None:
    def story(session: Session) -> None:
        original = sent_to(session, clock, {"1": {}})
        here = session.get_one(MemberAddress, 1)
        rest = MemberAddress(channel="whatsapp", user="11", member_id=1, preferred=False, created_at=clock.now())
        session.add(rest)
        session.flush()
        correction = correct(session, clock, original)
        detach(session, here, rest, clock.now())
        session.expire_all()
        row = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id == correction)).one()
        assert (row.channel, row.address_id) == ("telegram", None)

    in_one(database, story)
