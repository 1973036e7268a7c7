"""One answer for an organisation, anonymous answers, and short surveys."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.hushing import AFTER
from bot.core.conversation import Conversation
from scheduler.housekeeping import HUSHED, Housekeeping
from storage.conversations import ConversationState
from storage.inbox import InboxRow
from storage.outbox import OutboxRow
from storage.responses import Answer
from storage.surveys import QuestionKind
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, closes, opened, responses, second_phone, sheets, speak_for
from tests.handlers.people import sqlite_alone
from tests.storage.asking import EVERY_KIND, Asked

HOW, SECRET = Asked(QuestionKind.SCALE, "How was it?"), Asked(QuestionKind.TEXT, "What was wrong?")
WHO = Asked(QuestionKind.SEVERAL, "Who comes?", ("Girls", "Boys", "Parents"))


@pytest.fixture
def rauf(office: Office, leyla: Person) -> Person:
    """Her colleague."""
    rauf = office.member("buttons", "50", name="Rauf")
    speak_for(office, "Initiative", leyla, rauf)
    return rauf


async def test_a_colleague_sees_who_answers_and_may_take_over(office: Office, leyla: Person, rauf: Person) -> None:
    key = opened(office, *EVERY_KIND, per="organisation")
    await forges(rauf, f"survey:{key}")
    await rauf.picks("Other", "Girls", "Done")
    assert (await forges(leyla, f"survey:{key}")).endswith(
        "\n\nRauf is answering “Training” for your organisation, since 1 Mar 2027."
    )
    assert leyla.options == ["Answer in their place", "Surveys"]
    rauf.news.clear()
    assert await leyla.picks("Answer in their place") == "3 of 8\nIs there a library?"
    assert rauf.heard == ["Leyla goes on with “Training” for your organisation. Your answers are kept."]
    assert (await rauf.picks("Yes")).endswith("Leyla is answering “Training” for your organisation, since 1 Mar 2027.")
    await leyla.picks("No")
    assert sheets(office, key) == [Kept({1: "c", 2: ["a"], 3: False}, complete=False)]
    organisation = responses(office, key)[0][0]
    assert organisation.startswith("o")
    assert responses(office, key) == [(organisation, office.id_of(leyla), False, True)]


async def test_a_colleague_sees_that_it_is_answered(office: Office, leyla: Person, rauf: Person) -> None:
    key = opened(office, HOW, per="organisation")
    await forges(rauf, f"answer_survey:{key}")
    await rauf.picks("5 (highest)")
    await leyla.says("/surveys" if leyla.capabilities.commands else "Surveys")
    assert leyla.heard == ["No survey waits for you at the moment. As soon as one asks you, I write to you."]
    assert (await forges(leyla, f"answer_survey:{key}")) == (
        "Rauf answered “Training” for your organisation on 1 Mar 2027."
    )
    closes(office, key)
    assert await leyla.picks("Answer in their place") == (
        "The survey “Training” is closed and takes no more answers. Thank you for your time."
    )
    assert responses(office, key)[0][1] == office.id_of(rauf)


async def test_each_member_answers_where_it_is_asked_of_members(office: Office, leyla: Person, rauf: Person) -> None:
    key = opened(office, HOW)
    for person, answer in ((leyla, "2"), (rauf, "4")):
        await forges(person, f"answer_survey:{key}")
        await person.picks(answer)
    assert sheets(office, key) == [Kept({1: 2}, complete=True), Kept({1: 4}, complete=True)]


async def test_a_short_survey_thanks_at_once_and_can_be_changed(office: Office, leyla: Person) -> None:
    closing = office.clock.now() + timedelta(days=1)
    key = opened(office, HOW, closes_at=closing)
    assert await forges(leyla, f"answer_survey:{key}") == "How was it?"
    assert await leyla.picks("2") == (
        "Thank you. Your answers to “Training” are in. You can change them until Tuesday, 2 March 2027, 12:00 "
        "(Baku time)."
    )
    assert await leyla.picks("Change my answers") == "Is everything right?\nHow was it? 2"
    await leyla.picks("Change: How was it?", "4", "Done")
    assert sheets(office, key) == [Kept({1: 4}, complete=True)]
    office.clock.advance(timedelta(days=1))
    assert await forges(leyla, f"answer_survey:{key}") == (
        "The survey “Training” is closed and takes no more answers. Thank you for your time."
    )


async def answers_anonymously(person: Person, survey_id: int) -> str:
    await forges(person, f"answer_survey:{survey_id}")
    await person.picks("Girls", "Parents", "Done")
    return await person.says("The secret")


async def test_an_anonymous_answer_is_given_once_and_shown_to_nobody(office: Office, leyla: Person) -> None:
    key = opened(office, WHO, SECRET, anonymous=True)
    assert await answers_anonymously(leyla, key) == (
        "Thank you. Your answers to “Training” are in, and nothing tells that they are yours."
    )
    assert sheets(office, key) == [Kept({1: ["a", "c"], 2: "The secret"}, complete=True)]
    assert responses(office, key) == [(f"m{office.id_of(leyla)}", office.id_of(leyla), True, False)]
    assert await forges(leyla, f"answer_survey:{key}") == "You have answered “Training” already. Thank you."
    await forges(leyla, f"survey:{key}")
    assert leyla.options == ["Surveys"]
    assert leyla.sees.endswith("You answered on 1 Mar 2027. Thank you.")


async def test_of_an_anonymous_answer_no_word_stays_behind(office: Office, leyla: Person) -> None:
    key = opened(office, WHO, SECRET, anonymous=True)
    await answers_anonymously(leyla, key)
    office.clock.advance(HUSHED + timedelta(seconds=1))
    await Housekeeping(office.database, office.clock, office.files).hush()

    def traces(session: Session) -> list[str]:
        rows = (*session.scalars(select(InboxRow.payload)), *session.scalars(select(OutboxRow.payload)),
                *session.scalars(select(ConversationState.state)))  # fmt: skip
        written = [json.dumps(each, ensure_ascii=False) for each in rows]
        return [each for each in written if "secret" in each or "Parents" in each or '"c"' in each]

    assert office.database.transact(traces) == []
    given = office.database.transact(lambda session: session.scalars(select(Answer.value)).all())
    assert sorted(given, key=repr) == ["The secret", ["a", "c"]]


async def test_until_the_last_answer_an_anonymous_survey_stores_none(office: Office, leyla: Person) -> None:
    key = opened(office, WHO, SECRET, anonymous=True)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Girls", "Done", "Pause")
    assert sheets(office, key) == []
    assert responses(office, key) == [(f"m{office.id_of(leyla)}", office.id_of(leyla), False, False)]
    await leyla.picks("Go on")
    assert leyla.sees == "2 of 2\nWhat was wrong?"
    await leyla.says("Nothing")
    assert sheets(office, key) == [Kept({1: ["a"], 2: "Nothing"}, complete=True)]


async def test_half_an_anonymous_answer_is_forgotten_once_the_survey_is_over(office: Office, leyla: Person) -> None:
    key, other = (opened(office, WHO, SECRET, anonymous=True) for _each in range(2))
    for each in (other, key):
        await forges(leyla, f"answer_survey:{each}")
        await leyla.picks("Girls", "Parents", "Done", "Pause")
    closes(office, key)
    housekeeping = Housekeeping(office.database, office.clock, office.files)

    def halves(session: Session) -> list[str]:
        states = [Conversation.from_json(state) for state in session.scalars(select(ConversationState.state))]
        return sorted(each.form for state in states for each in (*state.stack, *state.aside))

    await housekeeping.forget_halves()
    assert office.database.transact(halves) == sorted([f"survey:{key}", f"survey:{other}"])
    office.clock.advance(AFTER + timedelta(seconds=1))
    await housekeeping.forget_halves()
    assert office.database.transact(halves) == [f"survey:{other}"]


async def test_an_anonymous_survey_goes_on_on_the_other_messenger_and_counts_once(
    office: Office, leyla: Person, shape: str
) -> None:
    other = second_phone(office, leyla, "numbers" if shape == "buttons" else "buttons", "2")
    key = opened(office, WHO, SECRET, anonymous=True)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Girls", "Done")
    assert await forges(other, f"answer_survey:{key}") == "2 of 2\nWhat was wrong?"
    await other.says("Nothing")
    assert await leyla.says("Everything") != ""
    assert sheets(office, key) == [Kept({1: ["a"], 2: "Nothing"}, complete=True)]


@sqlite_alone
async def test_what_is_typed_in_the_middle_of_it_is_read_by_nobody_either(office: Office, leyla: Person) -> None:
    key = opened(office, SECRET, anonymous=True)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("The secret")
    payloads = office.database.transact(lambda session: session.scalars(select(InboxRow.payload)).all())
    assert payloads[-1] == {}
