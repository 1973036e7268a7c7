"""A funding call goes out like a newsletter, to those it concerns; afterwards every copy says what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core.locale import date_words, zoned_words
from bot.network import Network
from storage.calls import Call, CallState, Dislike
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState
from storage.reminders import Reminder
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.gatherings import day, typed, words
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.test_calls import begins, column
from tests.handlers.people import both_shapes, sqlite_alone


def state(office: Office) -> str:
    return str(column(office, "state"))


def reminders(office: Office) -> dict[str, datetime]:
    def look(session: Session) -> dict[str, datetime]:
        return {each.name: each.due_at for each in session.scalars(select(Reminder))}

    return office.database.transact(look)


def in_days(office: Office, days: int) -> str:
    """A day, as somebody writes it."""
    return f"{office.clock.now().astimezone(office.network.zone) + timedelta(days=days):%d.%m.%Y}"


async def until(person: Person, office: Office, days: int) -> str:
    await person.picks("Deadline")
    return await person.says(in_days(office, days))


async def publishes(person: Person, office: Office, members: int) -> None:
    await person.picks("Publish")
    await person.picks(f"Send to {members} member" + ("s" if members > 1 else ""))
    await office.tick()
    await office.tick()


async def published(office: Office, owner: Person, days: int = 40) -> None:
    """A call on education that everybody of those has."""
    await begins(owner)
    await owner.picks("Topics", "Education", "Done")
    await until(owner, office, days)
    await publishes(owner, office, 1)


@pytest.fixture
def reader(office: Office, owner: Person, shape: str) -> Person:
    del owner  # who comes first
    return office.member(shape, "2", "education")


async def test_it_goes_to_those_it_concerns(office: Office, owner: Person, shape: str, reader: Person) -> None:
    abroad = office.member(shape, "3", "education", country="GE")
    stranger = office.member(shape, "4", "health", region="baku")
    await begins(owner)
    await owner.picks("Topics", "Education", "Done")
    await owner.picks("Regions", "Outside the country", "Done")
    await publishes(owner, office, 1)
    assert abroad.sees.split("\n")[0] == "Green schools"
    assert (reader.screen, stranger.screen) == ([], [])
    assert state(office) == CallState.OPEN


@sqlite_alone
async def test_of_consultative_status_alone_those_who_have_it(office: Office, owner: Person, reader: Person) -> None:
    del reader
    office.member("buttons", "7", "education", ecosoc="special")
    await begins(owner)
    await owner.picks("Who may apply", "NGOs in consultative status with ECOSOC", "Done")
    await owner.picks("Publish")
    assert owner.sees.split("\n\n")[:2] == [
        "Not said yet: Donor, Amount, Deadline and Web page.",
        "Send to 1 member now?",
    ]


@sqlite_alone
async def test_nobody_hears_of_what_they_do_not_want_to_hear_of(office: Office, owner: Person, reader: Person) -> None:
    large = {"member_id": office.id_of(reader), "what": "large:EUR:5"}
    office.database.transact(lambda session: session.add(Dislike(**large)))
    await begins(owner)
    await owner.picks("Topics", "Education", "Done")
    await owner.picks("Amount")
    await owner.says("50 000 EUR")
    assert (await owner.picks("Publish")).split("\n\n")[0] == (
        "Nobody would get it: no member matches. Please change who gets it."
    )
    await owner.picks("Amount")
    await owner.says("5000 EUR")
    assert "Send to 1 member now?" in (await owner.picks("Publish")).split("\n")


async def test_readers_get_the_card_in_their_language(office: Office, owner: Person, shape: str) -> None:
    leyla = office.member(shape, "2", "education", language="az")
    boris = office.member(shape, "3", "education", language="ru")
    await begins(owner)
    await owner.picks("Topics", "Education", "Done")
    await owner.picks("Add: Azərbaycanca")
    await owner.says("Yaşıl məktəblər")
    await owner.says("Kiçik layihələr üçün.")
    await owner.picks("Publish")
    assert "1 member who reads Russian will get the text in English." in owner.sees.split("\n")
    await owner.picks("Send to 2 members")
    await office.tick()
    assert leyla.sees.split("\n\n")[:2] == ["Yaşıl məktəblər", "Kiçik layihələr üçün."]
    assert boris.sees.split("\n\n")[:3:2] == ["Green schools (язык: английский)", "Темы: Образование"]


async def test_preview_and_test_copy_show_what_members_get(owner: Person, reader: Person) -> None:
    del reader
    await begins(owner)
    await owner.picks("Preview")
    assert any(
        text.startswith("Green schools\n\nFor small projects.") or "\nGreen schools\n" in text for text in owner.heard
    )
    assert owner.sees.split("\n")[0] == "A call, not published yet"
    await owner.picks("Send a test to me")
    assert owner.heard[0].split("\n\n")[:2] == ["Green schools", "For small projects."]
    assert owner.sees.split("\n")[0] == "This is how members will see it. It came only to you."


async def test_the_ordinary_road_leads_back_to_the_page(office: Office, owner: Person, reader: Person) -> None:
    del reader
    await begins(owner)
    await owner.picks("Publish")
    assert (await owner.picks("Back to the draft")).split("\n")[0] == "A call, not published yet"
    await until(owner, office, 5)
    await owner.picks("Publish", "Send at another time")
    moment = day(office, 2, 12)
    await owner.says(typed(moment))
    await owner.picks("Plan it")
    assert (await forges(owner, "call_sheet:1")) == (
        "This call is on its way out and cannot be changed. Take it back first.\n\n"
        f"It is to leave on {words(office, moment)}."
    )
    await owner.picks("See where it stands", "Back to a draft")
    assert owner.sees.split("\n\n")[:2] == [
        "All right, it was not sent to anybody. It is a draft again.",
        "A call, not published yet",
    ]
    assert state(office) == CallState.DRAFT


@sqlite_alone
async def test_what_is_changed_before_the_last_tap_is_sent_as_it_is_then(
    office: Office, owner: Person, reader: Person
) -> None:
    await begins(owner)
    await owner.picks("Publish")
    await forges(owner, "call_field:1:donor")
    await owner.says("European Union")
    await forges(owner, "send_now:1:2")
    await office.tick()
    assert "Donor: European Union" in reader.sees.split("\n")


async def test_what_is_over_is_never_announced(office: Office, owner: Person, reader: Person) -> None:
    await begins(owner)
    await until(owner, office, 1)
    office.clock.advance(timedelta(days=3))
    told = (await forges(owner, "call_publish:1")).split("\n\n")[0]
    assert told.startswith("It is of use until ")
    assert reader.screen == []


@sqlite_alone
async def test_what_is_planned_beyond_the_deadline_is_not_sent(office: Office, owner: Person, reader: Person) -> None:
    del reader
    await begins(owner)
    await until(owner, office, 2)
    await owner.picks("Publish", "Send at another time")
    moment = office.clock.now().astimezone(office.network.zone) + timedelta(days=4)
    assert (await owner.says(f"{moment:%d.%m.%Y} 12:00")).split("\n\n")[0].startswith("It is of use until ")


async def test_its_reminders_are_set_and_not_those_that_are_over(office: Office, owner: Person, reader: Person) -> None:
    del reader
    await published(office, owner, days=10)
    assert sorted(reminders(office)) == ["1d", "3d"]
    assert column(office, "published_at") is not None


async def test_a_deadline_that_has_passed_closes_the_card_in_place(
    office: Office, owner: Person, reader: Person
) -> None:
    await published(office, owner, days=3)
    told = len(reader.screen)
    before = reader.screen[-1].options
    office.clock.advance(timedelta(days=4))
    await office.tick()
    closed = zoned_words(column(office, "deadline"), office.network.zone)
    assert state(office) == CallState.CLOSED
    assert len(reader.screen) == told
    if reader.capabilities.edits:
        assert reader.screen[-1].text.split("\n")[:2] == ["Green schools", f"Closed on {closed}."]
        assert (before[0], reader.screen[-1].options) == ("Save", ["Stop: Education"])


async def test_an_edit_changes_the_copies_in_place_and_tells_nobody(
    office: Office, owner: Person, reader: Person
) -> None:
    await published(office, owner)
    told = len(reader.screen)
    await forges(owner, "call_sheet:1")
    assert owner.sees.split("\n")[0].startswith("A call, published on ")
    await owner.picks("Donor")
    await owner.says("European Union")
    await office.tick()
    assert len(reader.screen) == told
    assert ("Donor: European Union" in reader.screen[-1].text) == reader.capabilities.edits


async def test_a_moved_deadline_moves_the_reminders_and_tells_savers(
    office: Office, owner: Person, reader: Person, shape: str
) -> None:
    other = office.member(shape, "3", "health")
    await published(office, owner, days=20)
    before = reminders(office)
    await forges(reader, "save:1")
    await forges(owner, "call_sheet:1")
    page = await until(owner, office, 30)
    assert page.split("\n\n")[0] == "1 member who saved it is told."
    assert {name: due - before[name] for name, due in reminders(office).items()} == dict.fromkeys(
        before, timedelta(days=10)
    )
    reader.news.clear()
    await office.tick()
    moment = date_words(column(office, "deadline").astimezone(office.network.zone).date())
    told = [text.split("\n\n")[0] for text in reader.heard]
    assert f"The deadline of “Green schools” has moved. You can apply until {moment}." in told
    assert other.screen == []


async def test_the_same_deadline_again_is_no_news(office: Office, owner: Person, reader: Person) -> None:
    await published(office, owner, days=20)
    await forges(reader, "save:1")
    await forges(owner, "call_sheet:1")
    assert (await until(owner, office, 20)).split("\n")[0].startswith("A call, published on ")


async def test_one_that_closed_opens_again_with_a_new_deadline(office: Office, owner: Person, reader: Person) -> None:
    await published(office, owner, days=3)
    office.clock.advance(timedelta(days=5))
    await office.tick()
    await forges(owner, "call_sheet:1")
    assert owner.sees.split("\n")[0].startswith("A call, closed on ")
    await until(owner, office, 10)
    assert (state(office), column(office, "closed_at"), sorted(reminders(office))) == (
        CallState.OPEN,
        None,
        ["1d", "3d"],
    )
    await office.tick()
    if reader.capabilities.edits:
        assert reader.screen[-1].text.split("\n")[1] == ""


async def test_it_is_closed_early_and_savers_hear_of_it(office: Office, owner: Person, reader: Person) -> None:
    await published(office, owner)
    await forges(reader, "save:1")
    await forges(owner, "call_sheet:1")
    assert await owner.picks("Close it now") == (
        "Close “Green schools” now, before its deadline? Those who saved it are told."
    )
    await owner.picks("Yes, close it")
    assert (state(office), reminders(office)) == (CallState.CLOSED, {})
    reader.news.clear()
    await office.tick()
    told = [text.split("\n\n")[0] for text in reader.heard]
    assert "“Green schools” is closed and takes no more applications." in told


async def test_a_withdrawn_call_holds_no_more(office: Office, owner: Person, reader: Person) -> None:
    await published(office, owner)
    await forges(reader, "save:1")
    await forges(owner, "call_sheet:1")
    await owner.picks("Withdraw the call", "Yes, withdraw it")
    assert owner.sees == "Done. Its copies say so where they can be changed."
    reader.news.clear()
    await office.tick()
    told = [text.split("\n\n")[0] for text in reader.heard]
    assert "“Green schools” was withdrawn. Please do not apply to it any more." in told
    assert await forges(owner, "call_sheet:1") == "This call was withdrawn, and cannot be changed any more."


@pytest.mark.parametrize("shape", ["buttons"])
async def test_what_was_recalled_can_be_published_again(office: Office, owner: Person, reader: Person) -> None:
    await published(office, owner)
    assert (await forges(owner, "call_publish:1")).split("\n\n")[0] == "This call was published already."
    await forges(owner, "recall:1")
    await owner.picks("Yes, take it back")
    await office.tick()
    await forges(owner, "call_sheet:1")
    received = reader.received
    await owner.picks("Publish again", "Send it all the same")
    await office.tick()
    assert reader.received == received + 1
    assert reader.screen[-1].text.split("\n")[0] == "Green schools"
    assert "Save" in str(reader.screen[-1].options)


@sqlite_alone
async def test_a_focal_point_publishes_for_its_topics_alone(
    office: Office, owner: Person, reader: Person, shape: str
) -> None:
    del reader
    author = office.staff(shape, "5", Role.FOCAL_POINT, topics=["health"])
    await begins(author)
    assert (await author.picks("Publish")).split("\n\n")[0] == (
        "You publish calls on: Health. Please choose the topics of this one among them."
    )
    await author.picks("Topics", "Done", "Publish")
    assert author.sees.split("\n\n")[0] == "Nobody would get it: no member matches. Please change who gets it."
    await begins(owner)
    await owner.picks("Topics", "Education", "Done")
    await publishes(owner, office, 1)
    for button in ("call_sheet:2", "call_close_now:2", "call_withdraw_now:2", "call_field:2:donor"):
        assert (await forges(author, button)).split(".")[0] == "I do not find this call among yours"


class TestWithApproval:
    @pytest.fixture
    def network(self, network: Network) -> Network:
        return replace(network, manners=replace(network.manners, approval=True))

    @both_shapes
    async def test_a_second_person_agrees_and_then_its_words_stand(
        self, office: Office, owner: Person, shape: str
    ) -> None:
        second = office.staff(shape, "2", Role.COORDINATOR, name="Leyla")
        await begins(owner)
        await owner.picks("Publish", "Ask for approval")
        assert (await forges(owner, "call_sheet:1")).split(".")[
            0
        ] == "This call is on its way out and cannot be changed"
        await second.picks("Approve")
        await office.tick()
        await office.tick()
        assert state(office) == CallState.OPEN
        await forges(owner, "call_sheet:1")
        assert owner.options == ["Deadline", "Close it now", "Withdraw the call", "See how it went"]
        refused = "A second person agreed to this call as it stands, so only its deadline can be changed."
        assert (await forges(owner, "call_words:1:en")).split("\n\n")[0] == refused
        await forges(owner, "call_field:1:donor")
        assert (await owner.says("Somebody")).split("\n\n")[0] == refused
        assert column(office, "donor") == ""

    @both_shapes
    async def test_a_declined_one_is_a_draft_again(self, office: Office, owner: Person, shape: str) -> None:
        second = office.staff(shape, "2", Role.COORDINATOR, name="Leyla")
        await begins(owner)
        await owner.picks("Publish", "Ask for approval")
        await second.picks("Reject")
        await second.says("Who gives it?")
        assert (await forges(owner, "draft:1")).split("\n")[0] == "A call, not published yet"


@sqlite_alone
async def test_the_audit_log_tells_what_was_done(office: Office, owner: Person, reader: Person) -> None:
    del reader
    await published(office, owner)
    await forges(owner, "call_sheet:1")
    await owner.picks("Close it now", "Yes, close it")
    lines = [line.partition(": Aysel (you) ")[2] for line in (await owner.says("/audit")).split("\n")[1:]]
    assert (lines[0], lines[-1]) == ("closed “Green schools” early", "began a call: “Green schools”")
    assert sum(line.startswith("moved the deadline of “Green schools” to ") for line in lines) == 1


@sqlite_alone
async def test_its_publication_is_no_newsletter_of_its_own(office: Office, owner: Person, reader: Person) -> None:
    """Correcting it would be forgotten with the next change of the call: so that leads to the page."""
    del reader
    await published(office, owner)
    assert (await forges(owner, "correct:1")).split("\n")[0].startswith("A call, published on ")
    newsletter = office.database.transact(lambda session: session.get_one(Newsletter, 1))
    assert (newsletter.about, newsletter.about_id, newsletter.useful_until) == ("call", 1, column(office, "deadline"))
    assert office.database.transact(lambda session: session.get_one(Call, 1).author_id) == newsletter.author_id


async def test_with_more_topics_it_is_sent_to_those_who_do_not_have_it(
    office: Office, owner: Person, reader: Person, shape: str
) -> None:
    other = office.member(shape, "3", "health")
    await published(office, owner)
    assert other.screen == []
    told = len(reader.screen)
    await forges(owner, "call_sheet:1")
    assert not [label for label in owner.options if label.startswith("Send it")]
    await owner.picks("Topics", "Health", "Done")
    await owner.picks("Send it to 1 more member")
    await owner.picks("Send to 1 member")
    await office.tick()
    await office.tick()
    assert other.sees.split("\n")[0] == "Green schools"
    assert len(reader.screen) == told
    assert (await forges(owner, "call_publish:1")).split("\n")[0] == "This call was published already."


@sqlite_alone
async def test_without_a_deadline_what_waits_yet_is_of_use_for_good(
    office: Office, owner: Person, reader: Person
) -> None:
    del reader
    await published(office, owner)
    of_it = update(OutboxRow).where(OutboxRow.broadcast_id == 1)
    office.database.transact(lambda session: session.execute(of_it.values(state=OutboxState.QUEUED)) and None)
    await forges(owner, "call_sheet:1")
    await owner.picks("Deadline", "Skip")
    expires = select(OutboxRow.expires_at).where(OutboxRow.broadcast_id == 1)
    assert office.database.transact(lambda session: session.scalars(expires).all()) == [None]
