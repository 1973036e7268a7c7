"""Time to think again: a broadcast waits, its card counts down, and until it leaves it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.network import Network
from storage.broadcasts import Broadcast, in_state
from storage.broadcasts import BroadcastState as State
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import sqlite_alone


@pytest.fixture
def network(network: Network) -> Network:
    return replace(network, manners=replace(network.manners, undo=timedelta(seconds=90)))


async def sends(person: Person, text: str = "Good news") -> None:
    await drafts(person, text)
    await person.picks("Send", "Send to 2 members")


async def passes(office: Office, seconds: int) -> None:
    office.clock.advance(timedelta(seconds=seconds))
    await office.tick()


async def test_it_leaves_when_the_time_is_over(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await drafts(owner, "Good news")
    await owner.picks("Send")
    assert owner.sees.split("\n\n")[-1] == (
        "Each gets one message. It leaves after 1 min 30 secs; until then you can take it back. "
        "What has not left yet can be paused or cancelled."
    )
    await owner.picks("Send to 2 members")
    heard = "\n\n".join(owner.heard).split("\n")
    assert heard[:2] == ["About to leave: “Good news”", "It leaves in 1 min 30 secs."]
    assert heard[-1] == "All right. It goes to 2 members."
    await passes(office, 85)
    assert (office.queued(), leyla.screen) == (0, [])
    await passes(office, 10)
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["Good news"]


async def test_the_card_counts_down_where_it_can_be_changed(office: Office, owner: Person, shape: str) -> None:
    office.member("numbers", "2")
    await sends(owner)
    shown = []
    for _ in range(6):
        owner.news.clear()
        await passes(office, 15)
        shown += [seen.text.split("\n")[1] for seen in owner.news if seen.text.startswith("About")]
    assert shown == ([f"It leaves in {left}." for left in ("1 min 15 secs", "1 min", "45 secs", "30 secs", "15 secs")]
                     if shape == "buttons" else [])  # fmt: skip
    cards = [seen.text.split("\n")[0] for seen in owner.screen if "“Good news”" in seen.text]
    assert cards == ["On its way: “Good news”" if shape == "buttons" else "About to leave: “Good news”"]


async def test_undo_brings_the_draft_back(office: Office, owner: Person, shape: str) -> None:
    office.member("numbers", "2")
    await sends(owner)
    await passes(office, 30)
    await owner.picks("Undo sending")
    assert owner.sees.split("\n")[:3] == [
        "All right, it was not sent to anybody. It is a draft again.",
        "",
        "Your newsletter, not sent yet",
    ]
    assert [seen.text for seen in owner.screen if "About to leave" in seen.text and shape == "buttons"] == []
    await passes(office, 300)
    assert office.queued() == 0
    await owner.picks("Send", "Send to 2 members")
    assert (await forges(owner, "planned:1:now")).split(":")[0] == "This is not there any more"
    await passes(office, 91)
    assert (office.queued(1), office.queued(2)) == (0, 2)


async def test_send_now_does_not_wait(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await sends(owner)
    await owner.picks("Send now")
    assert owner.sees.split("\n")[:3] == ["All right, it leaves now.", "", "On its way: “Good news”"]
    await office.tick()
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["Good news"]
    for step in ("undo", "now", "later", "at:1"):
        assert (await forges(owner, f"planned:1:{step}")).split("\n")[0] == "It is too late for that: it has left."


@sqlite_alone
async def test_a_restart_changes_nothing(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await sends(owner)
    later = await office.restarted()
    later.clock.advance(timedelta(seconds=91))
    await later.broadcasts.tick()
    assert office.queued() == 2


@sqlite_alone
async def test_what_waits_to_leave_cannot_be_edited_nor_sent_twice(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await sends(owner)
    for option in ("draft:1", "draft_text:1:en", "send:1", "send_now:1:2", "draft_delete_now:1", "urgent_off:1"):
        said = await forges(owner, option)
        assert said == "This newsletter is on its way out and cannot be changed. Take it back first."
    await owner.picks("See where it stands")
    assert owner.options == ["Undo sending", "Send now", "All newsletters"]
    for step in ("pause", "resume", "cancel", "cancel_now", "file"):
        assert (await forges(owner, f"broadcast:1:{step}")).split("\n")[0] == "About to leave: “Good news”"


@sqlite_alone
async def test_what_a_colleague_takes_back_its_author_hears_of(office: Office, owner: Person, shape: str) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR, name="Leyla")
    await sends(owner)
    owner.news.clear()
    await forges(coordinator, "planned:1:undo")
    told = next(seen for seen in owner.news if "took it back" in seen.text)
    assert told.text.split("\n")[:2] == [
        "About to leave: “Good news”",
        "Leyla took it back before it was sent. It is a draft again.",
    ]
    assert not any("took it back" in heard for heard in coordinator.heard)
    await forges(owner, "planned:1:now")
    assert owner.sees.split(":")[0] == "This is not there any more"
    await forges(owner, "draft:1")
    assert owner.sees.split("\n")[0] == "Your newsletter, not sent yet"


@sqlite_alone
async def test_a_role_taken_back_stops_it(office: Office, owner: Person, shape: str) -> None:
    """Nobody may undo what is not theirs; what its author may not send any more, those who run the network decide."""
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    office.member("numbers", "2", "education")
    await drafts(focal, "Good news")
    await focal.picks("Send", "Send to 1 member")
    stranger = office.staff(shape, "6", Role.FOCAL_POINT, topics=["health"])
    assert (await forges(stranger, "planned:1:undo")).split(".")[0] == "I do not find this newsletter among yours"
    await forges(owner, f"staff_dismiss_now:{office.id_of(focal)}")
    assert (await forges(focal, "planned:1:now")).split(".")[0] == "This is not open to you"
    owner.news.clear()
    await passes(office, 91)
    assert office.queued() == 0
    assert owner.sees.split("\n")[2] == "Whoever planned it may not send it any more."
    await forges(owner, "planned:1:now")
    await office.tick()
    assert office.queued() == 1
    mine = office.database.transact(lambda session: session.get_one(Broadcast, 1).author_id)
    assert mine == office.id_of(owner)


@sqlite_alone
async def test_taps_on_an_old_card_get_an_answer(office: Office, owner: Person) -> None:
    for option in ("planned:7:undo", "planned:x:now", "planned", "planned:9999999999999999:at:1", "planned:1:at:99"):
        assert (await forges(owner, option)).split(":")[0] == "This is not there any more"
    assert office.database.transact(lambda session: in_state(session, *State)) == []
