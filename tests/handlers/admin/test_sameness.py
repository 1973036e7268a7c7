"""The same text to the same people within half a day is asked about first; and what sending takes is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.locale import zoned_words
from bot.network import Network, Price
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import sqlite_alone


@pytest.fixture
def network(network: Network) -> Network:
    prices = (
        Price("demo-whatsapp", "USD", 0.5, 3),
        Price("demo-telegram", "USD", 0.25, 0),
        Price("whatsapp", "EUR", 1, 2),
    )
    return replace(network, prices=prices)


async def sends(person: Person, text: str, members: int) -> None:
    await drafts(person, text)
    await person.picks("Send", f"Send to {members} members")


async def test_what_went_out_lately_is_told_before_it_goes_out_again(office: Office, owner: Person) -> None:
    office.member("numbers", "2", "education")
    office.member("buttons", "3", "health").blocking = True
    await sends(owner, "Good   NEWS", 3)
    await office.tick()
    at = zoned_words(office.clock.now(), office.network.zone)
    await drafts(owner, "Good\nnews")
    await owner.picks("Send")
    assert owner.sees.split("\n\n")[1] == (f"⚠ The same text was sent on {at}. Of these members it went to: 2 members.")
    assert owner.options == ["Send it all the same", "Send at another time", "Back to the draft"]
    await forges(owner, "send_now:2:3")
    assert owner.options[0] == "Send it all the same"
    await office.tick()
    assert office.queued(2) == 0
    await owner.picks("Send it all the same")
    await office.tick()
    assert office.queued(2) == 3


@sqlite_alone
async def test_other_people_another_text_or_long_ago_is_not_the_same(office: Office, owner: Person) -> None:
    office.member("numbers", "2", "education")
    office.member("numbers", "3", "health")
    await drafts(owner, "Good news")
    await forges(owner, "audience:1:topics")
    await owner.picks("education", "done")
    await forges(owner, "send_now:1:1")
    await office.tick()
    for text, topic, same in (
        ("Good news", "health", False),
        ("GOOD NEWS", "education", True),
        ("News", "education", False),
    ):
        await drafts(owner, text)
        key = owner.last.outbound.options[0].id.split(":")[1]
        await forges(owner, f"audience:{key}:topics")
        await owner.picks(topic, "done")
        await forges(owner, f"send:{key}")
        assert (owner.options[0] == "Send it all the same") is same
        await forges(owner, f"draft_delete_now:{key}")
    office.clock.advance(timedelta(hours=12, minutes=1))
    await drafts(owner, "Good news")
    await owner.picks("Send")
    assert owner.options[0] == "Send to 3 members"


@sqlite_alone
async def test_what_is_planned_counts_as_well(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("in 3 hours")
    await owner.picks("Plan it")
    await drafts(owner, "good news")
    await owner.picks("Send")
    assert owner.sees.split("\n\n")[1].endswith("Of these members it would go to: 2 members.")
    await owner.picks("Send at another time")
    await owner.says("in 30 hours")
    assert owner.options[0] == "Plan it"


@sqlite_alone
async def test_what_was_planned_apart_is_asked_about_when_it_is_moved_together(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await sends(owner, "Good news", 2)
    await office.tick()
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("in 30 hours")
    await owner.picks("Plan it")
    await forges(owner, "planned:2:later")
    await owner.says("in 10 hours")
    question, warning = owner.sees.split("\n\n")
    assert question.startswith("Shall it leave on ")
    assert warning.startswith("⚠ The same text was sent on ")
    await forges(owner, "planned:2:now")
    assert (owner.sees, owner.options) == (warning, ["Send it all the same", "Leave it as it was"])
    await owner.picks("Leave it as it was")
    assert owner.sees.split("\n")[0] == "Planned: “Good news”"
    await owner.picks("Send now", "Send it all the same")
    await office.tick()
    assert office.queued(2) == 2


@sqlite_alone
async def test_what_sending_takes_is_told(office: Office, owner: Person, shape: str) -> None:
    for number in range(100):
        office.member("numbers", f"9{number}")
    await drafts(owner, "Good news")
    await owner.picks("Send")
    costs = {"buttons": "US$50.25", "numbers": "US$50.50", "whatsapp": "US$50.00 and €1.00"}[shape]
    takes = f"Sending takes about 3 seconds.\nThe messages cost about {costs}."
    assert takes in owner.sees.split("\n\n")


@sqlite_alone
async def test_where_the_window_is_closed_a_bell_is_paid_for(office: Office) -> None:
    owner = office.staff("buttons", "1", Role.OWNER)
    office.member("whatsapp", "2")
    office.clock.advance(timedelta(days=2))
    office.member("whatsapp", "3")
    await drafts(owner, "Good news")
    await owner.picks("Send")
    takes = "Sending takes about 1 second.\nThe messages cost about US$0.25 and €3.00."
    assert takes in owner.sees.split("\n\n")
    await owner.picks("Send at another time")
    await owner.says("in 30 hours")
    rings = "WhatsApp: a bell rings first for 2 members, unless they write to us in the day before."
    assert rings in owner.sees.split("\n")
    assert "The messages cost about US$0.25 and €4.00." in owner.sees.split("\n")
