"""Answering a survey on any phone: question after question, with pauses, on two messengers, and changed later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from bot.core.messages import Kind
from storage.surveys import QuestionKind
from tests.chat import HERE, Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, closes, opened, responses, second_phone, sheets
from tests.handlers.people import sqlite_alone
from tests.storage.asking import EVERY_KIND, Asked

EVERYTHING: dict[int, Any] = {
    1: "c", 2: ["a", "c"], 3: True, 4: 5, 5: 120, 6: "2015-09-01", 7: "More chairs",
    8: {"words": "", "latitude": HERE.latitude, "longitude": HERE.longitude},
}  # fmt: skip
"""By the place of the question, as it is stored."""

WHERE: Final = "Write the place, or send your location."


def surveys(person: Person) -> str:
    """What is typed for the list."""
    return "/surveys" if person.capabilities.commands else "Surveys"


def questions(*said: str) -> str:
    """The place and the question, as they are read."""
    return "\n".join(said)


def several(person: Person) -> list[str]:
    """That one may tick more than one, where choices are not numbered."""
    return ["Choose as many as you like."] if person.capabilities.buttons else []


async def answers_first(person: Person, survey_id: int) -> str:
    """The first three questions of `EVERY_KIND`."""
    await forges(person, f"survey:{survey_id}")
    await person.picks("Other", "Girls", "Parents", "Done")
    return await person.picks("Yes")


async def answers_rest(person: Person) -> str:
    await person.picks("5 (highest)")
    for said in ("120", "1 September 2015", "More chairs"):
        await person.says(said)
    return await person.sends(Kind.LOCATION)


async def test_every_kind_of_question_is_asked_and_stored(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    assert await leyla.says(surveys(leyla)) == "Surveys that wait for your answers, the one that closes next first"
    assert await leyla.picks("Training (open)") == "Training\n\nWhat shall we teach?\n\n8 questions, about 3 minutes"
    assert await leyla.picks("Answer") == questions("1 of 8", "What is it for?")
    assert await leyla.picks("Other") == questions("2 of 8", "Who comes?", *several(leyla))
    await leyla.picks("Girls", "Parents")
    assert await leyla.picks("Done") == questions("3 of 8", "Is there a library?")
    assert await leyla.picks("Yes") == questions("4 of 8", "How good is it?")
    assert await leyla.picks("5 (highest)") == questions("5 of 8", "How many pupils?", "A number from 1 to 5,000")
    assert await leyla.says("120") == questions("6 of 8", "Since when?")
    assert await leyla.says("1 sentyabr 2015") == (
        "Tuesday, 1 September 2015, noted.\n\n" + questions("7 of 8", "What else?")
    )
    assert await leyla.says("More chairs") == questions("8 of 8", "Where is it?", WHERE)
    assert sheets(office, key) == [Kept({place: EVERYTHING[place] for place in range(1, 8)}, complete=False)]
    assert (await leyla.sends(Kind.LOCATION)).splitlines() == [
        "Is everything right?", "What is it for? Other", "Who comes? Girls, Parents", "Is there a library? Yes",
        "How good is it? 5 (highest)", "How many pupils? 120", "Since when? Tuesday, 1 September 2015",
        "What else? More chairs", "Where is it? 40.40930, 49.86710",
    ]  # fmt: skip
    assert sheets(office, key) == [Kept(EVERYTHING, complete=True)]
    assert await leyla.picks("Done") == (
        "Thank you. Your answers to “Training” are in. You can change them until the survey closes."
    )
    assert sheets(office, key) == [Kept(EVERYTHING, complete=True)]
    assert responses(office, key) == [(f"m{office.id_of(leyla)}", office.id_of(leyla), True, True)]


async def test_a_question_that_depends_on_another_answer_is_left_out(office: Office, leyla: Person) -> None:
    key = opened(office, EVERY_KIND[0], EVERY_KIND[6], EVERY_KIND[2])
    assert await forges(leyla, f"survey:{key}") == questions("1 of 3", "What is it for?")
    assert await leyla.picks("Books") == questions("2 of 2", "Is there a library?")
    assert (await leyla.picks("No")).startswith("Is everything right?")
    assert sheets(office, key) == [Kept({1: "a", 3: False}, complete=True)]


async def test_a_pause_lasts_as_long_as_it_takes(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    await answers_first(leyla, key)
    assert await leyla.picks("Pause") == (
        f"All right, a pause. What you answered of “Training” is kept. "
        f"Whenever you like to go on, write {surveys(leyla)}."
    )
    office.clock.advance(timedelta(days=5))
    await leyla.says(surveys(leyla))
    assert leyla.options == ["Training (3 of 8, go on)"]
    assert await leyla.picks("Training (3 of 8, go on)") == questions("4 of 8", "How good is it?")
    await answers_rest(leyla)
    assert sheets(office, key) == [Kept(EVERYTHING, complete=True)]


async def test_the_button_of_its_message_goes_on_where_they_were(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    await answers_first(leyla, key)
    await leyla.picks("Pause")
    assert await forges(leyla, f"survey:{key}") == (
        "You were in the middle of it. Let us go on.\n\n" + questions("4 of 8", "How good is it?")
    )


@sqlite_alone
@pytest.mark.parametrize("shape", ["numbers", "whatsapp"])
async def test_a_survey_is_begun_by_its_word(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    assert await leyla.says(f"Survey {key}") == questions("1 of 8", "What is it for?")


async def test_two_messengers_are_one_answer(office: Office, leyla: Person, shape: str) -> None:
    other = second_phone(office, leyla, "numbers" if shape == "buttons" else "buttons", "2")
    key = opened(office, *EVERY_KIND)
    await answers_first(leyla, key)
    assert await forges(other, f"survey:{key}") == (
        "You were in the middle of it. Let us go on.\n\n" + questions("4 of 8", "How good is it?")
    )
    await other.picks("2")
    await other.says("300")
    assert await leyla.picks("5 (highest)") == questions("6 of 8", "Since when?")
    assert sheets(office, key) == [Kept({1: "c", 2: ["a", "c"], 3: True, 4: 5, 5: 300}, complete=False)]
    await leyla.says("1.9.2015")
    await other.says("1 September 2015")
    await other.says("More chairs")
    assert await leyla.says("Fewer chairs") == questions("8 of 8", "Where is it?", WHERE)
    await other.sends(Kind.LOCATION)
    assert (await other.picks("Done")).startswith("Thank you. Your answers to “Training” are in.")
    assert sheets(office, key) == [Kept(EVERYTHING | {5: 300, 7: "Fewer chairs"}, complete=True)]


async def test_answers_are_changed_until_it_closes(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    await answers_first(leyla, key)
    await answers_rest(leyla)
    await leyla.picks("Done")
    await leyla.says(surveys(leyla))
    await leyla.picks("Answered", "Training (open)")
    assert leyla.sees == (
        "Training\n\nWhat shall we teach?\n\n8 questions, about 3 minutes\n\n"
        "You answered on 1 Mar 2027. Thank you. You can change them until the survey closes."
    )
    await leyla.picks("Change my answers", "change:q5")
    await leyla.says("121")
    assert sheets(office, key) == [Kept(EVERYTHING | {5: 121}, complete=True)]
    await leyla.picks("change:q1", "Books", "Done")
    changed = {place: value for place, value in EVERYTHING.items() if place != 7} | {1: "a", 5: 121}
    assert sheets(office, key) == [Kept(changed, complete=True)]
    closes(office, key)
    assert await leyla.picks("Change my answers") == (
        "The survey “Training” is closed and takes no more answers. Thank you for your time."
    )
    assert sheets(office, key) == [Kept(changed, complete=True)]


async def test_it_closes_in_the_middle_of_a_question(office: Office, leyla: Person) -> None:
    key = opened(office, *EVERY_KIND)
    await answers_first(leyla, key)
    closes(office, key)
    assert await leyla.picks("5 (highest)") == (
        "The survey “Training” is closed and takes no more answers. Thank you for your time."
    )
    assert leyla.heard == [leyla.sees]
    assert sheets(office, key) == [Kept({1: "c", 2: ["a", "c"], 3: True}, complete=False)]


WRONG: list[tuple[int, str, str]] = [
    (5, "0", "Please write a number from 1 to 5,000."),
    (5, "5001", "Please write a number from 1 to 5,000."),
    (5, "many", "Please write a number in digits, such as 12 or 1,250.5."),
    (6, "31.02.2026", "There is no such day in the calendar. Please check the date."),
    (6, "soon", "I do not understand which day that is. Please write it like 13.03.2027."),
    (7, "x" * 501, "That is 1 character too long: up to 500 fit here. Please make it shorter."),
    (8, "1", "Please write the address, or send the place from the map."),
]


@pytest.mark.parametrize(("place", "said", "answer"), WRONG)
async def test_what_does_not_fit_is_said_and_asked_again(
    office: Office, leyla: Person, place: int, said: str, answer: str
) -> None:
    key = opened(office, EVERY_KIND[place - 1]._replace(only_if=None))
    asked = await forges(leyla, f"answer_survey:{key}")
    assert await leyla.says(said) == f"{answer}\n\n{asked}"
    assert responses(office, key) == []


async def test_an_option_that_is_not_there_is_no_answer(office: Office, leyla: Person) -> None:
    key = opened(office, EVERY_KIND[0])
    asked = await forges(leyla, f"answer_survey:{key}")
    assert await leyla.says("Something else") == f"Please pick one of these.\n\n{asked}"
    menu = leyla.last.outbound.menu
    assert await leyla.sends(Kind.TAP, tap=f"{menu}:z") == f"Please pick one of these.\n\n{asked}"
    assert await leyla.sends(Kind.STICKER) == f"I cannot read stickers. Please pick one of these.\n\n{asked}"
    assert responses(office, key) == []


async def test_a_number_that_is_typed_is_the_choice_that_is_called_so(office: Office, leyla: Person) -> None:
    key = opened(office, Asked(QuestionKind.ONE, "How many children?", ("0", "1", "2", "3+")))
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("1")
    assert sheets(office, key) == [Kept({1: "b"}, complete=True)]


async def test_the_same_answer_three_times_is_one(office: Office, leyla: Person) -> None:
    key = opened(office, EVERY_KIND[2])
    await forges(leyla, f"answer_survey:{key}")
    tap = f"{leyla.last.outbound.menu}:yes"
    await leyla.sends(Kind.TAP, tap=tap, times=3)
    for _again in range(2):
        await leyla.sends(Kind.TAP, tap=tap)
    assert sheets(office, key) == [Kept({1: True}, complete=True)]
    assert len(responses(office, key)) == 1


async def test_a_survey_and_another_conversation_leave_each_other_alone(office: Office, leyla: Person) -> None:
    key = opened(office, Asked(QuestionKind.TEXT, "What is missing?"), Asked(QuestionKind.NUMBER, "How many?"))
    await forges(leyla, f"survey:{key}")
    await leyla.says("/forget" if leyla.capabilities.commands else "Forget me")
    assert await leyla.says("Chairs") != questions("2 of 2", "How many?")
    assert sheets(office, key) == []
    await leyla.picks("No, keep it")
    assert leyla.sees.endswith(questions("1 of 2", "What is missing?"))
    assert await leyla.says("Chairs") == questions("2 of 2", "How many?")
    await leyla.says("/language" if leyla.capabilities.commands else "Language")
    await leyla.picks("English")
    assert leyla.sees.endswith(questions("2 of 2", "How many?"))
    await leyla.says("7")
    assert sheets(office, key) == [Kept({1: "Chairs", 2: 7}, complete=True)]


async def test_only_members_whom_it_asks_find_it(office: Office, leyla: Person, shape: str) -> None:
    key = opened(office, *EVERY_KIND, audience={"topics": ["health"]})
    nurse = office.member(shape, "2", "health", name="Nurse")
    await leyla.says(surveys(leyla))
    assert leyla.heard == ["No survey waits for you at the moment. As soon as one asks you, I write to you."]
    assert await forges(leyla, f"survey:{key}") == "The survey “Training” asks other members."
    await nurse.says(surveys(nurse))
    assert nurse.options == ["Training (open)"]


@pytest.mark.parametrize("forged", ["survey:99", "survey:", "survey", "survey_card:x", "answer_survey:-1",
                                    "take_survey:0", "survey:99999999999999999999"])  # fmt: skip
async def test_a_forged_button_is_answered_kindly(leyla: Person, forged: str) -> None:
    assert await forges(leyla, forged) == "I do not find this survey any more."


async def test_nobody_answers_before_they_have_registered(office: Office, shape: str) -> None:
    key = opened(office, *EVERY_KIND)
    stranger = office.member(shape, "7", registered_at=None)
    assert (await forges(stranger, f"survey:{key}")).startswith("For this we need to know who you are.")
    assert responses(office, key) == []
