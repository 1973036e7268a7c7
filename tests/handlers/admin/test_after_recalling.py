"""Taking a newsletter back: copies go where they can, it is said where they cannot, and nothing more of it is sent."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from io import StringIO

from sqlalchemy import select, update

from storage.broadcasts import Broadcast
from storage.members import Member
from storage.outbox import OutboxRow
from storage.staff import AuditEntry
from tests.chat import SHAPES, Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.test_after_correcting import corrects, state
from tests.handlers.admin.test_after_missed import over, states
from tests.handlers.admin.test_sending import sends
from tests.handlers.people import both_shapes, sqlite_alone


async def test_copies_are_deleted_and_the_report_adds_up(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    leyla = office.member("numbers", "3", name="Leyla")
    await sends(owner, "Bad news", 3)
    await over(office)
    assert [len(boris.screen), len(leyla.screen)] == [1, 1]
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Take it back")
    here = 2 if owner.channel == boris.channel else 1
    effect = [f"{here} cop{'ies are' if here > 1 else 'y is'} deleted."]
    if owner.channel in {leyla.channel, boris.channel}:
        kept = 3 - here
        stays = f"{kept} cop{'y stays' if kept == 1 else 'ies stay'}"
        effect += [f"{SHAPES['numbers'].label}: {stays}, because messages cannot be deleted there."]
    else:
        effect += [
            f"{label}: 1 copy stays, because messages cannot be deleted there."
            for label in (SHAPES["numbers"].label, SHAPES["whatsapp"].label)
        ]
    asked = ["Take “Bad news” back?", *effect, "Nobody is told about it. This cannot be undone."]
    assert owner.sees == "\n".join(asked)
    await owner.picks("Yes, take it back")
    assert "\n".join(owner.heard).endswith("\n".join(["It is being taken back.", *effect]))
    await over(office)
    assert [len(boris.screen), len(leyla.screen)] == [0, 1]
    assert states(office, 2) == {("sent", ""): here, ("skipped", "undeletable"): 3 - here}
    report = next(seen.text for seen in reversed(owner.screen) if "Who still has it" in seen.text).split("\n")
    assert report[:2] == [
        "Taken back: “Bad news”",
        f"Deleted: {here} of 3. Left where they are: {3 - here}. Refused: 0. In doubt: 0.",
    ]
    gone = "their copy cannot be deleted any more, or their messenger lets nobody do that"
    assert f"Leyla: {gone}" in report


@sqlite_alone
async def test_who_has_not_got_it_never_does(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    leyla = office.member("numbers", "3")
    await sends(owner, "Bad news", 3)
    await office.broadcasts.tick()
    others = update(OutboxRow).where(OutboxRow.broadcast_id == 1, OutboxRow.channel != boris.channel)
    later = others.values(not_before=office.clock.now() + timedelta(hours=1))
    office.database.transact(lambda session: session.execute(later))
    await office._deliver_lane(boris.channel, 1)
    await forges(owner, "recall:1")
    late = 1 if owner.channel == boris.channel else 2
    spared = f"{late} member{'s have' if late > 1 else ' has'} not got it yet, and will not."
    assert spared in owner.sees.split("\n")
    await owner.picks("Yes, take it back")
    await over(office)
    assert [boris.screen, leyla.screen] == [[], []]
    assert states(office, 1) == {("sent", ""): 3 - late, ("skipped", "recalled"): late}
    assert states(office, 2) == {("sent", ""): 3 - late}
    assert [state(office, number) for number in (1, 2)] == ["cancelled", "done"]
    await forges(owner, f"retry:1:recalled:{late}")
    assert owner.sees.split("\n")[0] == "The number has changed meanwhile."
    assert not [option for option in owner.options if option.startswith("Try")]


@sqlite_alone
async def test_it_goes_to_those_too_who_said_stop_since(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris")
    await sends(owner, "Bad news", 2)
    await over(office)
    left = update(Member).where(Member.name == "Boris").values(stopped_at=office.clock.now())
    office.database.transact(lambda session: session.execute(left))
    await forges(owner, "recall_now:1")
    await over(office)
    assert boris.screen == []


@sqlite_alone
async def test_its_words_are_its_own_when_it_is_stopped_and_in_the_file(office: Office, owner: Person) -> None:
    office.member("buttons", "2")
    office.member("numbers", "3")
    await sends(owner, "Bad news", 3)
    await over(office)
    await forges(owner, "recall_now:1")
    await office.broadcasts.tick()
    here = 2 if owner.channel == "demo-telegram" else 1
    keep = f"{here} member{'s keep' if here > 1 else ' keeps'} it."
    assert await forges(owner, "broadcast:2:cancel") == f"Stop taking it back? {keep}"
    assert owner.options == ["Yes, stop", "No, let it be"]
    assert "Go on" in (await forges(owner, "broadcast:2:pause") and owner.options)
    await forges(owner, "broadcast:2:resume")
    await over(office)
    await forges(owner, "broadcast:2:file")
    assert owner.file is not None
    table = office.files.path(owner.file.file).read_bytes().decode("utf-8-sig")
    fates = Counter(row[4] for row in csv.reader(StringIO(table)))
    assert fates == {"What became of it": 1, "deleted": here, "left where it is": 3 - here}


@sqlite_alone
async def test_what_is_too_old_stays(office: Office, owner: Person) -> None:
    office.member("buttons", "2")
    await sends(owner, "Bad news", 2)
    await over(office)
    office.clock.advance(timedelta(hours=48))
    await forges(owner, "recall:1")
    assert owner.sees.split("\n")[-1] == "So there is nothing that could be taken back."
    assert owner.options == ["Correct it", "Back to the newsletter"]
    mine = 2 if owner.channel == "demo-telegram" else 1
    stays = "copies stay, because they are" if mine == 2 else "copy stays, because it is"
    line = f"Telegram (demo): {mine} {stays} older than 48 hours or cannot be told from other messages."
    assert line in owner.sees.split("\n")


@sqlite_alone
@both_shapes
async def test_a_bubble_that_is_gone_already_is_deleted_and_one_who_blocked_us_is_named(
    office: Office, owner: Person
) -> None:
    boris = office.member("buttons", "2", name="Boris")
    office.member("buttons", "3", name="Leyla").blocking = False
    await sends(owner, "Bad news", 3)
    await over(office)
    boris.screen.clear()
    office.people["demo-telegram", "3"].blocking = True
    await forges(owner, "recall_now:1")
    await over(office)
    found = states(office, 2)
    assert found["refused", "blocked"] == 1
    assert sum(found.values()) == 3


@sqlite_alone
async def test_nothing_of_it_is_sent_corrected_or_taken_back_again(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    await sends(owner, "Bad news", 2)
    await over(office)
    await corrects(owner, "Better news")
    await forges(owner, "recall_now:1")
    assert [state(office, number) for number in (1, 2, 3)] == ["cancelled", "cancelled", "sending"]
    await over(office, 3)
    await owner.says("/broadcasts")
    assert [option.partition(", ")[2] for option in owner.options] == [
        "sent: taking back Better news",
        "taken back: correction of Better news",
        "taken back: Better news",
    ]
    assert boris.screen == []
    assert (await forges(owner, "recall_now:1")) == "This newsletter was taken back already."
    assert (await forges(owner, "correct:1")).split(",")[0] == "This newsletter was taken back"
    await forges(owner, "broadcast:1")
    assert owner.sees.split("\n")[-1] == "This newsletter was taken back already."
    assert [option for option in owner.options if option in {"Correct it", "Take it back"}] == []
    await forges(owner, "broadcast:2")
    assert owner.options[-2:] == ["Back to the newsletter", "All newsletters"]
    assert office.database.transact(lambda session: session.get(Broadcast, 4)) is None


@sqlite_alone
async def test_a_report_that_came_does_not_come_again(office: Office, owner: Person) -> None:
    office.member("buttons", "2")
    await sends(owner, "Bad news", 2)
    await over(office)
    await forges(owner, "recall_now:1")
    await over(office, 3)
    reports = [seen.text for seen in owner.screen if seen.text.startswith(("Cancelled", "Finished", "Taken back"))]
    assert [text for text in reports if text.startswith("Cancelled")] == []


@sqlite_alone
async def test_it_is_written_down_who_took_it_back(office: Office, owner: Person) -> None:
    office.member("buttons", "2")
    await sends(owner, "Bad news", 2)
    await over(office)
    await forges(owner, "recall_now:1")
    entry = select(AuditEntry).where(AuditEntry.action == "broadcast.recall")
    found = office.database.transact(lambda session: session.scalars(entry).one())
    assert (found.actor_id, found.detail) == (office.id_of(owner), {"broadcast": 1})
    await owner.says("/audit")
    assert "took “Bad news” back" in owner.sees
