"""What is voted on closes where it stands, opens again, moves its end and is withdrawn, and nobody is written to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from bot.core.rendering import render
from storage.members import MemberAddress
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.gatherings import day, typed
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.surveying import asks, begins, publishes
from tests.handlers.admin.test_votes import counts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

People = Mapping[str, Person]

STAY = "Polls that were closed in Telegram (demo) stay closed: members answer under Surveys, or under a reminder."


@pytest.fixture
def coordinator(office: Office) -> Person:
    return office.staff("buttons", "1", Role.COORDINATOR, name="Leyla")


@pytest.fixture
async def people(office: Office, coordinator: Person) -> People:
    """One on each messenger, and the question before them."""
    people = {
        shape: office.member(shape, str(number)) for number, shape in enumerate(("buttons", "numbers", "whatsapp"), 2)
    }
    await begins(coordinator, "Next training")
    await asks(coordinator, "One choice", "Is 3 < 5 & <b>bold</b>?", "Yes & <no>", "Money", "None")
    await publishes(coordinator, office, f"Send to {len(people) + 1} members")
    return people


async def does(office: Office, coordinator: Person, people: People, *steps: str) -> None:
    """The coordinator picks these, and nobody gets a message for it."""
    before = {shape: person.received for shape, person in people.items()}
    for step in steps:
        await forges(coordinator, step)
    await office.tick()
    await office.tick()
    assert {shape: person.received for shape, person in people.items()} == before


async def test_what_is_written_like_formatting_is_read_as_it_was_written(people: People) -> None:
    poll = render(people["buttons"].last.outbound, people["buttons"].capabilities)
    assert poll.text.split("\n\n")[1] == "Is 3 < 5 & <b>bold</b>?"
    assert poll.poll == ("Yes & <no>", "Money", "None")
    assert "\n\nIs 3 < 5 & <b>bold</b>?\n\n" in people["numbers"].sees
    assert people["numbers"].options[:3] == ["Yes & <no>", "Money", "None"]


async def test_it_closes_in_silence_and_under_a_closed_poll_no_choice_is_offered(
    office: Office, coordinator: Person, people: People
) -> None:
    member = people["buttons"]
    sent = member.screen[0].id
    await does(office, coordinator, people, "survey_close_now:1")
    assert member.closed == {sent}


async def test_opened_again_it_can_be_voted_on_though_its_polls_stay_closed(
    office: Office, coordinator: Person, people: People
) -> None:
    await people["whatsapp"].picks("Money")
    await does(office, coordinator, people, "survey_close_now:1")
    said = await forges(coordinator, "survey_reopen:1")
    await does(office, coordinator, people)
    assert said.split("\n\n")[:2] == ["It is open again, until you close it.", STAY]
    assert len(people["buttons"].closed) == 1
    await forges(people["buttons"], "survey:1")  # "More about it", under the poll
    assert (await people["buttons"].picks("Answer", "None")).startswith("Thank you.")
    assert await people["whatsapp"].says("VOTE 1 1") == "Changed: your answer is “Yes & <no>” now."
    assert (await people["numbers"].says("VOTE 1 2")).startswith("Thank you, your answer is in.")
    assert counts(office) == {"a": 1, "b": 1, "c": 1}


async def test_given_another_end_it_is_open_again_too(office: Office, coordinator: Person, people: People) -> None:
    await does(office, coordinator, people, "survey_close_now:1")
    await forges(coordinator, "survey_page:1")
    await coordinator.picks("Open until")
    said = await coordinator.says(typed(day(office, 5, 18)))
    assert said.split("\n\n")[:2] == ["Done. Its copies say so where they can be changed.", STAY]
    await coordinator.picks("Open until")
    assert STAY not in await coordinator.says(typed(day(office, 6, 18)))


async def test_closed_by_mistake_and_opened_at_once_its_polls_never_closed(
    office: Office, coordinator: Person, people: People
) -> None:
    await does(office, coordinator, people, "survey_close_now:1", "survey_reopen:1")
    await people["buttons"].votes("Money")
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def test_while_its_end_moves_votes_go_on(office: Office, coordinator: Person, people: People) -> None:
    before = {shape: person.received for shape, person in people.items()}
    await forges(coordinator, "survey_page:1")
    await coordinator.picks("Open until")
    await coordinator.says(typed(day(office, 5, 18)))
    await office.tick()
    await office.tick()
    assert {shape: person.received for shape, person in people.items()} == before
    assert people["buttons"].closed == set()
    await people["buttons"].votes("Money")
    office.clock.advance(day(office, 5, 18) - office.clock.now())
    assert "closed on" in await people["numbers"].says("VOTE 1 2")  # before the tick has noticed
    await office.tick()
    assert counts(office) == {"a": 0, "b": 1, "c": 0}


async def test_withdrawn_it_takes_no_vote(office: Office, coordinator: Person, people: People) -> None:
    poll = people["buttons"].screen[0].id
    await does(office, coordinator, people, "survey_withdraw_now:1")
    assert people["buttons"].closed == {poll}
    assert (await people["buttons"].casts(f"2-{poll}", 0)).startswith("“Next training” closed on ")
    assert (await people["numbers"].says("VOTE 1 2")).startswith("I do not find this survey any more.")
    assert counts(office) == {"a": 0, "b": 0, "c": 0}


@pytest.mark.usefixtures("people")
async def test_who_joins_later_votes_by_the_list_or_by_the_word(office: Office) -> None:
    new, other = office.member("buttons", "8"), office.member("numbers", "9")
    await new.says("/surveys")
    await new.picks("Next training (open)", "Answer", "Money")
    assert (await other.says("VOTE 1 2")).startswith("Thank you, your answer is in.")
    assert counts(office) == {"a": 0, "b": 2, "c": 0}


async def test_one_member_on_two_messengers_has_the_vote_they_gave_last(office: Office, people: People) -> None:
    polled, other = people["buttons"], office.person("numbers", "7")

    whose = office.id_of(polled)

    def join(session: Session) -> None:
        now = office.clock.now()
        session.add(
            MemberAddress(channel=other.channel, user=other.user, member_id=whose, preferred=False, created_at=now)
        )

    office.database.transact(join)
    await polled.votes("Money")
    assert await other.says("VOTE 1 3") == "Changed: your answer is “None” now."
    assert counts(office) == {"a": 0, "b": 0, "c": 1}
    await polled.votes("Yes & <no>")
    assert counts(office) == {"a": 1, "b": 0, "c": 0}
    await polled.votes()
    assert counts(office) == {"a": 0, "b": 0, "c": 0}
