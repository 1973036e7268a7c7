"""What stands under every call works for ever: save, remind me, not for us, share; on every phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.clock import Clock
from bot.network import Network
from storage.calls import Dislike
from storage.database import Database
from storage.files import Files
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.calls import add_call, announce, ends, mark_of, noon
from tests.handlers.people import WHICH_LANGUAGE, member_of, sqlite_alone

NEEDS = ["Save", "Remind me", "Not for us", "Share", "Ask"]


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def leyla(office: Office, shape: str) -> Person:
    return office.member(shape, "1", "health", "education", name="Leyla")


def dislikes(office: Office, person: Person) -> list[str]:
    query = select(Dislike.what).where(Dislike.member_id == office.id_of(person)).order_by(Dislike.what)
    return list(office.database.transact(lambda session: session.scalars(query).all()))


async def test_under_an_announcement_everything_can_be_done(office: Office, leyla: Person, shape: str) -> None:
    key = add_call(office, topics=["health"], deadline=ends(office.network, 3, 20))
    await announce(office, key)
    assert leyla.options == [*NEEDS, "Stop: Health"]
    if shape != "buttons":
        words = ["SAVE", "REMIND", "NOT FOR US", "SHARE", "ASK"]
        lines = [line.strip("_") for line in leyla.last.screen.splitlines()]
        assert lines[-6:-1] == [f"{label} – write {word} {key}" for label, word in zip(NEEDS, words, strict=True)]
    saved = "Saved: “Green schools”.\n\nI will remind you of its deadline on 6 Mar 2027, 17 Mar 2027 and 19 Mar 2027."
    assert await leyla.picks("Save") == saved
    assert leyla.options == ["Remind me", "Remove from saved", "Funding calls"]
    announced = leyla.screen[0]
    if shape == "buttons":
        assert (await leyla.taps(announced, "Save")).splitlines()[0] == "You saved “Green schools” already."
    else:
        assert (await leyla.says(f"save {key}")).splitlines()[0] == "You saved “Green schools” already."
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.saved_at is not None
    assert await leyla.picks("Remove from saved") == (
        "“Green schools” is not among your saved calls any more, and I do not remind you of it."
    )
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.saved_at is None


@sqlite_alone
async def test_what_saving_says_of_reminders(office: Office, leyla: Person) -> None:
    add_call(office, "No end")
    add_call(office, "Tomorrow", deadline=ends(office.network, 3, 2))
    add_call(office, "Over", deadline=office.clock.now() + timedelta(minutes=1))
    assert (await forges(leyla, "save:1")).splitlines()[-1] == (
        "It has no deadline, so I remind you only if you tell me when."
    )
    assert (await forges(leyla, "save:2")).splitlines()[-1] == "Its deadline is near: 2 Mar 2027."
    office.clock.advance(timedelta(minutes=2))
    assert await forges(leyla, "save:3") == "The call “Over” is not open any more."
    for made_up in ("save:9", "save", "save:x", "remind:9", "not_for_us:9", "share:9", "ask:9", "let_go:9"):
        assert await forges(leyla, made_up) == "I do not find this call any more."


async def test_a_reminder_of_ones_own(office: Office, leyla: Person) -> None:
    key = add_call(office, deadline=ends(office.network, 3, 20))
    assert await forges(leyla, f"remind:{key}") == (
        "When shall I remind you of “Green schools”? You can also write a day, such as 13.03."
    )
    assert leyla.options == ["Tomorrow", "In 3 days", "In a week", "Day before the deadline", "Cancel"]
    said = await leyla.picks("In a week")
    assert said == "Good, I will remind you on Monday, 8 March 2027, 10:00 (Baku time)."
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.remind_at == datetime(2027, 3, 8, 10, tzinfo=office.network.zone)
    assert (await forges(leyla, f"remind:{key}")).splitlines()[0] == (
        "I remind you on Monday, 8 March 2027, 10:00 (Baku time). If you choose another day, that one counts."
    )
    assert await leyla.picks("Day before the deadline") == (
        "Good, I will remind you on Friday, 19 March 2027, 10:00 (Baku time)."
    )
    await leyla.picks("Do not remind me")
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.remind_at is None


@sqlite_alone
@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("5.03", "Friday, 5 March 2027, 10:00"),
        ("5 mart saat 15:00", "Friday, 5 March 2027, 15:00"),
        ("послезавтра", "Wednesday, 3 March 2027, 10:00"),
        ("tomorrow at 9", "Tuesday, 2 March 2027, 09:00"),
    ],
)
async def test_a_day_is_understood_as_it_is_written(office: Office, leyla: Person, typed: str, moment: str) -> None:
    await forges(leyla, f"remind:{add_call(office, deadline=ends(office.network, 3, 20))}")
    assert await leyla.says(typed) == f"Good, I will remind you on {moment} (Baku time)."


@sqlite_alone
async def test_a_day_that_does_not_do_is_asked_for_again(office: Office, leyla: Person) -> None:
    question = await forges(leyla, f"remind:{add_call(office, deadline=ends(office.network, 3, 20))}")
    over = "Saturday, 20 March 2027"
    for typed, said in (
        ("25.03", f"That is after the deadline: {over}. Please choose an earlier day."),
        ("1 March 2027 9:00", "Monday, 1 March 2027, 09:00 (Baku time) is over already. Please write a later one."),
        ("the moon", "I do not understand when that is. Please write it like 13.03, or tomorrow 9:00."),
        ("31.02", "There is no such day in the calendar. Please check the date."),
    ):
        assert await leyla.says(typed) == f"{said}\n\n{question}"


@sqlite_alone
async def test_only_days_before_the_deadline_are_offered(office: Office, leyla: Person) -> None:
    await forges(leyla, f"remind:{add_call(office, deadline=ends(office.network, 3, 3))}")
    assert leyla.options == ["Tomorrow", "Cancel"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("today", "moment"),
    [
        (26, "Saturday, 27 March 2027, 12:00"),
        (27, "Sunday, 28 March 2027, 11:00"),  # clocks go forward in Britain that night
        (20, "Sunday, 21 March 2027, 12:00"),  # Novruz in Azerbaijan: they named that day
    ],
)
async def test_a_day_abroad_begins_when_they_are_awake(
    database: Database, mannered: Network, files: Files, clock: Clock, today: int, moment: str
) -> None:
    noon(clock, mannered)
    clock.advance(timedelta(days=today - 1))
    office = Office(database, mannered, files, clock)
    jane = office.member("buttons", "1", country="GB")
    await forges(jane, f"remind:{add_call(office)}")
    assert await jane.picks("Tomorrow") == f"Good, I will remind you on {moment} (Baku time)."


async def test_not_for_us_asks_why_in_one_tap_and_is_used(office: Office, leyla: Person) -> None:
    key = add_call(office, topics=["health", "peace"], amount_from=100_000, amount_to=200_000, currency="EUR",
                   eligible=["youth"], deadline=ends(office.network, 3, 20))  # fmt: skip
    similar = add_call(office, "As large", topics=["health"], amount_to=999_999, currency="EUR")
    smaller = add_call(office, "Smaller", topics=["health"], amount_to=50_000, currency="EUR")
    await forges(leyla, f"save:{key}")
    asked = (
        "Why is “Green schools” not for you? I will announce fewer calls like it.\n"
        "“Not our topic” means that I announce no more of these to you: calls on Health."
    )
    assert await forges(leyla, f"not_for_us:{key}") == asked
    assert leyla.options == [
        "Not our topic", "Too large for us", "Too small for us", "We may not apply", "Another reason",
    ]  # fmt: skip
    assert await leyla.picks("Too large for us") == (
        "Thank you. This call is off your list and does not remind you.\nFrom now on you do not hear of:\n"
        "• calls of 100,000\u00a0EUR and more\nThey are still among all open calls."
    )
    assert dislikes(office, leyla) == ["large:EUR:6"]
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert (mark.saved_at, mark.reason) == (None, "large")
    leyla.screen.clear()
    for each in (similar, smaller):
        await announce(office, each)
    assert [seen.text.splitlines()[0] for seen in leyla.screen] == ["Smaller"]
    await leyla.says("/calls")
    assert [option.partition(" (")[0] for option in leyla.options] == [
        "Smaller", "All open calls", "What you hear less of", "Propose a call",
    ]  # fmt: skip


async def test_it_can_be_taken_back_at_once_or_later(office: Office, leyla: Person) -> None:
    key = add_call(office, topics=["health"], amount_to=5000, currency="AZN", eligible=["youth", "women"])
    await forges(leyla, f"because:{key}:topic")
    assert dislikes(office, leyla) == ["topic:health"]
    assert await leyla.picks("Undo") == "Good, this call is on your list again, and so is what is like it."
    assert dislikes(office, leyla) == []
    for reason in ("small", "who"):
        await forges(leyla, f"because:{key}:{reason}")
    assert dislikes(office, leyla) == ["small:AZN:4", "who:youth,women"]
    await leyla.picks("What you hear less of")
    words = ["calls of less than 10,000\u00a0AZN", "calls for youth organisations and women’s organisations"]
    assert leyla.options == [*words, "Funding calls"]
    assert (await leyla.picks(words[0])).splitlines()[0] == f"You hear again of {words[0]}."
    assert leyla.options == [words[1], "Funding calls"]
    assert (await leyla.picks(words[1])).splitlines()[-1] == (
        "You hear of every call that concerns your topics and your region."
    )
    assert dislikes(office, leyla) == []


@sqlite_alone
async def test_not_our_topic_says_before_which_topics_it_will_be(office: Office) -> None:
    key = add_call(office, topics=["health", "peace"])
    undecided = office.member("buttons", "5")
    assert (await forges(undecided, f"not_for_us:{key}")).splitlines()[1] == (
        "“Not our topic” means that I announce no more of these to you: calls on Health, "
        "calls on Peace and conflict prevention."
    )
    without = add_call(office, "Plain")
    assert (await forges(undecided, f"not_for_us:{without}")).splitlines()[1:] == []


@sqlite_alone
async def test_a_reason_that_says_nothing_changes_only_this_call(office: Office, leyla: Person) -> None:
    add_call(office, "Plain")
    await forges(leyla, "not_for_us:1")
    assert leyla.options == ["We may not apply", "Another reason"]
    assert await leyla.picks("Another reason") == "Thank you. This call is off your list and does not remind you."
    assert dislikes(office, leyla) == []
    for made_up in ("because:1:large", "because:1:nothing", "because:1"):
        assert (await forges(leyla, made_up)).startswith("Why is “Plain” not for you?")
    await forges(leyla, "save:1")
    mark = mark_of(office, leyla, 1)
    assert mark is not None
    assert mark.declined_at is None


async def test_what_is_passed_on_tells_nothing_of_who_did(office: Office, leyla: Person, shape: str) -> None:
    key = add_call(office, link="https://example.org")
    await forges(leyla, f"share:{key}")
    assert leyla.heard[0] == "Here is a message to forward. Nothing in it tells that it came from you."
    shared = leyla.heard[-1]
    assert shared.splitlines()[0] == "Green schools"
    assert leyla.screen[-1].options == []
    assert "Leyla" not in shared
    boris = office.person(shape, "77")
    link = office.channels[boris.channel].link(f"call_{key}")
    assert any(line.endswith(link) for line in shared.splitlines())
    await boris.opens(link)
    assert boris.heard[0].startswith("Green schools")  # on WhatsApp nobody hears that he reads English
    assert boris.heard[-1].endswith(WHICH_LANGUAGE)
    member = office.member(shape, "78")
    await member.opens(link)
    assert (member.sees.splitlines()[0], member.options[:5]) == ("Green schools", NEEDS)


@sqlite_alone
async def test_in_the_middle_of_a_question_it_is_done_and_the_question_comes_again(
    office: Office, leyla: Person, shape: str
) -> None:
    key = add_call(office, topics=["health"], deadline=ends(office.network, 3, 2))
    await announce(office, key)
    announced = leyla.last
    await leyla.says("/profile")
    await leyla.picks("change:name")
    question = leyla.sees
    await (leyla.taps(announced, "Save") if shape == "buttons" else leyla.says(f"SAVE {key}"))
    assert leyla.heard[0] == "Saved: “Green schools”.\n\nIts deadline is near: 2 Mar 2027."
    mark = mark_of(office, leyla, key)
    assert mark is not None
    assert mark.saved_at is not None
    if shape == "buttons":
        assert leyla.sees.endswith(question)
    else:
        assert leyla.sees == "Your questions wait: write Continue to go on."


@sqlite_alone
async def test_who_opens_a_link_stays_as_they_are(office: Office, leyla: Person) -> None:
    key = add_call(office)
    await leyla.says("STOP")
    await leyla.opens(office.channels[leyla.channel].link(f"call_{key}"))
    assert leyla.sees.splitlines()[0] == "Green schools"
    assert (await member_of(leyla)).stopped_at is not None
    gone = "I do not find this call any more."
    assert await leyla.opens(office.channels[leyla.channel].link("call_99")) == gone
