"""Answers that are changed, skipped and taken back, here or on the other phone, so that others apply or do not."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from storage.members import Member
from storage.surveys import QuestionKind
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, opened, responses, second_phone, sheets, speak_for
from tests.storage.asking import Asked

TEXTS = tuple(Asked(QuestionKind.TEXT, f"{letter}?", required=False) for letter in "ABC")
DEPENDING = (
    Asked(QuestionKind.YES_NO, "A?"),
    Asked(QuestionKind.TEXT, "B?", only_if=(1, ["yes"])),
    Asked(QuestionKind.TEXT, "C?"),
)
PICKED = (
    Asked(QuestionKind.YES_NO, "A?"),
    Asked(QuestionKind.ONE, "B?", ("Books", "Chairs"), only_if=(1, ["yes"])),
    Asked(QuestionKind.ONE, "C?", ("Now", "Later")),
)
CHANGED = "Something has changed since I asked you that. Here is where we are now."


@pytest.fixture
def other(office: Office, leyla: Person, shape: str) -> Person:
    """Her other phone."""
    return second_phone(office, leyla, "numbers" if shape == "buttons" else "buttons", "2")


async def test_the_only_answer_can_be_skipped_afterwards(office: Office, leyla: Person) -> None:
    key = opened(office, *TEXTS)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("x")
    await leyla.picks("Skip", "Skip", "Change: A?")
    assert await leyla.picks("Skip") == "Is everything right?\nA? –\nB? –\nC? –"
    assert sheets(office, key) == [Kept({}, complete=True)]


async def test_what_is_skipped_on_one_phone_is_not_given_again_by_the_other(
    office: Office, leyla: Person, other: Person
) -> None:
    key = opened(office, *TEXTS)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("x")
    await forges(other, f"answer_survey:{key}")
    await other.picks("Back", "Skip")
    assert await leyla.says("y") == "3 of 3\nC?"
    assert sheets(office, key) == [Kept({2: "y"}, complete=False)]


async def test_an_answer_that_makes_another_needed_stands_half_way_until_that_is_given(
    office: Office, leyla: Person
) -> None:
    key = opened(office, *DEPENDING)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("No")
    await leyla.says("z")
    await leyla.picks("Done", "Change my answers", "Change: A?", "Yes")
    assert (await leyla.picks("Pause")).startswith("All right, a pause. What you answered of “Training” is kept.")
    await leyla.says("/surveys" if leyla.capabilities.commands else "Surveys")
    assert leyla.options == ["Training (3 of 3, go on)"]
    assert await leyla.picks("Training (3 of 3, go on)") == "2 of 3\nB?"
    await leyla.says("y")
    assert sheets(office, key) == [Kept({1: True, 2: "y", 3: "z"}, complete=True)]
    assert [done for _holder, _member, done, _sheet in responses(office, key)] == [True]


async def test_an_answer_to_what_does_not_apply_any_more_answers_nothing_else(
    office: Office, leyla: Person, other: Person
) -> None:
    key = opened(office, *DEPENDING)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Yes")
    await forges(other, f"answer_survey:{key}")
    await other.picks("Back", "No")
    assert await leyla.says("Meant for B") == f"{CHANGED}\n\n2 of 2\nC?"
    assert sheets(office, key) == [Kept({1: False}, complete=False)]
    await leyla.says("Meant for C")
    assert sheets(office, key) == [Kept({1: False, 3: "Meant for C"}, complete=True)]


async def test_a_tap_on_what_does_not_apply_any_more_picks_nothing_else(
    office: Office, leyla: Person, other: Person
) -> None:
    key = opened(office, *PICKED)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Yes")
    await forges(other, f"answer_survey:{key}")
    await other.picks("Back", "No")
    assert await leyla.picks("Chairs") == f"{CHANGED}\n\n2 of 2\nC?"
    assert sheets(office, key) == [Kept({1: False}, complete=False)]


async def test_one_who_left_the_organisation_begins_anew_for_themselves(office: Office, leyla: Person) -> None:
    speak_for(office, "Initiative", leyla)
    key = opened(office, *TEXTS, per="organisation")
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("Of all of us")
    member_id = office.id_of(leyla)

    def leave(session: Session) -> None:
        member = session.get_one(Member, member_id)
        member.organisation_id, member.membership = None, ""

    office.database.transact(leave)
    assert await leyla.says("Also of all of us") == f"{CHANGED}\n\n1 of 3\nA?"
    await leyla.says("Mine")
    holders = {holder[0]: member for holder, member, _done, _sheet in responses(office, key)}
    assert holders == {"o": member_id, "m": member_id}
    assert sheets(office, key) == [Kept({1: "Mine"}, complete=False), Kept({1: "Of all of us"}, complete=False)]


async def test_one_who_comes_to_speak_for_an_organisation_goes_on_for_it(
    office: Office, leyla: Person, other: Person
) -> None:
    key = opened(office, *TEXTS, per="organisation")
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("x")
    speak_for(office, "Initiative", leyla)
    assert await forges(other, f"answer_survey:{key}") == "2 of 3\nB?"
    await other.says("y")
    assert await leyla.says("z") == "3 of 3\nC?"
    assert sheets(office, key) == [Kept({1: "x", 2: "z"}, complete=False)]
    assert [holder[0] for holder, _member, _done, _sheet in responses(office, key)] == ["o"]


async def test_ticks_stand_there_again_after_going_back(office: Office, leyla: Person) -> None:
    key = opened(office, TEXTS[0], Asked(QuestionKind.SEVERAL, "Who comes?", ("Girls", "Boys", "Parents")))
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("x")
    await leyla.picks("Girls", "Boys", "Back")
    await leyla.picks("Leave as it is")
    assert leyla.options[:3] == ["✓ Girls", "✓ Boys", "Parents"]
    await leyla.picks("Boys", "Done")
    assert sheets(office, key) == [Kept({1: "x", 2: ["a"]}, complete=True)]
