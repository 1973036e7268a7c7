"""/calls on every phone: what is open for a member, soonest deadline first, in pages, searched, saved, and read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from bot.core.messages import Attachment
from storage.calls import CallState
from tests.handlers.admin.office import Office, forges
from tests.handlers.calls import add_call, ends
from tests.handlers.people import in_english, member_of, sqlite_alone

NOTHING_FOR_YOU = "Nothing is open for you at the moment. As soon as a call concerns your topics, I write to you."

pytestmark = pytest.mark.usefixtures("monday_noon")


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_what_is_open_for_a_member_soonest_first(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1", "health")
    add_call(office, "No end")
    add_call(office, "Late", deadline=ends(office.network, 4, 1), amount_from=5000, amount_to=5000, currency="AZN")
    add_call(office, "Soon", deadline=ends(office.network, 3, 9), topics=["health", "peace"])
    add_call(office, "Not hers", topics=["peace"])
    add_call(office, "A draft", state=CallState.DRAFT)
    add_call(office, "Closed", state=CallState.CLOSED)
    add_call(office, "Over, but not closed yet", deadline=office.clock.now() - timedelta(seconds=1))
    said = await leyla.says("/calls" if shape == "buttons" else "calls")
    heading = "Open for you, soonest deadline first"
    if shape == "buttons":
        assert said.split("\n\n") == [
            heading, "Soon\nuntil 9 Mar 2027", "Late\nuntil 1 Apr 2027 · 5,000\u00a0AZN", "No end\nno deadline",
        ]  # fmt: skip
        assert leyla.options == ["Soon", "Late", "No end", "All open calls", "Propose a call"]
    else:
        assert said == heading
        assert leyla.options == [
            "Soon (until 9 Mar 2027)", "Late (until 1 Apr 2027 · 5,000\u00a0AZN)", "No end (no deadline)",
            "All open calls", "Propose a call",
        ]  # fmt: skip
    await leyla.picks("All open calls")
    assert [option.partition(" (")[0] for option in leyla.options] == [
        "Soon", "Late", "No end", "Not hers", "Open for me", "Propose a call",
    ]  # fmt: skip


async def test_pages_of_five(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    for number in range(12):
        add_call(office, f"Call {number}", deadline=ends(office.network, 3, 10 + number))

    def titles() -> list[str]:
        return [option.partition(" (")[0] for option in leyla.options if option.startswith("Call ")]

    said = await leyla.says("/calls")
    assert "1 to 5 of 12" in said.splitlines()
    assert titles() == [f"Call {number}" for number in range(5)]
    assert "6 to 10 of 12" in (await leyla.picks("More")).splitlines()
    assert titles() == [f"Call {number}" for number in range(5, 10)]
    assert "11 to 12 of 12" in (await leyla.picks("More")).splitlines()
    assert titles() == ["Call 10", "Call 11"]
    assert "1 to 5 of 12" in (await leyla.picks("From the beginning")).splitlines()
    for made_up in ("calls:mine:99", "calls:mine:-1", "calls:nothing:5", "calls:mine:x"):
        assert "of 12" in await forges(leyla, made_up)


@sqlite_alone
async def test_it_is_found_however_it_is_spelled(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    for number in range(6):
        add_call(office, f"Call {number}")
    add_call(office, "Small grants", titles={"en": "Small grants", "az": "Kiçik qrantlar"}, donor="Şəki Fund")
    add_call(office, "Lessons", topics=["education"])
    await leyla.says("/calls")
    asked = "What are you looking for? Write a word of its name, of its topic, or who gives the money."
    for typed, found in (("seki", "Small grants"), ("кичик", "Small grants"), ("TEHSIL", "Lessons")):
        assert await forges(leyla, "find_call") == asked
        assert await leyla.says(typed) == "Is it one of these? If not, write it in another way."
        assert leyla.options[0] == found
        assert (await leyla.picks(found)).splitlines()[0] == found
    await forges(leyla, "find_call")
    assert (
        await leyla.says("submarines") == f"I found nothing for “submarines”. Please try another spelling.\n\n{asked}"
    )


@sqlite_alone
async def test_words_behind_the_command_find_it_at_once(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    add_call(office, "Small grants", donor="Şəki Fund")
    add_call(office, "Small lessons")
    assert (await leyla.says("/calls seki")).splitlines()[0] == "Small grants"
    assert await leyla.says("/calls small") == "Is it one of these?"
    assert sorted(leyla.options[:2]) == ["Small grants", "Small lessons"]
    assert (await leyla.says("/calls submarines")).split("\n\n")[0] == "I found nothing for “submarines”."


async def test_a_call_is_read_with_its_documents(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    file = Attachment("document", office.files.store(b"%PDF-1.4"), "form.pdf", "application/pdf", 8)
    add_call(office, documents=[asdict(file)], link="https://example.org/apply")
    await leyla.says("/calls")
    said = await leyla.picks(leyla.options[0])
    assert said.split("\n\n")[:2] == ["Green schools", "For small projects."]
    assert leyla.file is not None
    assert leyla.file.name == "form.pdf"
    assert leyla.options == ["Save", "Remind me", "Not for us", "Share", "Ask", "Funding calls"]
    await leyla.picks("Save", "Funding calls")
    await leyla.picks(leyla.options[0])
    assert leyla.options == ["Remove from saved", "Remind me", "Share", "Ask", "Funding calls"]


async def test_another_language_is_marked(office: Office, shape: str) -> None:
    rauf = office.member(shape, "1", language="ru")
    add_call(office, titles={"az": "Qrant"}, texts={"az": "Kiçik layihələr üçün."}, source="az")
    add_call(office, titles={"az": "Dərs", "ru": "Уроки"}, texts={"az": "a", "ru": "б"}, source="az")
    await rauf.says("/calls")
    language = "азербайджанский"
    assert [option.partition(" (")[0] for option in rauf.options[:2]] == ["Qrant", "Уроки"]
    assert [language in option for option in rauf.options[:2]] == [shape != "buttons", False]
    heading = (await rauf.picks(rauf.options[0])).splitlines()[0]
    assert (heading.startswith("Qrant ("), language in heading) == (True, True)


@sqlite_alone
async def test_with_nothing_open_there_is_a_kind_word(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1", "health")
    assert await leyla.says("/calls") == NOTHING_FOR_YOU
    assert leyla.options == ["Propose a call"]
    add_call(office, topics=["peace"])
    assert await leyla.says("/calls") == NOTHING_FOR_YOU
    assert leyla.options == ["All open calls", "Propose a call"]
    assert await forges(leyla, "calls:saved") == (
        "You have no saved calls. Choose “Save” under a call: then I remind you before its deadline."
    )
    assert await forges(leyla, "call:77") == "I do not find this call any more."
    assert leyla.options == ["Funding calls"]


@sqlite_alone
async def test_a_stranger_reads_and_is_asked_to_register_for_more(office: Office, shape: str) -> None:
    stranger = office.person(shape)
    await in_english(stranger)
    add_call(office, topics=["peace"])
    await stranger.says("/calls")
    await stranger.picks(stranger.options[0])
    assert stranger.sees.splitlines()[0] == "Green schools"
    start = "/start" if shape == "buttons" else "Start"
    for label in ("Save", "Not for us", "Remind me", "Share", "Ask"):
        await forges(stranger, "call:1")
        assert await stranger.picks(label) == (
            f"For this we need to know who you are. Register first, it takes two minutes: {start}"
        )
    assert stranger.options[0] == "Register"


async def test_saved_ones_are_kept_together(office: Office, shape: str) -> None:
    leyla = office.member(shape, "1")
    for number in range(3):
        add_call(office, f"Call {number}", deadline=ends(office.network, 3, 20 - number))
    for number in (1, 2):
        await forges(leyla, f"save:{number}")
    await leyla.says("/calls")
    await leyla.picks("Saved")
    assert [option.partition(" (")[0] for option in leyla.options] == [
        "Call 1",
        "Call 0",
        "Open for me",
        "Propose a call",
    ]


@sqlite_alone
async def test_who_said_stop_still_reads_them_and_stays_stopped(office: Office) -> None:
    leyla = office.member("buttons", "1", "health")
    add_call(office, topics=["health"])
    await leyla.says("STOP")
    await leyla.says("/calls")
    assert leyla.options[0] == "Green schools"
    assert (await member_of(leyla)).stopped_at is not None
