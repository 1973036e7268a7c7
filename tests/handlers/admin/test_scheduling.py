"""At another time: a moment as people say it, echoed in words, then planned, moved, missed or of no use any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.core.locale import zoned_words
from bot.core.moments import some_day
from storage.broadcasts import Broadcast, BroadcastState
from storage.members import find_address
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import both_shapes, sqlite_alone


def tomorrow(office: Office, hour: int) -> datetime:
    local = office.clock.now().astimezone(office.network.zone)
    return (local + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def words(office: Office, moment: datetime) -> str:
    return zoned_words(moment, office.network.zone)


def state(office: Office, key: int = 1) -> str:
    return office.database.transact(lambda session: session.get_one(Broadcast, key).state)


async def until(office: Office, moment: datetime) -> None:
    office.clock.advance(moment - office.clock.now())
    await office.tick()


async def plans(owner: Person, office: Office, text: str = "Good news") -> datetime:
    await drafts(owner, text)
    await owner.picks("Send", "Send at another time")
    await owner.says("завтра в 10")
    await owner.picks("Plan it")
    return tomorrow(office, 10)


@both_shapes  # on WhatsApp a bell rings the next day
async def test_it_leaves_at_its_hour(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    day = f"{some_day(office.clock.now(), office.network.zone):%d.%m}"
    assert owner.sees == (
        f"When shall it leave?\nWrite a day and an hour, such as {day} 15:00, tomorrow 9:00, or Friday 14:30."
    )
    await owner.says("sabah saat 10-da")
    at = tomorrow(office, 10)
    assert owner.sees.split("\n")[0] == f"Send to 2 members on {words(office, at)}?"
    assert owner.options == ["Plan it", "Another time", "Back to the draft"]
    await owner.picks("Plan it")
    heard = "\n\n".join(owner.heard).split("\n")
    assert heard[:2] == ["Planned: “Good news”", f"It leaves on {words(office, at)}."]
    assert heard[-1] == f"All right. It goes to 2 members on {words(office, at)}."
    await until(office, at - timedelta(seconds=1))
    assert leyla.screen == []
    owner.news.clear()
    await until(office, at + timedelta(seconds=1))
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["Good news"]
    assert "On its way: “Good news”" in "\n".join(owner.heard).split("\n")


@sqlite_alone
async def test_a_day_without_an_hour_is_asked_again(office: Office, owner: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("tomorrow")
    at = tomorrow(office, 21)
    day = words(office, at).rpartition(", ")[0]
    assert owner.sees == f"{day}: at what hour? Please write it like 9:00 or 14:30."
    await owner.says("9 вечера")
    assert owner.sees.split("\n")[0] == f"Send to 1 member on {words(office, at)}?"


@sqlite_alone
async def test_what_cannot_be_is_refused_with_a_sentence(office: Office, owner: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    year = office.clock.now().year
    day = f"{some_day(office.clock.now(), office.network.zone):%d.%m}"
    for said, answer in (
        ("soon", f"I do not understand when that is. Please write it like {day} 15:00, or tomorrow 9:00."),
        ("31.11 12:00", "There is no such day in the calendar. Please check the date."),
        (f"1.1.{year} 10:00", "is over already. Please write a later one."),
        (f"1.1.{year}", "is over already. Please write a later one."),
        (f"1.1.{year + 3} 10:00", "is more than a year ahead. Please write an earlier one."),
        (f"1.1.{year + 3}", "is more than a year ahead. Please write an earlier one."),
    ):
        refused, question = (await owner.says(said)).split("\n\n")
        assert refused.endswith(answer)
        assert question.startswith("When shall it leave?")
    await owner.picks("Cancel")
    assert owner.sees.split("\n")[0] == "All right, nothing was changed."


async def test_one_that_is_planned_can_be_moved_sent_now_or_taken_back(office: Office, owner: Person) -> None:
    await plans(owner, office)
    await owner.says("/broadcasts")
    assert [option.split(", ")[1] for option in owner.options] == ["planned: Good news"]
    await owner.picks("broadcast:1")
    assert owner.options == ["Send now", "Another time", "Back to a draft", "All newsletters"]
    await owner.picks("Another time")
    await owner.says("tomorrow 12:00")
    noon = tomorrow(office, 12)
    assert owner.sees == f"Shall it leave on {words(office, noon)}?"
    await owner.picks("Yes, plan it so")
    assert f"It leaves on {words(office, noon)}." in owner.sees.split("\n")
    await until(office, tomorrow(office, 10) + timedelta(hours=1))
    assert office.queued() == 0
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Another time")
    await owner.picks("Cancel")
    assert owner.sees.split("\n")[0] == "All right, nothing was changed."
    await owner.picks("Back to a draft")
    assert owner.sees.split("\n")[0] == "All right, it was not sent to anybody. It is a draft again."
    await plans(owner, office, "More news")
    await forges(owner, "planned:2:now")
    await office.tick()
    assert office.queued(2) == 1


@sqlite_alone
async def test_a_moment_that_passes_while_one_thinks(office: Office, owner: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send at another time")
    await owner.says("через 5 минут")
    office.clock.advance(timedelta(minutes=10))
    await owner.picks("Plan it")
    assert owner.sees.split("\n\n")[:2] == ["That moment is over already.", "Send to 1 member now?"]
    for moment in ("1", "99999999999999", "x", "-5"):
        said = await forges(owner, f"send_now:1:7:{moment}")
        assert said.split("\n\n")[0] in {"That moment is over already.", "The number has changed meanwhile."}


@both_shapes  # on WhatsApp a bell rings the next day
async def test_past_its_grace_it_is_asked_about_once(office: Office, owner: Person, shape: str) -> None:
    at = await plans(owner, office)
    owner.news.clear()
    await until(office, at + timedelta(hours=2, minutes=1))
    assert owner.sees.split("\n")[:4] == [
        "Not sent at its hour: “Good news”",
        f"It should have left on {words(office, at)}.",
        "I was not running then, and now it may be too late.",
        "What would you like to do?",
    ]
    assert (state(office), office.queued()) == (BroadcastState.LATE, 0)
    if shape == "buttons":
        assert [seen.text.split("\n")[0] for seen in owner.screen[-2:]] == ["Not sent at its hour: “Good news”"] * 2
    heard = len(owner.screen)
    await until(office, at + timedelta(hours=9))
    assert len(owner.screen) == heard
    if shape != "buttons":
        await owner.says("/broadcasts")
        await owner.picks("broadcast:1")
    assert owner.options[:3] == ["Send now", "Another time", "Back to a draft"]
    await owner.picks("Send now")
    await office.tick()
    assert office.queued() == 1


async def test_within_its_grace_it_leaves_late(office: Office, owner: Person) -> None:
    at = await plans(owner, office)
    later = await office.restarted()
    office.clock.advance(at + timedelta(hours=1, minutes=59) - office.clock.now())
    await later.broadcasts.tick()
    assert office.queued() == 1


@both_shapes  # as above
@pytest.mark.parametrize("gone", ["blocked", "forgotten"])
@sqlite_alone
async def test_where_the_author_is_gone_those_who_run_the_network_are_asked(
    office: Office, owner: Person, shape: str, gone: str
) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR)
    at = await plans(coordinator, office)
    if gone == "forgotten":
        await coordinator.says("/forget")
        await coordinator.picks("Yes, erase everything")

    def block(session: Session) -> None:
        address = find_address(session, coordinator.channel, coordinator.user)
        assert address is not None
        address.unreachable = "blocked"

    office.database.transact(block)
    owner.news.clear()
    await until(office, at + timedelta(hours=3))
    assert (state(office), office.queued()) == (BroadcastState.LATE, 0)
    assert owner.sees.split("\n")[0] == "Not sent at its hour: “Good news”"


@sqlite_alone
@both_shapes  # on WhatsApp a bell rings the next day
async def test_what_has_begun_is_never_announced(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await drafts(owner, "Good news")
    await owner.picks("Time limit and urgency", "Of use until…")
    await owner.says("tomorrow 12:00")
    end = tomorrow(office, 12)
    assert f"Of use until {words(office, end)}." in owner.sees.split("\n")
    await owner.picks("Send", "Send at another time")
    await owner.says("tomorrow 13:00")
    assert owner.sees.split("\n")[0] == (
        f"It is of use until {words(office, end)} only, so it would leave too late. Please change that, or its hour."
    )
    await owner.picks("Send", "Send at another time")
    await owner.says("tomorrow 11:00")
    await owner.picks("Plan it")
    await forges(owner, f"planned:1:at:{int(end.timestamp()) + 60}")
    assert owner.sees.split("\n")[0] == f"It is of use until {words(office, end)} only, so it would leave too late."
    owner.news.clear()
    await until(office, end + timedelta(minutes=1))
    over = ["Cancelled: “Good news”", f"It was of use until {words(office, end)}. It was not sent to anybody."]
    assert owner.sees.split("\n")[:2] == over
    await office.tick()
    assert (state(office), leyla.screen) == (BroadcastState.CANCELLED, [])
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1")
    assert (owner.sees.split("\n"), owner.options) == (over, ["Back to a draft", "All newsletters"])
    for step in ("now", "later", f"at:{int(end.timestamp()) + 60}"):
        assert (await forges(owner, f"planned:1:{step}")).split("\n")[0] == over[0]
    await owner.picks("Back to a draft")
    assert owner.sees.split("\n")[0] == "All right, it was not sent to anybody. It is a draft again."
    await owner.picks("Time limit and urgency", "No time limit", "Back to the draft", "Send", "Send to 2 members")
    await office.tick()
    assert office.queued(2) == 2


@sqlite_alone
@both_shapes  # on WhatsApp a bell rings the next day
async def test_what_is_on_its_way_stops_when_it_is_of_no_use(office: Office, owner: Person) -> None:
    office.member("numbers", "2", name="Leyla")
    await drafts(owner, "Good news")
    await forges(owner, "until:1")
    await owner.says("tomorrow 12:00")
    await owner.picks("Send", "Send to 2 members")
    await office.broadcasts.tick()
    await forges(owner, "broadcast:1:pause")
    await until(office, tomorrow(office, 12) + timedelta(minutes=1))
    await office.tick()
    assert owner.sees.split("\n")[-2:] == ["Aysel: too late to be of use", "Leyla: too late to be of use"]


@sqlite_alone
async def test_another_hour_comes_too_late_for_what_has_left(office: Office, owner: Person) -> None:
    at = await plans(owner, office)
    await forges(owner, "planned:1:later")
    await until(office, at + timedelta(seconds=1))
    await owner.says("in 3 hours")
    assert owner.sees.split("\n")[0] == "It is too late for that: it has left."
    await forges(owner, "planned:1:undo")
    assert owner.sees.split("\n")[0] == "It is too late for that: it has left."


@sqlite_alone
async def test_what_is_planned_far_ahead_is_found_however_much_was_sent_since(office: Office, owner: Person) -> None:
    await plans(owner, office, "Far ahead")
    for number in range(9):
        await drafts(owner, f"Text {number}")
        await owner.picks("Send", "Send to 1 member")
    await owner.says("/broadcasts")
    assert (len(owner.options), owner.options[-1]) == (9, "Older")
    await owner.picks("Older")
    assert [option.partition(", ")[2] for option in owner.options] == ["on its way: Text 0", "planned: Far ahead"]


@sqlite_alone
async def test_urgency_and_a_time_limit_can_be_taken_away_again(owner: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Time limit and urgency")
    assert owner.sees.split("\n")[1] == "It has no time limit, and is not urgent."
    await owner.picks("Urgent")
    await owner.says("The road is closed")
    assert "Urgent: The road is closed" in owner.sees.split("\n")
    await owner.picks("Send")
    assert "Urgent: The road is closed" in owner.sees.split("\n")
    await owner.picks("Back to the draft", "Time limit and urgency", "Not urgent")
    assert owner.sees.split("\n")[1] == "It has no time limit, and is not urgent."
    await owner.picks("Of use until…")
    await owner.says("tomorrow 12:00")
    await owner.picks("Time limit and urgency", "No time limit")
    assert owner.sees.split("\n")[1] == "It has no time limit, and is not urgent."
    await owner.picks("Of use until…", "Cancel")
    assert owner.sees.split("\n")[0] == "All right, nothing was changed."


@sqlite_alone
async def test_the_log_tells_of_it_page_by_page(office: Office, owner: Person) -> None:
    at = await plans(owner, office)
    await owner.says("/audit")
    day = words(office, at).rpartition(" (")[0]
    assert owner.sees.split("\n")[1].partition(": ")[2] == f"Aysel (you) planned “Good news” for {day}"
    for number in range(8):
        await drafts(owner, f"Text {number}")
        await forges(owner, f"urgent:{number + 2}")
        await owner.says("Now")
    await owner.says("/audit")
    assert (len(owner.sees.split("\n")), owner.options) == (16, ["Older"])
    await owner.picks("Older")
    assert owner.sees.split("\n")[0] == "What the staff did before that"
    assert owner.sees.split("\n")[-1].partition(": ")[2] == "Aysel (you) began “Good news” in English"
    assert owner.options == []
