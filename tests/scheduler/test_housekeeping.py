"""Files that were brought from a messenger go when nothing mentions them any more, and no others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.messages import Address, Attachment, Inbound, Kind, Outbound
from scheduler.housekeeping import Housekeeping
from storage import carried
from storage.conversations import save_conversation
from storage.database import Database
from storage.files import Files
from storage.inbox import receive
from storage.members import find_address
from storage.newsletters import Newsletter
from storage.outbox import enqueue
from tests.storage.people import add_member

POSTER = Attachment("photo", "telegram:AgAC", mime="image/jpeg")


def in_a_draft(session: Session, clock: Clock) -> None:
    session.add(Newsletter(source="en", texts={}, attachment=asdict(POSTER), audience={}, created_at=clock.now()))


def in_what_came_in(session: Session, clock: Clock) -> None:
    said = Inbound(Address("telegram", "1"), "7", Kind.FILE, attachment=POSTER)
    receive(session, [{"channel": "telegram", "external_id": "7", "user": "1", "payload": said.to_json(),
                       "received_at": clock.now()}])  # fmt: skip


def in_what_goes_out(session: Session, clock: Clock) -> None:
    member = add_member(session, clock, "1")
    payload = Outbound(Markup("Look"), attachment=POSTER).to_json()
    row = {"key": "turn:1:0", "channel": "telegram", "address_id": 1, "member_id": member.id, "language": "en",
           "payload": payload, "created_at": clock.now()}  # fmt: skip
    enqueue(session, [row])


def in_an_open_question(session: Session, clock: Clock) -> None:
    add_member(session, clock, "1")
    address = find_address(session, "telegram", "1")
    assert address is not None
    save_conversation(session, address.id, {"stack": [{"answers": {"written": {"attachment": asdict(POSTER)}}}]})


def only_in_words(session: Session, clock: Clock) -> None:
    texts = {"en": '"file": "telegram:AgAC"'}
    session.add(Newsletter(source="en", texts=texts, attachment=None, audience={}, created_at=clock.now()))


def nowhere(_session: Session, _clock: Clock) -> None:
    """It was a draft's, and the draft is deleted."""


def _old(path: Path) -> Path:
    then = time.time() - 2 * 86_400
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize(
    ("mention", "stays"),
    [
        (in_a_draft, True),
        (in_what_came_in, True),
        (in_what_goes_out, True),
        (in_an_open_question, True),
        (only_in_words, False),
        (nowhere, False),
    ],
)
async def test_a_file_stays_as_long_as_something_mentions_it(
    database: Database, clock: Clock, files: Files, mention: Callable[[Session, Clock], None], *, stays: bool
) -> None:
    stored, ours = files.store(b"poster"), files.store(b"a report")
    await database.run(lambda session: carried.want(session, POSTER.file, clock.now()))
    await database.run(lambda session: carried.keep(session, POSTER.file, stored))
    await database.run(lambda session: mention(session, clock))
    keeping = Housekeeping(database, clock, files)
    for file in (stored, ours):
        _old(files.path(file))
    await keeping.clean()
    assert files.path(stored).exists()  # it was wanted just now
    clock.advance(timedelta(days=1, seconds=1))
    await keeping.clean()
    assert (files.path(stored).exists(), files.path(ours).exists()) == (stays, True)
    known = await database.read(lambda session: carried.resolve(session, [POSTER.file]))
    assert list(known) == ([POSTER.file] if stays else [])


async def test_bytes_that_were_stored_again_stay(database: Database, clock: Clock, files: Files) -> None:
    stored = files.store(b"poster")
    await database.run(lambda session: carried.want(session, POSTER.file, clock.now()))
    await database.run(lambda session: carried.keep(session, POSTER.file, stored))
    clock.advance(timedelta(days=2))
    await Housekeeping(database, clock, files).clean()
    assert files.path(stored).exists()


async def test_what_a_kill_left_half_written_goes(
    database: Database, clock: Clock, files: Files, tmp_path: Path
) -> None:
    files.store(b"poster")
    half, new = tmp_path / "files" / "tmpabc", tmp_path / "files" / "tmpdef"
    for path in (half, new):
        path.write_bytes(b"po")
    _old(half)
    await Housekeeping(database, clock, files).clean()
    assert (half.exists(), new.exists()) == (False, True)
