"""What the coordinator sees before sending is what members get."""

from __future__ import annotations

import pytest

from storage.staff import Role
from tests.chat import SHAPES, Person
from tests.handlers.admin.office import Office, drafts, forges

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_preview_is_what_is_delivered(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR, consented_at=None)
    readers = [office.member(shape, f"2{language}", "health", language=language) for language in ("az", "ru", "en")]
    await drafts(coordinator, "Good news, <b>all</b> of you")
    await coordinator.picks("Add: Русский")
    await coordinator.says("Новости")
    await coordinator.picks("Who gets it", "Topics", "Health", "Done", "Back to the draft", "Preview")
    shown = [seen.screen for seen in coordinator.news]
    heads = [seen.text.partition(":")[0] for seen in coordinator.news[:-1:2]]
    label = SHAPES[shape].label
    assert heads == [f"{label}, {language}" for language in ("Azerbaijani", "Russian", "English")]
    await coordinator.picks("Send", "Send to 3 members")
    await office.tick()
    assert [reader.last.screen for reader in readers] == shown[1:-1:2]


async def test_another_channel_is_shown_letter_by_letter(office: Office) -> None:
    coordinator = office.staff("buttons", "1", Role.COORDINATOR, consented_at=None)
    reader = office.member("numbers", "2")
    await drafts(coordinator, "A *star*")
    await coordinator.picks("Preview")
    heading, _, shown = coordinator.heard[0].partition("\n\n")
    assert heading == "WhatsApp (demo), English: 1 member"
    await coordinator.picks("Send", "Send to 1 member")
    await office.tick()
    assert reader.last.screen == shown


async def test_a_channel_with_buttons_is_shown_with_them(office: Office) -> None:
    coordinator = office.staff("numbers", "1", Role.COORDINATOR, consented_at=None)
    office.member("buttons", "2", "health")
    await drafts(coordinator, "Good news")
    await coordinator.picks("Who gets it", "Topics", "Health", "Done", "Back to the draft", "Preview")
    assert coordinator.heard[0] == (
        "Telegram (demo), English: 1 member\n\nGood news\n\n"
        "You receive this because you follow: Health.\n\n[Stop: Health]"
    )


async def test_where_a_region_was_asked_for_each_member_reads_their_own(office: Office, owner: Person) -> None:
    ganja = office.member("buttons", "2", "education", region="ganja-dashkasan")
    abroad = office.member("numbers", "3", "education", country="GE")
    office.member("buttons", "4", "education", region="baku")
    await drafts(owner, "Good news")
    await owner.picks("Who gets it", "Topics", "Education", "Done")
    await owner.picks("Regions", "Ganja-Dashkasan", "Outside the country", "Done", "Back to the draft", "Preview")
    why = "You receive this because you follow: Education"
    assert f"{why} · Ganja-Dashkasan and outside the country." in "\n".join(owner.heard).split("\n")
    assert owner.heard[-1].split("\n")[0] == "Of the regions under the text, each member sees only their own."
    await owner.picks("Send", "Send to 2 members")
    await office.tick()
    assert [person.sees.split("\n")[2] for person in (ganja, abroad)] == [
        f"{why} · Ganja-Dashkasan.",
        f"{why} · Georgia.",
    ]
    await forges(owner, "correct:1")
    await owner.says("Better news")
    await owner.picks("Correct it now")
    await office.tick()
    assert ganja.sees.split("\n")[2] == f"{why} · Ganja-Dashkasan."


async def test_a_test_goes_to_oneself_alone_in_every_language(office: Office, owner: Person) -> None:
    other = office.member("buttons", "2")
    await drafts(owner, "Good news")
    await owner.picks("Add: Русский")
    await owner.says("Новости")
    await owner.picks("Send a test to me")
    assert [said.split("\n")[0] for said in owner.heard] == [
        "Новости",
        "Good news",
        "This is how members will see it. It came only to you.",
    ]
    assert other.screen == []
