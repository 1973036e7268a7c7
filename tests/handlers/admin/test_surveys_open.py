"""A survey that is out: who answered, who is reminded, when it closes, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest

from bot.core.messages import Kind
from scheduler.surveys import Nudges
from storage.staff import Role
from storage.surveys import SurveyState
from tests.chat import Person
from tests.handlers.admin.gatherings import day, typed, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.surveying import asks, begins, draws, look, publishes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Out(NamedTuple):
    """A survey of two questions on its way: one member answered it, one stopped half way, one did nothing."""

    coordinator: Person
    done: Person
    halfway: Person
    silent: Person


@pytest.fixture
async def out(office: Office, shape: str) -> Out:
    """Closes in ten days at six."""
    coordinator = office.staff(shape, "1", Role.COORDINATOR, name="Leyla")
    done = office.member("numbers", "2", "education", region="baku", name="Murad")
    halfway = office.member("buttons", "3", "health", region="baku", name="Nigar")
    silent = office.member("numbers", "4", "education", region="ganja-dashkasan", language="ru", name="Иван")
    await begins(coordinator)
    await asks(coordinator, "One choice", "Which topic?", "Writing", "Money", "None")
    await asks(coordinator, "Scale from 1 to 5", "How good were we?")
    await coordinator.picks("Back to the survey", "Open until")
    await coordinator.says(typed(day(office, 10, 18)))
    await publishes(coordinator, office, "Send to 4 members")
    await done.picks("Answer", "Writing", "4")
    await halfway.picks("Answer", "Money")
    return Out(coordinator, done, halfway, silent)


async def page(coordinator: Person) -> str:
    return await forges(coordinator, "survey_page:1")


async def test_its_page_tells_the_response_rate_as_it_is(office: Office, out: Out) -> None:
    terms = f"Open until {words(office, day(office, 10, 18))}\n"
    terms += f"Those who have not answered are reminded on {words(office, day(office, 8, 10))}."
    rate = "Asked: 4\nAnswered: 1 / 4 (25%)\nStopped half way: 1"
    assert (await page(out.coordinator)).split("\n\n")[1:] == [rate, terms]
    assert await out.coordinator.picks("By topic") == ("By topic\nEducation: 1 / 2 (50%)\nHealth: 0 / 1 (0%)")
    assert await out.coordinator.picks("Back to the survey", "By region") == (
        "By region\nBaku: 1 / 2 (50%)\nnot known: 0 / 1 (0%)\nGanja-Dashkasan: 0 / 1 (0%)"
    )
    await out.halfway.picks("5 (highest)")
    assert "Answered: 2 / 4 (50%)\nStopped half way: 0" in await page(out.coordinator)


async def test_the_message_that_asks_leads_to_the_page_and_is_not_corrected(office: Office, out: Out) -> None:
    await forges(out.coordinator, "broadcast:1")
    assert out.coordinator.options[1] == "Open its page"
    assert (await out.coordinator.picks("Open its page")).startswith("A survey, open since ")
    office.clock.advance(timedelta(days=3))
    refusal = (await forges(out.coordinator, "recall:1")).split("\n")[-1]
    assert refusal == "So there is nothing that could be taken back."
    assert out.coordinator.options == ["Open its page", "Back to the newsletter"]


async def test_by_hand_those_who_have_not_answered_are_reminded_once_a_day(office: Office, out: Out) -> None:
    await page(out.coordinator)
    assert await out.coordinator.picks("Remind who has not") == (
        "2 members have not begun.\n1 member stopped half way.\nShall I remind them? Nobody who answered hears of it."
    )
    out.done.news.clear()
    await out.coordinator.picks("Yes, remind them")
    await office.tick()
    assert out.halfway.sees.startswith(
        "You began to answer “Training needs”. Your answers are kept; it goes on where you stopped.\nIt is open until"
    )
    assert out.halfway.options[0] == "Answer"
    assert "Training needs" in out.silent.sees
    assert out.done.news == []
    again = await out.coordinator.picks("Remind who has not")
    assert again.startswith("They were reminded within the last day. From ")
    assert (await forges(out.coordinator, "survey_nudge_now:1")).startswith("They were reminded within the last day.")


async def test_before_they_are_reminded_it_says_who_is_left_and_nothing_of_none(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR, name="Leyla")
    member = office.member("buttons", "2")
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Will you come again?")
    await publishes(coordinator, office, "Send to 2 members")
    await member.votes("Yes")
    await page(coordinator)
    assert await coordinator.picks("Remind who has not") == (
        "1 member has not begun.\nShall I remind them? Nobody who answered hears of it."
    )
    await forges(coordinator, "vote:1:yes")
    assert await forges(coordinator, "survey_nudge:1") == "There is nobody to remind: everybody has answered."
    assert coordinator.options == ["Back to the survey"]


async def test_by_the_tick_they_are_reminded_once_two_days_before_at_a_civil_hour(office: Office, out: Out) -> None:
    tick = Nudges(office.database, office.clock, office.network, lambda: None).tick
    out.silent.news.clear()
    office.clock.advance(day(office, 8, 10) - office.clock.now() - timedelta(minutes=1))
    await tick()
    await office.tick()
    assert out.silent.news == []
    office.clock.advance(timedelta(minutes=1))
    for _ in range(3):
        await tick()
        await office.tick()
    assert len(out.silent.news) == 1
    assert out.halfway.sees.startswith("You began to answer “Training needs”.")
    assert not out.done.sees.startswith("We would like")


async def test_whoever_answers_while_the_reminder_waits_for_the_morning_gets_none(office: Office, out: Out) -> None:
    night = day(office, 1, 23)
    office.clock.advance(night - office.clock.now())
    await forges(out.coordinator, "survey_nudge_now:1")
    await office.tick()
    await forges(out.halfway, "survey:1")
    await out.halfway.picks("5 (highest)")
    out.halfway.news.clear()
    out.silent.news.clear()
    office.clock.advance(timedelta(hours=11))
    await office.tick()
    assert out.halfway.news == []
    assert "Training needs" in out.silent.sees


async def test_it_closes_by_itself_everywhere_and_late_answers_get_a_sentence(office: Office, out: Out) -> None:
    office.clock.advance(day(office, 10, 18) - office.clock.now())
    await office.tick()
    await office.tick()
    assert look(office, lambda survey: survey.state) == SurveyState.CLOSED
    [copy] = [seen for seen in out.halfway.screen if seen.text.startswith("Training needs\nClosed on ")]
    assert "Answer" not in copy.options
    late = await forges(out.halfway, "survey:1")
    assert late == "The survey “Training needs” is closed and takes no more answers. Thank you for your time."
    assert (await page(out.coordinator)).startswith("A survey, closed on ")


async def test_it_is_closed_opened_again_and_withdrawn_by_hand(office: Office, out: Out) -> None:
    await page(out.coordinator)
    assert await out.coordinator.picks("Close it now") == (
        "Close “Training needs” now? Nobody can answer it from then on. You can open it again, unless it is anonymous."
    )
    assert (await out.coordinator.picks("Yes, close it")).startswith(
        "Done. Its copies say so where they can be changed.\n\nA survey, closed on "
    )
    await out.coordinator.picks("All surveys", "Closed surveys", "Training needs")
    assert (await out.coordinator.picks("Open it again")).startswith("It is open again, until you close it.")
    await forges(out.halfway, "survey:1")
    await out.halfway.picks("5 (highest)")
    assert "Answered: 2 / 4 (50%)" in await page(out.coordinator)
    await out.coordinator.picks("Withdraw the survey", "Yes, withdraw it")
    assert look(office, lambda survey: survey.state) == SurveyState.WITHDRAWN
    assert out.coordinator.options == ["All surveys"]
    assert await page(out.coordinator) == "“Training needs” was withdrawn."
    assert out.coordinator.options == ["New survey", "All surveys"]


async def test_its_end_moves_and_the_copies_say_so(office: Office, out: Out) -> None:
    await page(out.coordinator)
    await out.coordinator.picks("Open until")
    later = day(office, 20, 12)
    said = await out.coordinator.says(typed(later))
    assert f"Open until {words(office, later)}" in said
    await office.tick()
    assert any(f"Open until {words(office, later)}" in seen.text for seen in out.halfway.screen)


async def test_results_in_words_by_part_and_as_files(out: Out) -> None:
    await page(out.coordinator)
    assert await out.coordinator.picks("Results") == (
        "Training needs\n\n1. Which topic?\n50% · Writing (1)\n50% · Money (1)\n0% · None (0)\nn = 2\n\n"
        "2. How good were we?\n0% · 1 (0)\n0% · 2 (0)\n0% · 3 (0)\n100% · 4 (1)\n0% · 5 (0)\n"
        "n = 1 · mean 4 · median 4 · standard deviation 0"
    )
    assert await out.coordinator.picks("By region") == "By region\nBaku: 2"
    assert (await out.coordinator.picks("Baku")).startswith("Baku\n\n1. Which topic?\n50% · Writing (1)")
    await out.coordinator.picks("All results", "By language", "All results", "Answers for Excel")
    assert out.coordinator.file is not None
    assert out.coordinator.file.name == "survey-1-answers.xlsx"
    await forges(out.coordinator, "survey_file:1:csv")
    assert [seen.outbound.attachment.name for seen in out.coordinator.news if seen.outbound.attachment] == [
        "survey-1-answers.csv",
        "survey-1-codebook.csv",
    ]


async def test_results_as_pictures_one_a_question(office: Office, out: Out) -> None:
    await draws(office)
    await forges(out.coordinator, "survey_pictures:1")
    kinds = [seen.outbound.attachment.kind for seen in out.coordinator.news if seen.outbound.attachment]
    assert kinds == ["photo", "photo"]


async def test_results_go_back_to_those_who_answered_in_their_language(office: Office, out: Out) -> None:
    out.silent.news.clear()
    await forges(out.silent, "survey:1")
    await out.silent.says("2")
    await out.silent.says("5")
    await page(out.coordinator)
    await out.coordinator.picks("Close it now", "Yes, close it", "Results", "Send to who answered")
    assert out.coordinator.sees == "Send the results to the 2 members who answered, each in their language?"
    assert await out.coordinator.picks("Yes, send them") == "The results are on their way to those who answered."
    await office.tick()
    assert out.done.sees.startswith(
        "Training needs\n\nThank you for your answers. This is what came of it:\n\n1. Which topic?\n"
    )
    assert out.silent.sees.startswith("Training needs (")
    assert not out.halfway.sees.startswith("Training needs\n\nThank you")
    assert await forges(out.coordinator, "survey_share_now:1") == "The results were sent already."


async def test_an_anonymous_survey_shows_nothing_before_it_closes_or_five_answered(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR)
    members = [office.member("buttons", str(number), region="baku") for number in range(2, 8)]
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Were you paid?")
    await coordinator.picks("Back to the survey", "Anonymous", "Yes")
    await publishes(coordinator, office, "Send to 7 members")
    for member in members[:4]:
        await member.picks("Answer", "Yes")
    hidden = "This survey is anonymous. Its results can be seen once it is closed."
    assert await forges(coordinator, "survey_results:1") == hidden
    assert await forges(coordinator, "survey_file:1:csv") == hidden
    await forges(coordinator, "survey_close_now:1")
    few = "It is anonymous, and fewer than 5 answered: so nothing is shown."
    assert (await forges(coordinator, "survey_results:1")).endswith(few)
    assert await forges(coordinator, "survey_file:1:csv") == few
    await forges(coordinator, "survey_reopen:1")
    await members[4].sends(Kind.TAP, tap="survey:1")
    await members[4].picks("No")
    await forges(coordinator, "survey_close_now:1")
    assert (await forges(coordinator, "survey_results:1")).endswith("80% · Yes (4)\n20% · No (1)\nn = 5")
    opened_again = "It is anonymous, and its results can be seen. Open again, it would tell who answers next.\n\n"
    await page(coordinator)
    assert not {"Open it again", "Open until"} & set(coordinator.options)
    for forged in ("survey_reopen:1", "survey_end_field:1:closes_at"):
        assert (await forges(coordinator, forged)).startswith(opened_again)
    assert look(office, lambda survey: survey.state) == SurveyState.CLOSED
