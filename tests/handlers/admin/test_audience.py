"""Choosing who gets a newsletter, and that exactly those do."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.newsletters import Newsletter
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import sqlite_alone


def people(office: Office) -> None:
    """Six members, each a little different."""
    office.member("buttons", "11", "education", "health", "gender", region="baku", ecosoc="special")
    office.member("buttons", "12", "education", region="ganja_dashkasan", language="ru", ecosoc="none")
    office.member("numbers", "13", "health", region="baku", language="az")
    office.member("numbers", "14", "peace", country="GE", language="en", ecosoc="roster")
    office.member("numbers", "15", country="AZ", region="baku", language="az")
    office.member("buttons", "16", "education", stopped_at=office.clock.now())


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    """Has not agreed to receive anything, so is in no audience."""
    people(office)
    return office.staff(shape, "1", Role.COORDINATOR, consented_at=None)


async def narrows(person: Person, line: str, *labels: str) -> list[str]:
    """Tick these in a line of the audience; returns the audience's card from "Who gets it" on, in lines."""
    await person.picks(line)
    return (await person.picks(*labels, "Done")).split("\n")


@pytest.mark.parametrize(
    ("line", "labels", "said", "members"),
    [
        ("Topics", ["Education"], "Topics: Education", 2),
        ("Topics", ["Education", "Health"], "Topics: Education and Health", 3),
        ("Regions", ["Baku"], "Regions: Baku", 3),
        ("Regions", ["Outside the country"], "Regions: outside the country", 1),
        ("Languages", ["Azerbaijani", "English"], "Languages: Azerbaijani and English", 4),
        ("Consultative status", ["Special", "Roster"], "Consultative status: Special and Roster", 2),
        ("Channels", ["WhatsApp (demo)"], "Channels: WhatsApp (demo)", 3),
    ],
)
async def test_each_line_narrows_and_the_count_is_what_is_queued(
    office: Office, coordinator: Person, line: str, labels: Sequence[str], said: str, members: int
) -> None:
    await drafts(coordinator, "News")
    await coordinator.picks("Who gets it")
    card = await narrows(coordinator, line, *labels)
    number = f"{members} member" if members == 1 else f"{members} members"
    assert card[:4] == ["Who gets it", said, "", number]
    await coordinator.picks("Back to the draft", "Send")
    assert coordinator.sees.split("\n")[0] == f"Send to {number} now?"
    await coordinator.picks(f"Send to {number}")
    await office.tick()
    assert office.queued() == members


@sqlite_alone
async def test_the_count_follows_every_tick(coordinator: Person) -> None:
    await drafts(coordinator, "News")
    await coordinator.picks("Who gets it")
    assert (await coordinator.picks("Topics")).split("\n")[3] == "5 members"
    assert (await coordinator.picks("Education")).split("\n")[3:] == [
        "2 members",
        "Telegram (demo): 2 (English 1 and Russian 1)",
    ]
    assert (await coordinator.picks("Health")).split("\n")[3] == "3 members"
    assert (await coordinator.picks("Education", "Health")).split("\n")[3] == "5 members"


@sqlite_alone
async def test_lines_add_up_and_everybody_clears_them(coordinator: Person) -> None:
    await drafts(coordinator, "News")
    await coordinator.picks("Who gets it")
    await narrows(coordinator, "Topics", "Education", "Health")
    assert (await narrows(coordinator, "Languages", "Azerbaijani"))[1:5] == [
        "Topics: Education and Health",
        "Languages: Azerbaijani",
        "",
        "1 member",
    ]
    assert (await coordinator.picks("Everybody")).split("\n")[1:4] == [
        "everybody who agreed to receive messages",
        "",
        "5 members",
    ]


@sqlite_alone
async def test_a_person_in_three_topics_gets_one_copy(office: Office, coordinator: Person) -> None:
    aysel = office.people["demo-telegram", "11"]
    await drafts(coordinator, "News")
    await coordinator.picks("Who gets it")
    await narrows(coordinator, "Topics", "Education", "Health", "Gender equality and women's empowerment")
    await coordinator.picks("Back to the draft", "Send", "Send to 3 members")
    await office.tick()
    assert [seen.text.split("\n")[0] for seen in aysel.screen] == ["News"]


@sqlite_alone
async def test_members_who_cannot_be_reached_are_counted_and_named(office: Office, coordinator: Person) -> None:
    gone = office.people["demo-telegram", "12"]
    gone.blocking = True
    for text in ("News", "More news"):
        await drafts(coordinator, text)
        await coordinator.picks("Send", "Send to 5 members")
        await office.tick()
    card = await drafts(coordinator, "Even more news")
    assert card.split("\n\n")[3].split("\n")[-1] == (
        "1 of them cannot be reached at the moment and will be named in the report."
    )


@sqlite_alone
async def test_a_focal_point_writes_to_its_own_topics_only(office: Office, shape: str) -> None:
    people(office)
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education", "peace"], consented_at=None)
    await drafts(focal, "News")
    assert focal.sees.split("\n\n")[2:4] == [
        "It goes to\nTopics: Education and Peace and conflict prevention",
        "3 members\nTelegram (demo): 2 (English 1 and Russian 1)\nWhatsApp (demo): 1 (English 1)",
    ]
    await focal.picks("Who gets it", "Topics")
    assert focal.options == ["✓ Education", "✓ Peace and conflict prevention", "Done", "Cancel"]
    await focal.picks("Education", "Done")
    assert (await focal.picks("Everybody")).split("\n")[1:4] == [
        "Topics: Education and Peace and conflict prevention",
        "",
        "3 members",
    ]
    await narrows(focal, "Topics", "Education", "Peace and conflict prevention")
    assert focal.sees.split("\n")[3] == "3 members"


@sqlite_alone
async def test_a_focal_point_cannot_forge_other_topics(office: Office, shape: str) -> None:
    people(office)
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["peace"], consented_at=None)
    await drafts(focal, "News")
    await focal.picks("Who gets it", "Topics")
    menu = focal.last.outbound.menu
    assert (await forges(focal, f"{menu}:health")).split("\n")[0] == "Please pick one of these."
    await focal.picks("Cancel")

    def widen(session: Session) -> None:
        session.scalars(select(Newsletter)).one().audience = {"topics": ["health", "peace"]}

    office.database.transact(widen)
    await forges(focal, "send:1")
    assert focal.sees.split("\n")[0] == "Send to 1 member now?"
    await forges(focal, "send_now:1:1")
    await office.tick()
    assert office.queued() == 1


@sqlite_alone
async def test_languages_are_small_within_a_sentence_and_large_on_a_button(office: Office, shape: str) -> None:
    office.member("numbers", "2", language="az")
    coordinator = office.staff(shape, "1", Role.COORDINATOR, consented_at=None, language="ru")
    await coordinator.says("/newsletter")
    await coordinator.says("Новости")
    card = await coordinator.picks("Русский")
    assert "WhatsApp (demo): 1 (азербайджанский 1)" in card.split("\n")
    await coordinator.picks("audience:1", "audience:1:languages")
    assert coordinator.options[:3] == ["Азербайджанский", "Русский", "Английский"]


@sqlite_alone
async def test_leaving_a_line_leads_back_to_the_draft(coordinator: Person) -> None:
    card = await drafts(coordinator, "News")
    await coordinator.picks("Who gets it", "Topics", "Education")
    assert await coordinator.picks("Cancel") == f"All right, nothing was changed.\n\n{card}"


@sqlite_alone
async def test_topics_taken_from_a_focal_point_are_gone_at_once(office: Office, shape: str) -> None:
    people(office)
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=[], consented_at=None)
    await drafts(focal, "News")
    await focal.picks("Send")
    assert focal.sees.split("\n")[0] == "Nobody would get it: no member matches. Please change who gets it."
