"""Correcting what was sent: copies change where they are, the others hear of it, who waits gets the new text."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.core.locale import short_date
from bot.core.messages import Attachment, Kind
from storage.broadcasts import Broadcast
from storage.members import Member
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow
from storage.staff import AuditEntry, Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.admin.test_after_missed import over, states
from tests.handlers.admin.test_sending import sends
from tests.handlers.people import both_shapes, sqlite_alone

FILE = Attachment("document", "sha256:" + "0" * 64, "plan.pdf", "application/pdf", 10)


def state(office: Office, broadcast_id: int) -> str:
    return office.database.transact(lambda session: session.get_one(Broadcast, broadcast_id).state)


def day(office: Office, language: str = "en") -> str:
    return short_date(office.clock.now().astimezone(office.network.zone).date(), language)


async def corrects(owner: Person, text: str, broadcast_id: int = 1) -> str:
    await forges(owner, f"correct:{broadcast_id}")
    await owner.says(text)
    return await owner.picks("Correct it now")


async def test_copies_change_in_place_and_others_get_a_short_message(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", "education")
    leyla = office.member("numbers", "3")
    await sends(owner, "Tuesday at 10", 3)
    await over(office)
    seen = [len(boris.screen), len(leyla.screen)]
    today = day(office)
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Correct it")
    assert owner.sees == (
        "This is the text in English now. Send me all of it as it should be, or skip it to leave it as it is.\n\n"
        "Tuesday at 10"
    )
    await owner.says("Wednesday at 10")
    preview = "".join(owner.heard)
    why = f"You receive this as a member of {office.network.name['en']}."
    assert f"in place of the old text:\nWednesday at 10\n\n{why}" in preview
    assert f"as a message of its own:\nCorrection to our message of {today}:\n\nWednesday at 10\n\n{why}" in preview
    here = 2 if owner.channel == "demo-telegram" else 1
    effect = (
        f"{here} {'copies are' if here > 1 else 'copy is'} changed in place.\n"
        f"{3 - here} member{' gets' if here == 2 else 's get'} the correction as a new message."
    )
    assert preview.endswith(f"Correct it now?\n{effect}")
    await owner.picks("Correct it now")
    assert owner.heard[-1].endswith(f"It is being corrected.\n{effect}")
    await over(office)
    assert [boris.screen[-1].text.split("\n")[0], len(boris.screen)] == ["Wednesday at 10", seen[0]]
    assert boris.screen[-1].options == ["Stop all messages"]
    assert leyla.screen[-1].text == f"Correction to our message of {today}:\n\nWednesday at 10\n\n{why}"
    assert len(leyla.screen) == seen[1] + 1
    assert "Corrected: “Wednesday at 10”" in "\n".join(owner.heard)
    assert states(office, 2) == {("sent", ""): 3}
    assert state(office, 1) == "done"


@sqlite_alone
async def test_who_waits_gets_the_new_text_at_once(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    leyla = office.member("numbers", "3")
    await sends(owner, "Tuesday at 10", 3)
    await office.broadcasts.tick()
    others = update(OutboxRow).where(OutboxRow.broadcast_id == 1, OutboxRow.channel != boris.channel)
    later = others.values(not_before=office.clock.now() + timedelta(hours=1))
    office.database.transact(lambda session: session.execute(later))
    await office._deliver_lane(boris.channel, 1)
    already = len(boris.screen)
    said = await corrects(owner, "Wednesday at 10")
    late = 2 if owner.channel != "demo-telegram" else 1
    waiting = (
        f"{late} member{' who has' if late == 1 else 's who have'} not got it yet get{'s' * (late == 1)} the new text."
    )
    assert said.split("\n")[-1] == waiting
    assert [state(office, number) for number in (1, 2)] == ["paused", "sending"]
    office.database.transact(lambda session: session.execute(others.values(not_before=None)))
    await office._deliver_lane(leyla.channel, 1)
    assert leyla.screen == []
    await over(office, 3)
    assert [len(boris.screen), boris.screen[-1].text.split("\n")[0]] == [already, "Wednesday at 10"]
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["Wednesday at 10"]
    assert [state(office, number) for number in (1, 2)] == ["done", "done"]


@sqlite_alone
async def test_it_does_not_begin_while_a_message_is_on_its_way(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    await sends(owner, "Tuesday at 10", 2)
    await over(office)
    of = update(OutboxRow).where(OutboxRow.broadcast_id == 1, OutboxRow.member_id == office.id_of(boris))
    fired = update(Broadcast).values(state="sending", finished_at=None)
    office.database.transact(lambda session: [session.execute(one) for one in (fired, of.values(state="sending"))])
    await corrects(owner, "Wednesday at 10")
    await office.tick()
    assert (state(office, 1), office.queued(2)) == ("paused", 0)
    goes_on = "It goes on by itself, as soon as its correction is on its way."
    assert (await forges(owner, "broadcast:1:resume")).split("\n")[0] == goes_on
    office.database.transact(lambda session: session.execute(of.values(state="sent")))
    await over(office, 3)
    assert (state(office, 1), office.queued(2)) == ("done", 2)
    assert boris.screen[-1].text.split("\n")[0] == "Wednesday at 10"


@sqlite_alone
async def test_one_paused_by_hand_stays_paused_and_a_cancelled_correction_lets_go(
    office: Office, owner: Person
) -> None:
    office.member("numbers", "3")
    await sends(owner, "Tuesday at 10", 2)
    await forges(owner, "broadcast:1:pause")
    await corrects(owner, "Wednesday at 10")
    await office.tick()
    assert state(office, 1) == "paused"
    await forges(owner, "broadcast:1:resume")
    moving = update(OutboxRow).where(OutboxRow.broadcast_id == 1).values(state="sending")
    office.database.transact(lambda session: session.execute(moving))
    await corrects(owner, "Thursday at 10")
    await office.broadcasts.tick()
    await forges(owner, "broadcast:3:cancel_now")
    assert state(office, 1) == "paused"


@sqlite_alone
async def test_only_readers_of_a_text_that_changed_hear_of_it(office: Office, owner: Person) -> None:
    rashad = office.member("buttons", "2", language="az")
    nargiz = office.member("buttons", "3", language="ru")
    await drafts(owner, "Tuesday")
    await owner.picks("Add: Azərbaycanca")
    await owner.says("Çərşənbə axşamı")
    await owner.picks("Send", "Send to 3 members")
    await over(office)
    await forges(owner, "correct:1")
    assert owner.sees.split("\n\n")[-1] == "Tuesday"
    await owner.says("Wednesday")
    assert owner.sees.split("\n\n")[-1] == "Çərşənbə axşamı"
    await owner.picks("Skip")
    await owner.picks("Correct it now")
    await over(office)
    assert [seen.text.split("\n")[0] for seen in (rashad.screen[-1], nargiz.screen[-1])] == [
        "Çərşənbə axşamı",
        "Wednesday",  # who has no text of their own reads the first
    ]
    assert office.queued(2) == 2


@sqlite_alone
async def test_nothing_written_is_nothing_changed(office: Office, owner: Person) -> None:
    await sends(owner, "Tuesday at 10", 1)
    await over(office)
    await forges(owner, "correct:1")
    assert (await owner.picks("Skip")) == "All right, nothing was changed."
    await forges(owner, "correct:1")
    assert (await owner.picks("Cancel")) == "All right, nothing was changed."
    said = await corrects(owner, "Tuesday at 10")
    assert said == "All right, nothing was changed."
    assert office.database.transact(lambda session: session.get(Broadcast, 2)) is None


@sqlite_alone
async def test_what_would_not_fit_is_not_taken(office: Office, owner: Person) -> None:
    await sends(owner, "Tuesday at 10", 1)
    await over(office)
    await forges(owner, "correct:1")
    said = await owner.says("a" * 1590)
    assert said.split("\n")[0].endswith("Please shorten it.")
    assert office.database.transact(lambda session: session.get_one(Newsletter, 1).texts) == {"en": "Tuesday at 10"}


@sqlite_alone
@both_shapes
async def test_the_file_stays_and_the_caption_changes(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    leyla = office.member("numbers", "3")
    file = office.files.store(b"plan")
    await sends(owner, "Tuesday at 10", 3)
    with_file = {"kind": "document", "file": file, "name": "plan.pdf", "mime": "application/pdf", "size": 4}
    attached = update(Newsletter).values(attachment=with_file)
    office.database.transact(lambda session: session.execute(attached))
    await over(office)
    await forges(owner, "correct:1")
    assert (await owner.sends(Kind.FILE, attachment=FILE)).split("\n")[0] == (
        "I cannot do anything with a file here. Please write your answer."
    )
    await owner.says("Wednesday at 10")
    await owner.picks("Correct it now")
    await over(office)
    assert boris.screen[-1].outbound.attachment == Attachment(**with_file)  # type: ignore[arg-type]
    assert boris.screen[-1].text.split("\n")[0] == "Wednesday at 10"
    assert leyla.screen[-1].outbound.attachment is None
    assert leyla.screen[-1].text.split("\n")[0] == f"Correction to our message of {day(office)}:"


@sqlite_alone
@both_shapes
async def test_a_second_correction_changes_the_same_copies(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2")
    await sends(owner, "Tuesday", 2)
    await over(office)
    copies = len(boris.screen)
    for text in ("Wednesday", "Thursday"):
        await corrects(owner, text)
        await over(office)
        assert [len(boris.screen), boris.screen[-1].text.split("\n")[0]] == [copies, text]
    assert states(office, 3) == {("sent", ""): 2}


@sqlite_alone
async def test_who_left_or_deleted_their_copy_is_told_of_in_words(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris")
    office.member("buttons", "3", name="Leyla")
    await sends(owner, "Tuesday", 3)
    await over(office)
    boris.screen.clear()
    left = update(Member).where(Member.name == "Leyla").values(stopped_at=office.clock.now())
    office.database.transact(lambda session: session.execute(left))
    await corrects(owner, "Wednesday")
    await over(office)
    assert boris.screen == []
    assert states(office, 2) == {("sent", ""): 1, ("refused", "uneditable"): 1, ("skipped", "left"): 1}
    report = next(seen for seen in reversed(owner.screen) if "Who has only" in seen.text).text.split("\n")
    assert report[-3:] == [
        "Who has only the old text",
        "Boris: their copy cannot be changed any more: it is too old, or they deleted it",
        "Leyla: said stop, or left, before it was sent",
    ]


@sqlite_alone
async def test_it_is_written_down_who_corrected_what(office: Office, owner: Person, shape: str) -> None:
    await sends(owner, "Tuesday", 1)
    await over(office)
    await corrects(owner, "Wednesday")
    entry = select(AuditEntry).where(AuditEntry.action == "broadcast.correct")
    found = office.database.transact(lambda session: session.scalars(entry).one())
    assert (found.actor_id, found.detail) == (office.id_of(owner), {"broadcast": 1, "languages": ["en"]})
    await owner.says("/audit")
    assert "corrected “Wednesday”" in owner.sees
    other = office.staff(shape, "9", Role.FOCAL_POINT, topics=["education"])
    await forges(owner, "correct:1")
    await forges(other, f"staff_dismiss_now:{office.id_of(owner)}")
    assert office.role_of(owner) == ("owner", [])


@sqlite_alone
async def test_rights_are_looked_at_again_at_the_last_tap(office: Office, owner: Person, shape: str) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR)
    await sends(owner, "Tuesday", 2)
    await over(office)
    office.clock.advance(timedelta(minutes=1))
    await forges(coordinator, "correct:1")
    await coordinator.says("Wednesday")
    await forges(owner, f"staff_dismiss_now:{office.id_of(coordinator)}")
    await coordinator.picks("Correct it now")
    assert office.database.transact(lambda session: session.get(Broadcast, 2)) is None
