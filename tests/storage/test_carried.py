"""A file at a messenger is wanted, taken by one at a time, tried ever more rarely, and in the end here or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import carried
from storage.carried import LATEST, LEASE, PATIENCE, SOONEST, CarriedFile
from storage.database import Database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HERE = ("telegram", "whatsapp")
POSTER, LETTER = "telegram:AgAC_1", "whatsapp:MM1/ME1"
STORED = "sha256:" + "0" * 64

T = TypeVar("T")


def look(database: Database, remote: str = POSTER) -> tuple[str, str, int, datetime | None]:
    def read(session: Session) -> tuple[str, str, int, datetime | None]:
        file = carried.resolve(session, [remote])[remote]
        return file.stored, file.failure, file.tries, file.again_at

    return database.transact(read)


def want(database: Database, *remotes: str, at: datetime = NOW) -> None:
    for remote in remotes:
        database.transact(lambda session, remote=remote: carried.want(session, remote, at))  # type: ignore[misc]


def take(database: Database, at: datetime = NOW, channels: tuple[str, ...] = HERE) -> str | None:
    def both(session: Session) -> str | None:
        due = carried.due(session, channels, at)
        taken = carried.take(session, channels, at)
        assert due or taken is None
        return taken

    return database.transact(both)


def does(database: Database, work: Callable[[Session], T]) -> T:
    return database.transact(work)


def test_each_is_taken_by_one_at_a_time(database: Database) -> None:
    want(database, POSTER)
    want(database, LETTER, at=NOW + timedelta(seconds=1))
    later = NOW + timedelta(seconds=2)
    assert [take(database, later) for _ in range(3)] == [POSTER, LETTER, None]
    assert look(database) == ("", "", 1, later + LEASE)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_at_once_take_different_ones(database: Database) -> None:
    want(database, POSTER, LETTER)
    with Session(database.engine) as first, first.begin(), Session(database.engine) as second, second.begin():
        assert {carried.take(first, HERE, NOW), carried.take(second, HERE, NOW)} == {POSTER, LETTER}
        assert carried.take(second, HERE, NOW) is None


def test_what_a_dead_process_took_is_anybodys_again(database: Database) -> None:
    want(database, POSTER)
    assert take(database) == POSTER
    assert take(database, NOW + LEASE - timedelta(seconds=1)) is None
    assert take(database, NOW + LEASE) == POSTER


def test_only_files_of_the_channels_here_are_taken(database: Database) -> None:
    want(database, POSTER, "demo-telegram:1", "telegramX:1")
    assert take(database, channels=("whatsapp",)) is None
    assert take(database, channels=()) is None
    assert [take(database, channels=("telegram",)) for _ in range(2)] == [POSTER, None]


def test_one_that_is_here_is_not_fetched_again(database: Database) -> None:
    want(database, POSTER)
    take(database)
    does(database, lambda session: carried.keep(session, POSTER, STORED))
    want(database, POSTER, at=NOW + timedelta(hours=1))
    does(database, lambda session: carried.give_up(session, POSTER, "gone"))
    does(database, lambda session: carried.postpone(session, POSTER, NOW))
    assert look(database) == (STORED, "", 1, None)
    assert take(database, NOW + timedelta(days=9)) is None


def test_tries_grow_rarer_and_end_after_a_day(database: Database) -> None:
    want(database, POSTER)
    waits, now = [], NOW
    while take(database, now) is not None:
        does(database, lambda session, now=now: carried.postpone(session, POSTER, now))  # type: ignore[misc]
        again = look(database)[3]
        assert again is not None
        waits.append(again - now)
        now = again
    assert waits[:4] == [SOONEST, 2 * SOONEST, 4 * SOONEST, 8 * SOONEST]
    assert waits[-1] == LATEST
    assert PATIENCE < now - NOW < PATIENCE + LATEST + SOONEST
    assert look(database)[:2] == ("", "away")


def test_after_days_without_the_bot_it_is_tried_all_the_same(database: Database) -> None:
    want(database, POSTER)
    assert take(database, NOW + timedelta(days=3)) == POSTER


def test_nothing_waits_for_a_messenger_that_is_not_connected(database: Database) -> None:
    want(database, POSTER)
    assert take(database, NOW + PATIENCE, channels=("whatsapp",)) is None
    assert look(database)[1] == ""
    assert take(database, NOW + PATIENCE + timedelta(seconds=1), channels=("whatsapp",)) is None
    assert look(database)[1] == "away"


def test_one_that_was_given_up_is_tried_anew_when_it_is_sent_again(database: Database) -> None:
    want(database, POSTER)
    take(database)
    does(database, lambda session: carried.give_up(session, POSTER, "gone"))
    assert look(database) == ("", "gone", 1, None)
    again = NOW + timedelta(hours=1)
    want(database, POSTER, at=again)
    assert look(database) == ("", "", 0, again)


def test_what_nothing_mentions_is_forgotten_with_its_bytes_but_not_what_others_share(database: Database) -> None:
    shared = "sha256:" + "1" * 64
    want(database, "telegram:old", "telegram:twin", "telegram:kept")
    want(database, "telegram:new", at=NOW + timedelta(hours=2))
    for remote, stored in (("old", STORED), ("twin", shared), ("kept", shared), ("new", "sha256:" + "2" * 64)):
        does(database, lambda session, r=remote, s=stored: carried.keep(session, f"telegram:{r}", s))  # type: ignore[misc]

    def forget(session: Session) -> tuple[list[str], list[str]]:
        gone = carried.forget(session, {"telegram:kept"}, NOW + timedelta(hours=1))
        return gone, sorted(session.scalars(select(CarriedFile.remote)))

    assert does(database, forget) == ([STORED], ["telegram:kept", "telegram:new"])


def test_a_stored_file_that_is_mentioned_by_itself_keeps_its_bytes(database: Database) -> None:
    want(database, POSTER)
    does(database, lambda session: carried.keep(session, POSTER, STORED))
    later = NOW + timedelta(hours=1)
    assert does(database, lambda session: carried.forget(session, {STORED}, later)) == []
