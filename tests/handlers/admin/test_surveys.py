"""A survey is written in the chat: its words, its questions, whom it asks; and tried before anybody sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage.newsletters import Newsletter
from storage.responses import Answer, Response
from storage.staff import Role
from storage.surveys import Question, Survey, SurveyState, questions_of
from tests.chat import Person
from tests.handlers.admin.gatherings import day, typed, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.surveying import asks, begins, look, publishes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla")


def questions(office: Office) -> list[tuple[int, str, str]]:
    """Place, kind and English words of each."""
    found = office.database.transact(lambda session: questions_of(session, 1))
    return [(each.position, each.kind, each.texts["en"]) for each in found]


def question(office: Office, text: str) -> Question:
    found = office.database.transact(lambda session: questions_of(session, 1))
    return next(each for each in found if each.texts["en"] == text)


async def test_it_begins_with_its_words_and_says_what_it_needs(coordinator: Person) -> None:
    page = await begins(coordinator)
    assert page.split("\n\n") == [
        "Kept as a draft. Now add its questions; you can go on at any time.",
        "A survey, not published yet",
        "Training needs\nWhat shall we teach next year?",
        "Written in: English\nNot written in: Azerbaijani, Russian",
        "It has no questions yet.",
        "It goes to\neverybody who agreed to receive messages",
        *page.split("\n\n")[6:-1],
        "It stays open until you close it.\nEach member answers.\nYou will see who answered what.",
    ]
    assert coordinator.options == [
        "Add: Azərbaycanca",
        "Add: Русский",
        "Change: English",
        "Questions",
        "Who gets it",
        "Open until",
        "Who answers",
        "Anonymous",
        "Reminder",
        "Preview",
        "Try it",
        "Publish",
        "Delete the draft",
    ]
    assert (await coordinator.picks("Publish")).startswith("It has no questions yet. Please add one first.")
    assert (await coordinator.picks("Try it")).startswith("It has no questions yet.")
    assert (await coordinator.picks("Preview")).startswith("It has no questions yet. Please add one first.\n\n")


async def test_every_kind_of_question_is_asked_for_in_a_few_lines(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "One choice", "Which topic?", "Writing", "• Money", "- None")
    await asks(coordinator, "Several choices", "Which days?", "Mornings", "Evenings", required=False)
    await asks(coordinator, "Yes or no", "Online?")
    await asks(coordinator, "Scale from 1 to 5", "How good were we?")
    await asks(coordinator, "Number", "How many of you?")
    await asks(coordinator, "Date", "From when?")
    await asks(coordinator, "Short text", "What else?", required=False)
    await coordinator.picks("New question", "Place")
    await coordinator.says("Where?")
    page = await coordinator.picks("Yes")
    assert page == "8. Where?\n\nPlace\nIt must be answered."
    assert questions(office) == [
        (1, "one", "Which topic?"),
        (2, "several", "Which days?"),
        (3, "yes_no", "Online?"),
        (4, "scale", "How good were we?"),
        (5, "number", "How many of you?"),
        (6, "date", "From when?"),
        (7, "text", "What else?"),
        (8, "place", "Where?"),
    ]
    assert question(office, "Which topic?").options == [
        {"code": "a", "labels": {"en": "Writing"}},
        {"code": "b", "labels": {"en": "Money"}},
        {"code": "c", "labels": {"en": "None"}},
    ]
    assert await coordinator.picks("All questions") == (
        "1. Which topic? · One choice\n2. Which days? · Several choices\n3. Online? · Yes or no\n"
        "4. How good were we? · Scale from 1 to 5\n5. How many of you? · Number\n6. From when? · Date\n"
        "7. What else? · Short text\n8. Where? · Place"
    )


async def test_bad_choices_get_a_sentence_and_the_question_again(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await coordinator.picks("Questions", "New question", "One choice")
    await coordinator.says("Which topic?")
    for said, sentence in (
        ("Writing", "Please write at least 2 lines."),
        ("Writing\nMoney\nwriting", "“writing” stands there twice. Please write each once."),
        ("\n".join(f"Choice {place}" for place in range(13)), "Please write at most 12 lines."),
        (f"Money\n{'x' * 101}", "That is 1 character too long: up to 100 fit here. Please make it shorter."),
    ):
        assert await coordinator.says(said) == f"{sentence}\n\nWrite the choices, each on a line of its own."
    await coordinator.says("Writing\nMoney")
    await coordinator.picks("Yes")
    assert questions(office) == [(1, "one", "Which topic?")]


async def test_bounds_must_be_in_order_and_stand_on_the_page(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Number", "How many of you?")
    await coordinator.picks("Smallest and largest")
    await coordinator.says("10")
    again = await coordinator.says("2")
    assert again == (
        "The largest number must be larger than the smallest.\n\n"
        "What is the smallest number that can be right? Skip it for none."
    )
    await coordinator.says("0")
    page = await coordinator.says("500")
    assert page == "1. How many of you?\n\nNumber\nIt must be answered.\nAt least 0\nAt most 500"
    assert (question(office, "How many of you?").least, question(office, "How many of you?").most) == (0, 500)


async def test_a_question_can_wait_for_an_answer_and_comes_after_it(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "One choice", "Which topic?", "Writing", "Money")
    assert "Ask it only if …" not in coordinator.options
    await asks(coordinator, "Short text", "What do you write?")
    await coordinator.picks("Ask it only if …")
    assert coordinator.sees == "Which earlier question decides it?"
    await coordinator.picks("1. Which topic?")
    assert await coordinator.picks("Done") == (
        "Please choose at least one.\n\nIt is asked of those who answered that one with:"
    )
    page = await coordinator.picks("Writing", "Done")
    assert page.endswith("Only for those who answered question 1 with: Writing")
    first = question(office, "Which topic?").id
    assert question(office, "What do you write?").only_if == {"question": first, "codes": ["a"]}
    moved = await coordinator.picks("Earlier")
    assert moved.startswith("It cannot stand there: a question comes after the one it depends on.")
    await coordinator.picks("2. What do you write?", "Ask it only if …", "Ask everybody")
    assert question(office, "What do you write?").only_if == {}
    await coordinator.picks("Earlier")
    assert questions(office) == [(1, "text", "What do you write?"), (2, "one", "Which topic?")]


async def test_a_question_is_moved_only_where_there_is_a_place_for_it(office: Office, coordinator: Person) -> None:
    await begins(coordinator)

    def moves() -> list[str]:
        return [option for option in coordinator.options if option in {"Earlier", "Later"}]

    await asks(coordinator, "Short text", "Why?")
    assert moves() == []
    await asks(coordinator, "Short text", "How?")
    assert moves() == ["Earlier"]
    await asks(coordinator, "Short text", "When?")
    await coordinator.picks("All questions", "2. How?")
    assert moves() == ["Earlier", "Later"]
    await coordinator.picks("Later")
    assert questions(office) == [(1, "text", "Why?"), (2, "text", "When?"), (3, "text", "How?")]


async def test_a_deleted_question_leaves_no_gap_and_nothing_waits_for_it(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await asks(coordinator, "Short text", "With what?")
    await coordinator.picks("Ask it only if …", "1. Online?", "Yes", "Done")
    await coordinator.picks("All questions", "1. Online?")
    assert await coordinator.picks("Delete the question") == (
        "Delete the question “Online?”? Its words in every language go with it."
    )
    assert (await coordinator.picks("No, leave it")).startswith("1. Online?\n\n")
    said = await coordinator.picks("Delete the question", "Yes, delete it")
    assert said == "The question is deleted.\n\n1. With what? · Short text"
    assert question(office, "With what?").only_if == {}


async def test_other_languages_have_a_line_for_each_choice(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "One choice", "Which topic?", "Writing", "Money")
    await coordinator.picks("Back to the survey", "Add: Azərbaycanca")
    await coordinator.says("Təlim ehtiyacları")
    page = await coordinator.says("Gələn il nəyi öyrədək?")
    assert "Some questions are not written in: Azerbaijani" in page
    asked = await coordinator.picks("Questions", "1. Which topic?", "Question: Azərbaycanca")
    assert asked == "How is the question asked in Azerbaijani?\n\n1. Which topic?"
    assert await coordinator.says("Hansı mövzu?") == (
        "Write the choices in Azerbaijani, each on a line of its own.\n• Writing\n• Money"
    )
    assert (await coordinator.says("Yazı")).startswith("I need 2 lines, in the same order. You sent 1.")
    await coordinator.says("Yazı\nPul")
    assert question(office, "Which topic?").texts == {"en": "Which topic?", "az": "Hansı mövzu?"}
    labels = [each["labels"] for each in question(office, "Which topic?").options]
    assert labels == [{"en": "Writing", "az": "Yazı"}, {"en": "Money", "az": "Pul"}]
    page = await coordinator.picks("Back to the survey")
    assert "Written in: Azerbaijani, English\nNot written in: Russian\n\n1. Which topic?" in page


async def test_one_translates_from_question_to_question_up_to_the_list(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Short text", "Why?")
    await asks(coordinator, "One choice", "Which topic?", "Writing", "Money")
    await asks(coordinator, "Short text", "What else?")
    await coordinator.picks("Question: Русский")
    assert await coordinator.says("Что ещё?") == "How is the question asked in Russian?\n\n1. Why?"
    assert await coordinator.says("Почему?") == "How is the question asked in Russian?\n\n2. Which topic?"
    assert (await coordinator.picks("Cancel")).startswith("All right, nothing was changed.\n\n2. Which topic?")
    await coordinator.picks("Choices: Русский")
    assert await coordinator.says("Заявки\nДеньги") == "How is the question asked in Russian?\n\n2. Which topic?"
    listed = "1. Why? · Short text\n2. Which topic? · One choice\n3. What else? · Short text"
    assert await coordinator.says("Какая тема?") == listed
    found = office.database.transact(lambda session: questions_of(session, 1))
    assert [each.texts["ru"] for each in found] == ["Почему?", "Какая тема?", "Что ещё?"]
    await coordinator.picks("1. Why?", "Question: English")
    assert (await coordinator.says("Why so?")).startswith("1. Why so?\n\n")


async def test_it_is_tried_in_each_language_as_its_members_are_asked(coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await asks(coordinator, "Scale from 1 to 5", "How good were we?")
    await asks(coordinator, "Short text", "What else?", required=False)
    await coordinator.picks("Back to the survey", "Add: Русский")
    await coordinator.says("Обучение")
    await coordinator.says("Чему учить?")
    first = await coordinator.picks("Try it", "Русский")
    assert first == "This is how members will be asked. Your answers are not kept.\n\n1 из 3\nOnline?"
    assert coordinator.options == ["Да", "Нет", "Отмена"]
    assert coordinator.last.outbound.language == "ru"  # what is said of the numbers, too
    assert await coordinator.says("?") == "Пожалуйста, выберите один из вариантов.\n\n1 из 3\nOnline?"
    assert await coordinator.picks("Да") == "2 из 3\nHow good were we?"
    assert coordinator.options == ["1 (минимум)", "2", "3", "4", "5 (максимум)", "Назад", "Отмена"]
    await coordinator.picks("5 (максимум)")
    assert await coordinator.picks("Пропустить") == (
        "Всё верно?\nOnline? Да\nHow good were we? 5 (максимум)\nWhat else? –"
    )
    assert (await coordinator.picks("Готово")).startswith("That was all of it. Nothing was kept.")


async def test_it_is_tried_as_a_member_would_answer_it_and_nothing_stays(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await asks(coordinator, "Short text", "With what?")
    await coordinator.picks("Back to the survey")
    first = await coordinator.picks("Try it")
    assert first == "This is how members will be asked. Your answers are not kept.\n\n1 of 2\nOnline?"
    assert await coordinator.picks("Yes") == "2 of 2\nWith what?"
    assert (await coordinator.says("Zoom")).startswith("That was all of it. Nothing was kept.")
    counted = office.database.transact(
        lambda session: [session.scalar(select(func.count()).select_from(table)) for table in (Response, Answer)]
    )
    assert counted == [0, 0]


async def test_its_terms_are_a_tap_or_a_line_each(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    closes, few = day(office, 9, 18), "Fewer than 5 are asked, so nothing can ever be shown of it."
    await coordinator.picks("Open until")
    assert (await coordinator.says("31.02.2027")).endswith("Skip it to close it by hand.")
    await coordinator.says(typed(closes))
    await coordinator.picks("Who answers", "One answer from each organisation")
    page = await coordinator.picks("Anonymous", "Yes")
    assert page.endswith(
        f"Open until {words(office, closes)}\nOne answer from each organisation.\nIt is anonymous. {few}\n"
        "Those who have not answered are reminded once, before it closes."
    )
    page = await coordinator.picks("Reminder", "No")
    assert page.endswith(f"It is anonymous. {few}")
    kept = look(office, lambda survey: (survey.closes_at, survey.per, survey.anonymous, survey.nudge))
    assert kept == (closes, "organisation", True, False)


async def test_whom_it_asks_is_chosen_on_the_same_pages_as_for_newsletters(office: Office, coordinator: Person) -> None:
    office.member("buttons", "2", "education")
    office.member("buttons", "3", "health")
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await coordinator.picks("Back to the survey", "Who gets it", "Topics", "Education", "Done")
    page = await coordinator.picks("Back to the draft")
    assert "It goes to\nTopics: Education\n\n1 member" in page
    await publishes(coordinator, office, "Send to 1 member")
    kept = look(office, lambda survey: (survey.state, survey.audience))
    assert kept == (SurveyState.OPEN, {"topics": ["education"]})


async def test_a_draft_can_be_thrown_away_with_all_that_belongs_to_it(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await coordinator.picks("Back to the survey")
    assert await coordinator.picks("Delete the draft") == (
        "Delete the survey “Training needs”? It was not sent to anybody."
    )
    assert await coordinator.picks("Yes, delete it") == "The draft is deleted."
    left = office.database.transact(
        lambda session: [
            session.scalar(select(func.count()).select_from(table)) for table in (Survey, Question, Newsletter)
        ]
    )
    assert left == [0, 0, 0]


async def test_others_neither_see_nor_change_it(office: Office, coordinator: Person, shape: str) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    stranger = office.member(shape, "7", "education")
    for option in ("survey_page:1", "question:1", "survey_publish:1", "survey_results:1", "survey_file:1:csv"):
        assert (await forges(stranger, option)).startswith("This is not open to you.")
    focal = office.staff(shape, "8", Role.FOCAL_POINT, topics=["health"])
    for option in ("survey_page:1", "question:1", "survey_publish:1", "survey_results:1", "survey_file:1:csv"):
        assert (await forges(focal, option)).startswith("I do not find this survey among yours.")


async def test_once_it_is_out_its_questions_stand(office: Office, coordinator: Person) -> None:
    office.member("buttons", "2", "education")
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await publishes(coordinator, office, "Send to 2 members")
    for option in (
        "question_remove:1",
        "question_remove_now:1",
        "question_new:1",
        "survey_words:1:en",
        "survey_field:1:anonymous",
    ):
        assert (await forges(coordinator, option)).startswith("A survey, open since ")
    assert questions(office) == [(1, "yes_no", "Online?")]


async def test_it_is_not_sent_when_it_would_be_closed_already(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await coordinator.picks("Back to the survey", "Open until")
    await coordinator.says(typed(day(office, 1, 12)))
    office.clock.advance(timedelta(days=2))
    page = await forges(coordinator, "survey_publish:1")
    assert page.startswith("It would be closed already. Please say until when it is open.")


async def test_while_it_waits_for_its_hour_one_is_told_which(office: Office, coordinator: Person) -> None:
    await begins(coordinator)
    await asks(coordinator, "Yes or no", "Online?")
    await coordinator.picks("Back to the survey", "Publish", "Send at another time")
    leaves = day(office, 2, 15)
    await coordinator.says(typed(leaves))
    await coordinator.picks("Plan it")
    assert await forges(coordinator, "survey_page:1") == (
        "This survey is on its way out and cannot be changed. Take it back first.\n\n"
        f"It is to leave on {words(office, leaves)}."
    )
    assert coordinator.options == ["See where it stands"]
