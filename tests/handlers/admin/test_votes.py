"""A survey of one question is voted on where it is read: as a poll, with a button or by a word, into one result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.actions import results
from bot.core.messages import Address, Inbound, Kind
from bot.core.rendering import render
from storage.members import Member
from storage.outbox import OutboxRow
from storage.polls import Poll
from storage.responses import Answer, Response
from storage.staff import Role
from storage.surveys import Survey, questions_of
from tests.chat import Person
from tests.handlers.admin.gatherings import day, typed, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.surveying import asks, begins, publishes

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHOICES = ("Writing", "Money", "None")


@pytest.fixture
def shape() -> str:
    """The coordinator's, which changes nothing here."""
    return "buttons"


@pytest.fixture
def coordinator(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.COORDINATOR, name="Leyla", region="baku")


def counts(office: Office) -> Mapping[str, int]:
    """What the results say."""
    found = office.database.transact(
        lambda session: results.results(session, session.get_one(Survey, 1), questions_of(session, 1))
    )
    return found[0].counts


def rows(office: Office, table: type[Any]) -> int:
    return office.database.transact(lambda session: len(session.scalars(select(table)).all()))


async def out(office: Office, coordinator: Person, members: str, kind: str = "One choice", *,
              closes: bool = False) -> None:  # fmt: skip
    """A survey of one question is published."""
    await begins(coordinator, "Next training")
    await asks(coordinator, kind, "What shall we teach?", *(CHOICES if "choice" in kind else ()))
    if closes:
        await coordinator.picks("Back to the survey", "Open until")
        await coordinator.says(typed(day(office, 5, 18)))
    await publishes(coordinator, office, members)


async def test_on_telegram_it_is_a_poll_that_says_why_it_came_and_how_to_stop(
    office: Office, coordinator: Person
) -> None:
    member = office.member("buttons", "2", "education")
    await begins(coordinator, "Next training")
    await asks(coordinator, "One choice", "What shall we teach?", *CHOICES)
    await coordinator.picks("Back to the survey", "Who gets it", "Topics", "Education", "Done", "Back to the draft")
    await publishes(coordinator, office, "Send to 1 member")
    poll = render(member.last.outbound, member.capabilities)
    assert poll.text == ("Next training\n\nWhat shall we teach?\n\nYou receive this because you follow: Education.")
    assert (poll.poll, poll.several) == (CHOICES, False)
    assert [button.label for row in poll.rows for button in row] == ["More about it", "Stop: Education"]


async def test_a_vote_is_thanked_once_changed_in_silence_and_taken_back(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members", closes=True)
    until = words(office, day(office, 5, 18))
    assert await member.votes("Writing") == f"Thank you, your answer is in. You can change it until {until}."
    assert counts(office) == {"a": 1, "b": 0, "c": 0}
    assert await member.votes("Money") == ""
    assert counts(office) == {"a": 0, "b": 1, "c": 0}
    assert await member.votes() == ""
    assert counts(office) == {"a": 0, "b": 0, "c": 0}
    assert await member.votes("None") == f"Thank you, your answer is in. You can change it until {until}."
    assert counts(office) == {"a": 0, "b": 0, "c": 1}


async def test_the_same_vote_three_times_counts_once(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members")
    await member.votes("Money", times=3)
    await member.votes("Money")
    assert counts(office) == {"a": 0, "b": 1, "c": 0}
    assert (rows(office, Response), rows(office, Answer)) == (1, 1)


async def test_a_vote_that_is_delivered_again_after_it_was_taken_back_stays_taken_back(
    office: Office, coordinator: Person
) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members")
    poll = f"2-{member.screen[-1].id}"
    vote = Inbound(Address(member.channel, member.user), "777", kind=Kind.VOTE, poll=poll, picked=(1,))
    for _time in range(2):
        await office.accept([vote])
        await office.settle()
        await member.votes()
        assert counts(office) == {"a": 0, "b": 0, "c": 0}
    await office.accept([vote])
    await office.settle()
    assert counts(office) == {"a": 0, "b": 0, "c": 0}


async def test_several_choices_are_one_vote(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members", "Several choices")
    await member.votes("None", "Writing")
    assert counts(office) == {"a": 1, "b": 0, "c": 1}
    await member.votes("Money")
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


@pytest.mark.parametrize(("kind", "choice", "code"), [("Yes or no", "Yes", "yes"), ("Scale from 1 to 5", "4", "4")])
async def test_yes_no_and_scales_are_polls_too(
    office: Office, coordinator: Person, kind: str, choice: str, code: str
) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members", kind)
    await member.votes(choice)
    assert {key: times for key, times in counts(office).items() if times} == {code: 1}


@pytest.mark.parametrize("others", ["numbers", "whatsapp"])
async def test_both_messengers_vote_into_one_result(office: Office, coordinator: Person, others: str) -> None:
    polled, other = office.member("buttons", "2"), office.member(others, "3")
    await out(office, coordinator, "Send to 3 members")
    assert other.sees.startswith("Next training\n\nWhat shall we teach next year?\n\n1 question, about 1 minute\n\n")
    assert "\n\nWhat shall we teach?\n\n" in other.sees
    await polled.votes("Money")
    assert await other.picks("Money") == "Thank you, your answer is in. You can change it until the survey closes."
    assert counts(office) == {"a": 0, "b": 2, "c": 0}
    assert await forges(other, "vote:1:b") == "Your answer is “Money”, as before."
    assert await forges(other, "vote:1:a") == "Changed: your answer is “Writing” now."
    assert counts(office) == {"a": 1, "b": 1, "c": 0}


async def test_it_can_be_typed_where_there_are_no_buttons(office: Office, coordinator: Person) -> None:
    member = office.member("numbers", "2")
    await out(office, coordinator, "Send to 2 members")
    assert "_Money – write VOTE 1 2_" in member.last.screen
    assert await member.says("vote 1 2") == "Thank you, your answer is in. You can change it until the survey closes."
    assert counts(office) == {"a": 0, "b": 1, "c": 0}
    assert await member.says("VOTE 1 9") == "There is no such choice."
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


@pytest.mark.parametrize("typed", ["VOTE", "SURVEY"])
async def test_the_word_alone_shows_what_can_be_answered(office: Office, coordinator: Person, typed: str) -> None:
    member = office.member("numbers", "2")
    await out(office, coordinator, "Send to 2 members")
    await member.says(typed)
    assert member.options[0] == "Next training (open)"
    assert counts(office) == {"a": 0, "b": 0, "c": 0}


async def test_the_word_with_the_survey_alone_asks_its_question(office: Office, coordinator: Person) -> None:
    member = office.member("numbers", "2")
    await out(office, coordinator, "Send to 2 members")
    assert await member.says("VOTE 1 ") == "What shall we teach?"
    assert member.options[:3] == ["Writing", "Money", "None"]
    await member.says("2")
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def caught_up(office: Office, member: Person, key: str, text: str, *later: str) -> str:
    """A message that was missed is found in the platform's list, with those that were said after it."""
    member.news.clear()
    await office.accept([Inbound(Address(member.channel, member.user), key, text=Markup(text), at=1.0, later=later)])
    await office.settle()
    return member.sees if member.news else ""


async def test_what_was_missed_does_not_undo_what_was_voted_after_it(office: Office, coordinator: Person) -> None:
    member = office.member("numbers", "2")
    await out(office, coordinator, "Send to 2 members")
    await caught_up(office, member, "third", "VOTE 1 3")
    assert await caught_up(office, member, "first", "VOTE 1 1", "third") == "Your answer is “None”, as before."
    assert counts(office) == {"a": 0, "b": 0, "c": 1}


@pytest.mark.parametrize("later", ["hello", "VOTE 2 1", "VOTE 1", "VOTE 1 9"])
async def test_what_was_missed_counts_where_nothing_was_voted_after_it(
    office: Office, coordinator: Person, later: str
) -> None:
    member = office.member("numbers", "2")
    await out(office, coordinator, "Send to 2 members")
    await caught_up(office, member, "later", later)
    await caught_up(office, member, "first", "VOTE 1 1", "later", "never seen")
    assert counts(office) == {"a": 1, "b": 0, "c": 0}


async def test_a_vote_leaves_what_else_is_being_talked_about_alone(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2", "education", name="Murad")
    await out(office, coordinator, "Send to 2 members")
    await member.says("/profile")
    await member.picks("Name")
    asked = member.sees
    await member.votes("Writing")
    assert member.heard == ["Thank you, your answer is in. You can change it until the survey closes."]
    await member.votes("Money")
    assert member.heard == []
    await member.says("Murad Əliyev")
    assert asked != ""
    key = office.id_of(member)
    assert office.database.transact(lambda session: session.get_one(Member, key).name) == "Murad Əliyev"
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def test_once_closed_every_poll_is_and_a_late_vote_gets_a_sentence(office: Office, coordinator: Person) -> None:
    member, other = office.member("buttons", "2"), office.member("whatsapp", "3")
    await out(office, coordinator, "Send to 3 members")
    await member.votes("Money")
    poll = member.last.id if "Thank" not in member.sees else member.screen[-2].id
    await coordinator.says("/surveys")
    await coordinator.picks("Open surveys", "Next training", "Close it now", "Yes, close it")
    await office.tick()
    await office.tick()
    assert poll in member.closed
    closed = await member.casts(f"2-{poll}", 0)
    assert closed.startswith("“Next training” closed on ")
    assert closed.endswith(", so this was not counted any more.")
    assert (await forges(other, "vote:1:a")) == closed
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def test_votes_nobody_meant_are_passed_over(office: Office, coordinator: Person) -> None:
    member, stranger = office.member("buttons", "2"), office.person("buttons", "9")
    await out(office, coordinator, "Send to 2 members")
    poll = f"2-{member.screen[-1].id}"
    assert await member.casts("unknown", 0) == ""
    assert await member.casts(poll, 7) == ""
    assert await stranger.casts(poll, 0) == ""  # somebody the poll was forwarded to
    assert (await forges(member, "vote:1:z")) == "There is no such choice."
    assert rows(office, Answer) == 0


async def test_a_vote_that_came_before_its_poll_was_noted_counts(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await out(office, coordinator, "Send to 2 members")

    def lose(session: Session) -> None:
        session.execute(delete(Poll))
        session.execute(update(OutboxRow).where(OutboxRow.broadcast_id.is_not(None)).values(doubts=1))

    office.database.transact(lose)
    await member.casts("its-first-copy", 1)
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def test_an_anonymous_question_is_no_poll_for_a_poll_knows_who_voted(office: Office, coordinator: Person) -> None:
    member = office.member("buttons", "2")
    await begins(coordinator, "Next training")
    await asks(coordinator, "Yes or no", "Were you paid?")
    await coordinator.picks("Back to the survey", "Anonymous", "Yes")
    await publishes(coordinator, office, "Send to 2 members")
    assert render(member.last.outbound, member.capabilities).poll == ()
    assert member.options[0] == "Answer"
