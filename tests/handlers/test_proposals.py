"""A member proposes a funding call; staff accept, edit or decline it, and the member hears of that."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.calls import Call, CallState
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import every_shape, sqlite_alone

pytestmark = every_shape


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


def call_of(office: Office, key: int = 1) -> Call:
    return office.database.transact(lambda session: session.get_one(Call, key))


async def proposes(member: Person, title: str = "Green schools", *topics: str) -> str:
    await forges(member, "propose")
    await member.picks("English")
    await member.says(title)
    await member.says("For small projects.")
    await member.picks("Skip", "Skip", "Skip", "Skip", *(topics or ("Education",)), "Done")
    return await member.picks("Send it")


async def test_a_member_proposes_one_in_a_few_lines(office: Office, shape: str) -> None:
    member = office.member(shape, "1")
    await forges(member, "propose")
    await member.picks("English")
    await member.says("Green schools")
    await member.says("For small projects.")
    assert (await member.says("European Union")).split("\n")[0] == "How much is one grant?"
    await member.says("5000-10000 EUR")
    assert (await member.says("yesterday")).split("\n\n")[-1].split("\n")[0] == "Until when can one apply?"
    await member.picks("Skip")
    await member.says("https://example.org")
    assert (await member.picks("Done")).split("\n")[0] == "Please choose at least one."
    await member.picks("Education", "Done")
    assert member.sees.split("\n")[:3] == ["Is everything right?", "Language: English", "Title: Green schools"]
    assert await member.picks("Send it") == (
        "Thank you. Somebody who looks after these topics will read it, and I will tell you what they say."
    )
    call = call_of(office)
    assert (call.state, call.donor, call.link, call.topics, call.deadline, call.proposer_id) == (
        CallState.PROPOSED, "European Union", "https://example.org", ["education"], None, office.id_of(member),
    )  # fmt: skip
    assert (call.amount_from, call.amount_to, call.currency) == (5000, 10000, "EUR")


async def test_those_hear_of_it_who_may_write_to_one_of_its_topics(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "2", Role.COORDINATOR)
    focal = office.staff(shape, "3", Role.FOCAL_POINT, topics=["education"])
    other = office.staff(shape, "4", Role.FOCAL_POINT, topics=["health"])
    member = office.member(shape, "1", name="Leyla")
    await proposes(member)
    heard = ["Leyla proposes a funding call:", "Green schools"]
    assert [person.sees.split("\n")[:2] for person in (coordinator, focal)] == [heard, heard]
    assert other.screen == []
    assert (await forges(other, "call_accept:1")).split(".")[0] == "I do not find this call among yours"
    assert (await forges(member, "call_accept:1")).split(".")[0] == "This is not open to you"


async def test_it_is_accepted_edited_and_published(office: Office, shape: str) -> None:
    focal = office.staff(shape, "3", Role.FOCAL_POINT, topics=["education"])
    member = office.member(shape, "1", "education", name="Leyla")
    await proposes(member)
    if focal.capabilities.buttons:
        assert focal.options == ["Accept", "Read and edit", "Decline the proposal"]
    await focal.says("/calls")
    await focal.picks("Proposals", "Green schools")
    assert focal.sees.split("\n")[0] == "Proposed by Leyla"
    await focal.picks("Donor")
    await focal.says("European Union")
    member.news.clear()
    await focal.picks("Accept")
    assert focal.sees.split("\n\n")[:2] == [
        "Thank you, the member is told. It is a draft of yours now: publish it when it is ready.",
        "A call, not published yet",
    ]
    assert member.sees == "Thank you: “Green schools” was accepted, and will be sent to the members."
    assert (await forges(focal, "call_accept:1")).split("\n\n")[0] == "Somebody has accepted it already."
    await focal.picks("Publish", "Send to 1 member")
    await office.tick()
    assert "Donor: European Union" in member.sees.split("\n")


async def test_it_is_declined_with_a_reason_in_the_members_language(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "2", Role.COORDINATOR)
    member = office.member(shape, "1")
    await proposes(member)
    await forges(coordinator, "call_decline:1")
    assert coordinator.sees == "Why not? The member who proposed it gets your words."
    await coordinator.says("It closed last year.")
    assert coordinator.sees == "Thank you. The member gets your words."
    assert member.sees == "“Green schools”, which you proposed, will not be sent to the members:\nIt closed last year."
    assert call_of(office).state == CallState.DECLINED
    assert await forges(coordinator, "call_accept:1") == "This proposal was declined."


@sqlite_alone
async def test_nobody_floods_the_staff(office: Office, shape: str) -> None:
    member = office.member(shape, "1")
    for _ in range(5):
        await proposes(member)
    assert await forges(member, "propose") == (
        "Thank you, several of your proposals wait for an answer already. Please wait for that first."
    )


@sqlite_alone
async def test_one_who_is_not_registered_cannot(office: Office, shape: str) -> None:
    guest = office.member(shape, "1", registered_at=None)
    assert (await forges(guest, "propose")).split(".")[0] == "This is not open to you"
