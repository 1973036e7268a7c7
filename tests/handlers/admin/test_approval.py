"""A second person's approval, asked of everyone who may give it; nobody approves their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastState
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import sqlite_alone


@pytest.fixture
def network(network: Network) -> Network:
    manners = replace(network.manners, approval=True, undo=timedelta(seconds=90))
    return replace(network, manners=manners)


@pytest.fixture
def second(office: Office, owner: Person, shape: str) -> Person:
    del owner  # who comes first
    return office.staff(shape, "2", Role.COORDINATOR, name="Leyla")


def state(office: Office) -> str:
    return office.database.transact(lambda session: session.get_one(Broadcast, 1).state)


async def asks(person: Person, text: str = "Good news") -> None:
    await drafts(person, text)
    await person.picks("Send", "Ask for approval")


async def test_it_leaves_once_somebody_has_agreed(office: Office, owner: Person, second: Person, shape: str) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send")
    assert owner.sees.split("\n\n")[-1] == (
        "Each gets one message. A second person must agree before it leaves. I will ask: Leyla. "
        "What has not left yet can be paused or cancelled."
    )
    await owner.picks("Ask for approval")
    heard = "\n\n".join(owner.heard).split("\n")
    assert heard[:2] == ["Waiting for approval: “Good news”", "A second person must agree before it leaves."]
    assert heard[-1] == "I have asked Leyla. It waits until one of them agrees."
    shown = "\n\n".join(seen.text for seen in second.screen).split("\n")
    assert shown[0] == "Good news"
    assert shown[-3:] == [
        "Aysel asks you to agree to this newsletter.",
        "It goes to: 2 members",
        "everybody who agreed to receive messages",
    ]
    office.clock.advance(timedelta(minutes=5))
    await office.tick()
    assert (state(office), office.queued()) == (BroadcastState.WAITING, 0)
    owner.news.clear()
    await second.picks("Approve")
    assert second.sees == "Thank you. It leaves in a moment."
    assert owner.sees.split("\n")[:3] == [
        "About to leave: “Good news”",
        "Leyla agreed to it.",
        "It leaves in 1 min 30 secs.",
    ]
    assert owner.options == ([] if shape == "numbers" else ["Undo sending", "Send now"])
    asked = [seen for seen in owner.screen if seen.text == "Approved: “Good news”"]
    assert [seen.options for seen in asked] == ([[]] if shape == "buttons" else [])
    office.clock.advance(timedelta(seconds=91))
    await office.tick()
    assert office.queued() == 2


async def test_whoever_declines_says_why(office: Office, owner: Person, second: Person) -> None:
    await asks(owner)
    owner.news.clear()
    await second.picks("Reject")
    assert second.sees == "What should be changed? The author gets your words."
    await second.says("The date is wrong")
    assert second.sees == "Thank you. The author gets your words, and it is a draft again."
    told = next(seen for seen in owner.news if seen.text.startswith("Not approved"))
    assert told.text.split("\n")[:4] == [
        "Not approved: “Good news”",
        "Leyla did not agree to it:",
        "The date is wrong",
        "It is a draft again. Please change it and send it once more.",
    ]
    await forges(owner, "draft:1")
    assert owner.sees.split("\n")[0] == "Your newsletter, not sent yet"
    assert (await forges(second, "approve:1")) == "The author has taken it back, or somebody has decided already."
    await owner.picks("Send", "Ask for approval")
    await forges(second, "approve:2")
    office.clock.advance(timedelta(seconds=91))
    await office.tick()
    assert office.queued(2) == 2


async def test_it_stands_in_the_list_of_whoever_may_decide(office: Office, owner: Person, second: Person) -> None:
    await asks(owner)
    await second.says("/broadcasts")
    assert second.options[0] == "Please decide: Good news"
    await second.picks("Please decide: Good news")
    assert second.options == ["Approve", "Reject"]
    await second.picks("Reject", "Cancel")
    assert "All right, nothing was decided." in "\n".join(second.heard).split("\n")
    await second.picks("Approve")
    await second.says("/broadcasts")
    assert second.options[0].endswith("about to leave: Good news")
    del office


@sqlite_alone
async def test_the_word_alone_means_the_only_one_that_waits(office: Office, owner: Person, second: Person) -> None:
    await second.says("APPROVE")
    assert second.sees == "Nobody is waiting for your answer at the moment."
    await asks(owner)
    await second.says("approve")
    assert second.sees == "Thank you. It leaves in a moment."
    for text in ("First", "Second"):
        await asks(owner, text)
    await second.says("REJECT")
    assert second.sees == "Please write it together with the numbers that stand in the message."
    await second.says("REJECT 3")
    assert second.sees == "What should be changed? The author gets your words."
    del office


async def test_the_author_takes_it_back(office: Office, owner: Person, second: Person) -> None:
    await asks(owner)
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1")
    assert owner.options == ["Withdraw it", "All newsletters"]
    await owner.picks("Withdraw it")
    assert owner.sees.split("\n")[0] == "All right, it was not sent to anybody. It is a draft again."
    for option in ("approve:1", "reject:1", "approval:1"):
        assert (await forges(second, option)) == "The author has taken it back, or somebody has decided already."
    assert office.queued() == 0


@sqlite_alone
async def test_nobody_approves_their_own_nor_more_than_they_may_send(
    office: Office, owner: Person, second: Person, shape: str
) -> None:
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    await asks(owner)
    refusal = "Somebody else must decide this: nobody approves their own, and each only what they may send."
    for person in (owner, focal):
        for option in ("approve:1", "reject:1", "approval:1"):
            assert (await forges(person, option)) == refusal
        await forges(person, "planned:1:now")
    assert (state(office), focal.options) == (BroadcastState.WAITING, [])
    await second.picks("Reject")
    await forges(owner, f"staff_dismiss_now:{office.id_of(second)}")
    assert (await second.says("No")).split(".")[0] != "Thank you"
    assert (await forges(second, "approve:1")).split(".")[0] == "This is not open to you"
    assert state(office) == BroadcastState.WAITING


@sqlite_alone
async def test_a_text_of_mine_sent_by_another_is_still_mine(office: Office, owner: Person, second: Person) -> None:
    await drafts(owner, "Good news")
    await forges(second, "send:1")
    assert second.sees.split("\n")[0].startswith("A second person must agree to it, and at the moment I can reach")
    third = office.staff("buttons", "9", Role.OWNER, name="Boris")
    await forges(second, "send:1")
    await second.picks("Ask for approval")
    assert second.sees.split("\n")[-1] == "I have asked Boris. It waits until one of them agrees."
    del third


@sqlite_alone
async def test_where_nobody_else_could_it_does_not_hang(office: Office, owner: Person) -> None:
    await drafts(owner, "Good news")
    for option in ("send:1", "send_now:1:1"):
        assert (await forges(owner, option)).split("\n")[0] == (
            "A second person must agree to it, and at the moment I can reach nobody else who may. Please ask an owner "
            "or a coordinator to write to me once, or to give somebody a role."
        )
    assert office.database.transact(lambda session: session.get(Broadcast, 1)) is None


@sqlite_alone
async def test_a_topic_alone_may_ask_for_it(office: Office, owner: Person, second: Person, shape: str) -> None:
    health, *_ = (topic for topic in office.network.topics if topic.key == "health")
    topics = tuple(replace(topic, approval=topic is health) for topic in office.network.topics)
    network = replace(office.network, manners=replace(office.network.manners, approval=False), topics=topics)
    office.converse._network = network  # the same office under another rule
    office.member("numbers", "7", "education", "health")
    one, two = (office.staff(shape, user, Role.FOCAL_POINT, topics=["health"], name=user) for user in ("5", "6"))
    await drafts(owner, "To all")
    await owner.picks("Send")
    assert owner.options[0] == "Ask for approval"
    await drafts(one, "To mine")
    await one.picks("Send", "Ask for approval")
    assert one.sees.split("\n")[-1] == "I have asked Aysel, Leyla and 6. It waits until one of them agrees."
    assert (await two.picks("Approve")) == "Thank you. It leaves in a moment."
    assert (await second.picks("Approve")) == "Thank you, somebody has agreed to it already."


@sqlite_alone
async def test_past_its_hour_it_goes_on_waiting_and_its_author_hears_so(
    office: Office, owner: Person, second: Person
) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("in 3 hours")
    await owner.picks("Ask for approval")
    office.clock.advance(timedelta(hours=3, minutes=1))
    for _ in range(2):
        owner.news.clear()
        await office.tick()
    assert owner.news == []
    told = [seen.text.split("\n") for seen in owner.screen if "Nobody has agreed" in seen.text]
    assert [lines[0] for lines in told] == ["Waiting for approval: “Good news”"]
    assert told[0][1].startswith("It should have left on ")
    assert told[0][2] == "Nobody has agreed to it yet. It leaves as soon as somebody does."
    assert (await forges(second, "approve:1")) == "Thank you. It leaves in a moment."
    assert (state(office), office.queued()) == (BroadcastState.HELD, 0)
    office.clock.advance(timedelta(seconds=91))
    await office.tick()
    assert office.queued() == 2


@sqlite_alone
async def test_the_author_on_another_messenger_is_still_the_author(office: Office, owner: Person, shape: str) -> None:
    await drafts(owner, "Good news")
    office.staff(shape, "2", Role.COORDINATOR, name="Leyla")
    other = office.person("numbers" if shape == "buttons" else "buttons", "77")

    def link(session: Session) -> None:
        session.add(
            MemberAddress(channel=other.channel, user=other.user, member_id=office._find(session, owner).id,
                          preferred=False, created_at=office.clock.now(), last_inbound_at=office.clock.now())
        )  # fmt: skip

    office.database.transact(link)
    await owner.picks("Send", "Ask for approval")
    refusal = "Somebody else must decide this: nobody approves their own, and each only what they may send."
    assert (await forges(other, "approve:1")) == refusal
    assert (await other.says("APPROVE")) == "Nobody is waiting for your answer at the moment."
    assert state(office) == BroadcastState.WAITING


async def corrects(office: Office, owner: Person, second: Person) -> None:
    """What was approved and sent is to say something else."""
    await asks(owner)
    await forges(second, "approve:1")
    office.clock.advance(timedelta(seconds=91))
    await office.tick()
    await forges(owner, "correct:1")
    await owner.says("Better news")
    assert "".join(owner.heard).split("\n")[-1] == "A second person must agree before it leaves."
    await owner.picks("Correct it now")
    assert owner.sees.split("\n")[-1] == "I have asked Leyla. It waits until one of them agrees."
    assert text(office) == "Good news"


def text(office: Office) -> str:
    return office.database.transact(lambda session: str(session.get_one(Newsletter, 1).texts["en"]))


async def test_a_correction_waits_for_a_second_person_as_well(office: Office, owner: Person, second: Person) -> None:
    await corrects(office, owner, second)
    refusal = "Somebody else must decide this: nobody approves their own, and each only what they may send."
    assert (await forges(owner, "approve:2")) == refusal
    await second.says("/broadcasts")
    await second.picks("Please decide: Good news")
    heard = "\n\n".join(second.heard).split("\n")
    assert (heard[0], heard[-3:-1]) == (
        "Better news",
        ["Aysel asks you to agree to this correction.", "It goes to: 2 members"],
    )
    assert (await second.picks("Approve")) == "Thank you. It leaves in a moment."
    assert owner.screen[-1].text.split("\n")[0] == "Correction on its way: “Better news”"
    await office.tick()
    assert (text(office), office.queued(3)) == ("Better news", 2)
    assert (await forges(second, "approve:2")) == "The author has taken it back, or somebody has decided already."


@sqlite_alone
async def test_a_correction_can_be_declined_or_withdrawn(office: Office, owner: Person, second: Person) -> None:
    await corrects(office, owner, second)
    owner.news.clear()
    await forges(second, "reject:2")
    assert (await second.says("Why?")) == "Thank you. The author gets your words, and nothing is changed."
    told = next(seen for seen in owner.news if seen.text.startswith("Not approved"))
    assert told.text.split("\n")[:4] == [
        "Not approved: “Good news”",
        "Leyla did not agree to it:",
        "Why?",
        "It stays as it was.",
    ]
    await forges(owner, "correct:1")
    await owner.says("Other news")
    await owner.picks("Correct it now", "See where it stands", "Withdraw it")
    assert owner.sees.split("\n")[0] == "All right, nothing was changed."
    known = select(Broadcast.id).order_by(Broadcast.id)
    assert (text(office), office.database.transact(lambda session: [*session.scalars(known)])) == ("Good news", [1])
    assert "withdrew the correction of “Good news”" in (await owner.says("/audit")).split("\n")[1]


@sqlite_alone
async def test_what_is_taken_back_is_not_corrected_any_more(office: Office, owner: Person, second: Person) -> None:
    await corrects(office, owner, second)
    await forges(owner, "recall_now:1")
    assert (await forges(second, "approve:2")) == "This newsletter was taken back, so there is nothing to correct."
    assert text(office) == "Good news"


@sqlite_alone
async def test_where_nobody_else_could_it_is_not_corrected(office: Office, owner: Person, second: Person) -> None:
    await asks(owner)
    await forges(second, "approve:1")
    office.clock.advance(timedelta(seconds=91))
    await office.tick()
    await forges(owner, f"staff_dismiss_now:{office.id_of(second)}")
    await forges(owner, "correct:1")
    await owner.says("Better news")
    await owner.picks("Correct it now")
    assert owner.sees.startswith("A second person must agree to it, and at the moment I can reach nobody else")
    assert (text(office), owner.options) == ("Good news", ["Back to the newsletter"])


@sqlite_alone
async def test_with_an_hour_it_leaves_then(office: Office, owner: Person, second: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("in 3 hours")
    await owner.picks("Ask for approval")
    assert (await second.picks("Approve")).startswith("Thank you. It leaves on ")
    assert state(office) == BroadcastState.SCHEDULED
    office.clock.advance(timedelta(hours=4))
    await office.tick()
    assert office.queued() == 2
