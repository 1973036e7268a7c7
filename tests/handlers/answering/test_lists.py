"""Many surveys: what comes first, page after page, and finding one by a word of its title."""

from __future__ import annotations

from datetime import timedelta

from storage.staff import Role
from storage.surveys import QuestionKind
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import opened
from tests.handlers.people import sqlite_alone
from tests.storage.asking import EVERY_KIND, Asked

HOW = Asked(QuestionKind.SCALE, "How was it?")
NAMES = ("Schools", "Roads", "Water", "Bread", "Light", "Youth", "Forests")


def surveys(person: Person) -> str:
    return "/surveys" if person.capabilities.commands else "Surveys"


def several(office: Office) -> list[int]:
    """The last closes first, and the first stays open."""
    now, last = office.clock.now(), len(NAMES)
    closing = [None, *(now + timedelta(days=last - place) for place in range(1, last))]
    return [opened(office, HOW, titles={"en": name}, closes_at=closes_at)
            for name, closes_at in zip(NAMES, closing, strict=True)]  # fmt: skip


async def test_the_one_that_closes_next_comes_first_page_after_page(office: Office, leyla: Person) -> None:
    several(office)
    assert await leyla.says(surveys(leyla)) == (
        "Surveys that wait for your answers, the one that closes next first\n1 to 5 of 7"
    )
    assert leyla.options == [
        "Forests (until 2 Mar 2027)", "Youth (until 3 Mar 2027)", "Light (until 4 Mar 2027)",
        "Bread (until 5 Mar 2027)", "Water (until 6 Mar 2027)", "More", "Search",
    ]  # fmt: skip
    await leyla.picks("More")
    assert leyla.options == ["Roads (until 7 Mar 2027)", "Schools (open)", "From the beginning", "Search"]


async def test_what_was_begun_stands_in_front_of_all(office: Office, leyla: Person) -> None:
    several(office)
    key = opened(office, *EVERY_KIND)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Books", "Pause")
    await leyla.says(surveys(leyla))
    assert leyla.options[:2] == ["Training (1 of 7, go on)", "Forests (until 2 Mar 2027)"]


@sqlite_alone
async def test_one_is_found_by_a_word_of_its_title(office: Office, leyla: Person) -> None:
    several(office)
    await leyla.says(surveys(leyla))
    assert await leyla.picks("Search") == "Write a word of its title."
    await leyla.says("yooth")
    assert (await leyla.picks("Youth")).startswith("Youth\n")


@sqlite_alone
async def test_answered_ones_have_a_list_of_their_own(office: Office, leyla: Person) -> None:
    first, second, *_rest = several(office)
    for key in (first, second):
        await forges(leyla, f"answer_survey:{key}")
        await leyla.picks("2")
    await leyla.says(surveys(leyla))
    await leyla.picks("Answered")
    assert leyla.sees == "Surveys you answered. While one is open you can change your answers."
    assert leyla.options == ["Roads (until 7 Mar 2027)", "Schools (open)", "Not answered yet", "Search"]


@sqlite_alone
async def test_staff_are_led_to_their_own(office: Office, shape: str) -> None:
    owner = office.staff(shape, "90", Role.OWNER, name="Aysel")
    key = opened(office, HOW)
    await owner.says(surveys(owner))
    assert owner.options[:2] == ["Training (open)", "New survey"]
    await forges(owner, f"survey_card:{key}")
    assert owner.options == ["Answer", "Manage the survey", "Surveys"]
