"""Newsletters on a schedule: the rule, the next dates, the text that is asked for a day ahead, and what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.core.locale import short_date, zoned_words
from bot.network import Network
from scheduler.schedules import Schedules
from storage.broadcasts import Broadcast, BroadcastState
from storage.database import Database
from storage.files import Files
from storage.schedules import Run, Schedule
from storage.staff import AuditEntry, Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import both_shapes, sqlite_alone

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
"""Wednesday, 10:00 in Baku."""

FIRST = datetime(2026, 11, 30, 6, tzinfo=UTC)
"""The Monday after, 10:00 in Baku."""

WEEK = timedelta(weeks=1)
by_buttons = pytest.mark.parametrize("shape", ["buttons"])


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.advance(NOW - clock.now())
    return clock


def words(office: Office, moment: datetime) -> str:
    return str(zoned_words(moment, office.network.zone))


def day(moment: datetime) -> str:
    return short_date(moment.date())


async def goes_on(office: Office, until: datetime | None = None) -> None:
    """Time passes until then, and everything ticks."""
    if until is not None:
        office.clock.advance(max(until - office.clock.now(), timedelta()))
    ticking = Schedules(office.database, office.clock, office.network, office.channels, office.files, lambda: None)  # type: ignore[arg-type]  # as in tests.chat
    await ticking.tick()
    await office.settle()
    await office.tick()
    await office.tick()


async def schedules(person: Person, *steps: str) -> str:
    """Put "Weekly news" on a schedule: every Monday at 10:00, to everybody, unless it says otherwise."""
    await person.says("/schedules")
    await person.picks("New schedule")
    await person.says("Weekly news")
    for step in steps or ("Every week", "Monday", "saat 10-da"):
        await (person.picks(step) if step in person.options else person.says(step))
    await person.picks("Done")
    return await person.picks("Done")


async def writes(person: Person, text: str = "Good news") -> str:
    await person.says("/schedules")
    await person.picks("Write: Weekly news")
    await person.says(text)
    return await person.picks("English")


def runs(office: Office) -> list[tuple[datetime, str]]:
    def look(session: Session) -> list[tuple[datetime, str]]:
        texts = select(Run).join(Schedule).where(Schedule.kind == "text").order_by(Run.at)
        return [(run.at, run.state) for run in session.scalars(texts)]

    return office.database.transact(look)


def states(office: Office) -> list[str]:
    return office.database.transact(
        lambda session: list(session.scalars(select(Broadcast.state).order_by(Broadcast.id)))
    )


def beginnings(person: Person) -> list[str]:
    return [seen.text.split("\n")[0] for seen in person.screen]


def told(person: Person) -> str:
    """What came by itself since the last turn."""
    return "\n".join(person.heard)


async def test_putting_one_on_a_schedule(office: Office, owner: Person) -> None:
    await owner.says("/schedules")
    assert owner.sees == (
        "Newsletters on a schedule\n\n"
        "There are none yet. One that comes every week or month asks you for its text a day ahead."
    )
    assert owner.options == ["New schedule"]
    await owner.picks("New schedule")
    assert owner.sees == "How shall we call it? Only you and your colleagues see this name."
    await owner.says("Weekly news")
    await owner.picks("Every week", "Monday")
    assert owner.sees == "At what hour? Please write it like 9:00 or 14:30."
    await owner.says("at noonish")
    assert owner.sees.split("\n")[0] == "I do not understand this hour. Please write it like 9:00 or 14:30."
    await owner.says("10")
    await owner.picks("Education", "Done")
    assert owner.sees == (
        "Is everything right?\nTitle: Weekly news\nHow often: Every week\nDay: Monday\nHour: 10:00\nTopics: Education"
    )
    await owner.picks("Done")
    dates = "\n".join(words(office, FIRST + WEEK * place) for place in range(4))
    assert owner.sees == (
        "It is on the schedule. A day ahead I will ask you for each issue’s text.\n\n"
        "Weekly news\nevery week: Monday, 10:00\n\n"
        "It goes to\nTopics: Education\n\n"
        f"It comes next on\n{dates}"
    )
    assert owner.options == ["Write the next issue", "Leave out 30 Nov 2026", "Pause", "End it", "All schedules"]
    await owner.picks("All schedules")
    assert owner.sees == (
        "Newsletters on a schedule\n\n"
        f"Weekly news\nevery week: Monday, 10:00\nNext: {words(office, FIRST)}"
    )  # fmt: skip
    assert owner.options == ["Weekly news", "New schedule"]


@pytest.mark.parametrize(("quiet", "after"), [(False, ""), (True, ", so it arrives on 9 Mar 2027")])
@sqlite_alone
async def test_a_holiday_on_which_it_would_come_is_named(
    database: Database, network: Network, mannered: Network, files: Files, clock: Clock, *, quiet: bool, after: str
) -> None:
    clock.advance(datetime(2027, 3, 2, 6, tzinfo=UTC) - clock.now())
    office = Office(database, mannered if quiet else network, files, clock)
    owner = office.staff("buttons", "1", Role.OWNER)
    first, *others = (datetime(2027, 3, day, 6, tzinfo=UTC) for day in (8, 15, 29))
    novruz = words(office, datetime(2027, 3, 22, 6, tzinfo=UTC))
    told = await schedules(owner)
    assert told.split("It comes next on\n")[1].split("\n") == [
        f"{words(office, first)}: Women's Day{after}",
        words(office, others[0]),
        f"{novruz}: Novruz{', so it arrives on 25 Mar 2027' if quiet else ''}",
        words(office, others[1]),
    ]
    await owner.says("/schedules")
    assert owner.sees.split("\n")[-1] == f"Next: {words(office, first)}: Women's Day{after}"
    await owner.picks("Weekly news", "Leave out 8 Mar 2027")
    assert owner.sees.split("It comes next on\n")[1].split("\n")[0] == f"{words(office, first)}: left out"


@sqlite_alone
@by_buttons
@pytest.mark.parametrize(
    ("written", "rule", "dates"),
    [
        ("31", "every month: the last day, 10:00", ["30 Nov 2026", "31 Dec 2026", "31 Jan 2027", "28 Feb 2027"]),
        ("30", "every month: day 30, 10:00", ["30 Nov 2026", "30 Dec 2026", "30 Jan 2027", "28 Feb 2027"]),
        ("5", "every month: day 5, 10:00", ["5 Dec 2026", "5 Jan 2027", "5 Feb 2027", "5 Mar 2027"]),
    ],
)
async def test_every_month(office: Office, owner: Person, written: str, rule: str, dates: Sequence[str]) -> None:
    page = await schedules(owner, "Every month", written, "10:00")
    assert page.split("\n")[3] == rule
    moments = [datetime.strptime(each, "%d %b %Y").replace(hour=6, tzinfo=UTC) for each in dates]
    assert [line.partition("time)")[0] for line in page.split("\n")[-4:]] == [
        words(office, moment).removesuffix("time)") for moment in moments
    ]


@sqlite_alone
async def test_a_day_that_no_month_has(owner: Person) -> None:
    await owner.says("/schedules")
    await owner.picks("New schedule")
    await owner.says("Weekly news")
    await owner.picks("Every month")
    await owner.says("32")
    assert owner.sees.split("\n")[0] == "Please write a number from 1 to 31."


@both_shapes  # on WhatsApp a bell rings
async def test_its_text_is_asked_for_and_leaves(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    owner.news.clear()
    await goes_on(office, FIRST - timedelta(days=1, seconds=1))
    assert owner.heard == []
    await goes_on(office, FIRST - timedelta(days=1))
    assert told(owner).split("\n")[:2] == [
        "Weekly news",
        f"The next issue is to leave on {words(office, FIRST)}. Please send me its text before that.",
    ]
    owner.news.clear()
    await goes_on(office)
    assert owner.heard == []
    await owner.says("/schedules")
    await owner.picks("Write: Weekly news")
    assert owner.sees.split("\n")[0] == f"Send me the text of the issue of {words(office, FIRST)}, or forward it."
    await owner.says("Good news")
    await owner.picks("English")
    paragraphs = owner.sees.split("\n\n")
    assert paragraphs[:2] == [
        "Thank you. Until it leaves you can change it, or add other languages.",
        "Your newsletter, not sent yet\nGood news",
    ]
    assert paragraphs[-1].split("\n")[0] == f"It leaves by itself on {words(office, FIRST)}."
    await goes_on(office, FIRST - timedelta(seconds=1))
    assert leyla.screen == []
    await goes_on(office, FIRST)
    assert beginnings(leyla) == ["Good news"]
    assert runs(office) == [(FIRST, "sent")]
    await goes_on(office, FIRST + WEEK - timedelta(days=1))
    assert runs(office) == [(FIRST, "sent"), (FIRST + WEEK, "asked")]
    assert beginnings(leyla) == ["Good news"]


@both_shapes  # on WhatsApp a bell rings
async def test_without_a_text_nothing_leaves(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    owner.news.clear()
    await goes_on(office, FIRST)
    assert told(owner).split("\n")[:3] == [
        "Weekly news",
        f"No text came for the issue of {words(office, FIRST)}, so nothing was sent.",
        f"The next one is due on {words(office, FIRST + WEEK)}.",
    ]
    assert (leyla.screen, runs(office)) == ([], [(FIRST, "missed")])


@sqlite_alone
async def test_a_text_that_comes_too_late_is_kept(office: Office, owner: Person) -> None:
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await owner.says("/schedules")
    await owner.picks("Write: Weekly news")
    await goes_on(office, FIRST)
    await owner.says("Good news")
    await owner.picks("English")
    assert owner.sees.split("\n\n")[:2] == [
        "Its moment is over already, so it does not leave by itself. It is kept as a draft.",
        "Your newsletter, not sent yet\nGood news",
    ]
    await goes_on(office, FIRST + timedelta(hours=1))
    assert states(office) == []


@sqlite_alone
@by_buttons
async def test_one_that_was_sent_by_hand_does_not_leave_again(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    await owner.picks("Send", "Send to 2 members")
    await goes_on(office, FIRST)
    assert (beginnings(leyla), runs(office), states(office)) == (["Good news"], [(FIRST, "sent")], ["done"])


@sqlite_alone
@by_buttons
async def test_one_that_was_taken_back_does_not_leave_by_itself(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    await owner.picks("Send", "Send at another time")
    await owner.says("in 4 hours")
    await owner.picks("Plan it", "Back to a draft")
    await goes_on(office, FIRST)
    await goes_on(office, FIRST + timedelta(hours=2))
    assert (leyla.screen, states(office), runs(office)) == ([], [], [(FIRST, "missed")])


async def test_leaving_one_out(office: Office, owner: Person) -> None:
    await schedules(owner)
    await owner.picks(f"Leave out {day(FIRST)}")
    dates = owner.sees.split("It comes next on\n")[1].split("\n")
    kept = [words(office, FIRST + WEEK * place) for place in range(1, 5)]
    assert dates == [f"{words(office, FIRST)}: left out", *kept]
    assert owner.options == [
        "Write the next issue",
        f"Leave out {day(FIRST + WEEK)}",
        f"Keep {day(FIRST)}",
        "Pause",
        "End it",
        "All schedules",
    ]
    owner.news.clear()
    await goes_on(office, FIRST)
    assert owner.heard == []
    assert runs(office) == [(FIRST, "skipped")]
    await goes_on(office, FIRST + WEEK - timedelta(hours=1))
    assert runs(office) == [(FIRST, "skipped"), (FIRST + WEEK, "asked")]


@sqlite_alone
@by_buttons
async def test_keeping_it_after_all(office: Office, owner: Person) -> None:
    await schedules(owner)
    await owner.picks(f"Leave out {day(FIRST)}", f"Keep {day(FIRST)}")
    assert owner.sees.split("It comes next on\n")[1].split("\n")[0] == words(office, FIRST)
    await goes_on(office, FIRST - timedelta(hours=1))
    assert runs(office) == [(FIRST, "asked")]


@sqlite_alone
@by_buttons
async def test_leaving_out_the_one_that_was_asked_for(office: Office, owner: Person) -> None:
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=1))
    await owner.picks("Leave it out this time")
    owner.news.clear()
    await goes_on(office, FIRST)
    assert (owner.heard, runs(office)) == ([], [(FIRST, "skipped")])


@sqlite_alone
@by_buttons
async def test_what_was_written_for_one_left_out_leaves_if_it_is_kept_after_all(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    await owner.says("/schedules")
    await owner.picks("Weekly news", f"Leave out {day(FIRST)}", f"Keep {day(FIRST)}")
    await owner.picks("Open the next issue")
    assert f"It leaves by itself on {words(office, FIRST)}." in owner.sees.split("\n")
    await goes_on(office, FIRST)
    assert beginnings(leyla) == ["Good news"]


async def test_pausing_and_going_on(office: Office, owner: Person) -> None:
    await schedules(owner)
    await owner.picks("Pause")
    assert owner.sees.split("\n\n")[-1] == "It is paused, and comes again when you let it go on."
    assert owner.options == ["Let it go on", "End it", "All schedules"]
    owner.news.clear()
    await goes_on(office, FIRST + timedelta(hours=1))
    assert (owner.heard, runs(office)) == ([], [])
    await owner.says("/schedules")
    await owner.picks("Weekly news", "Let it go on")
    assert owner.sees.split("It comes next on\n")[1].split("\n")[0] == words(office, FIRST + WEEK)


async def test_ending_it(office: Office, owner: Person) -> None:
    await schedules(owner)
    await owner.picks("End it")
    assert owner.sees == "End “Weekly news”? It cannot be taken up again; to stop it for a while, pause it."
    await owner.picks("Yes, end it")
    assert owner.sees == (
        "“Weekly news” has ended: nobody is asked for a text any more. What was sent stays where it is."
    )
    await owner.picks("All schedules")
    assert owner.options == ["New schedule"]
    owner.news.clear()
    await goes_on(office, FIRST)
    assert owner.heard == []
    await forges(owner, "schedule:1:resume")
    assert owner.sees.split(". ")[0] == "This schedule has ended"


@sqlite_alone
@by_buttons
async def test_after_a_long_silence_only_the_last_one_counts(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    owner.news.clear()
    last = FIRST + 2 * WEEK
    await goes_on(office, last + timedelta(hours=5))
    assert [text.split("\n")[1] for text in owner.heard] == [
        f"I was not running when the issue of {words(office, last)} was due, so nothing was sent."
    ]
    assert (leyla.screen, runs(office)) == ([], [(last, "missed")])


@sqlite_alone
@by_buttons
async def test_one_written_before_a_silence_is_asked_about(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    owner.news.clear()
    await goes_on(office, FIRST + timedelta(hours=3))
    assert (leyla.screen, states(office)) == ([], [BroadcastState.LATE])
    assert f"It should have left on {words(office, FIRST)}." in told(owner).split("\n")


@sqlite_alone
@by_buttons
async def test_a_short_silence_is_made_up_for(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    await goes_on(office, FIRST + timedelta(minutes=90))
    assert beginnings(leyla) == ["Good news"]


@sqlite_alone
async def test_a_focal_point_writes_to_its_topics(office: Office) -> None:
    office.staff("buttons", "1", Role.OWNER)
    focal = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    reader, other = office.member("numbers", "3", "education"), office.member("numbers", "4", "health")
    await focal.says("/schedules")
    await focal.picks("New schedule")
    await focal.says("Weekly news")
    await focal.picks("Every week", "Monday")
    await focal.says("10")
    assert focal.options == ["Education", "Done", "Back", "Cancel"]
    await focal.picks("Done", "Done")
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(focal)
    await goes_on(office, FIRST)
    assert (beginnings(reader), other.screen) == (["Good news"], [])


@sqlite_alone
@by_buttons
async def test_each_sees_their_own(office: Office, owner: Person) -> None:
    focal = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    await schedules(owner)
    await focal.says("/schedules")
    assert focal.options == ["New schedule"]
    for option in ("schedule:1", "schedule:1:end_now", "issue:1:1796018400", "schedule:x", "schedule", "issue:1:x"):
        await forges(focal, option)
        assert focal.sees == "I do not find this schedule among yours. Write /schedules."
    member = office.member("buttons", "3")
    await member.says("/schedules")
    assert member.sees == "This is not open to you. Write /help to see what you can do here."


@sqlite_alone
@by_buttons
@pytest.mark.parametrize("moment", ["", "x", "1", "99999999999999", "1796018401"])
async def test_made_up_moments_change_nothing(office: Office, owner: Person, moment: str) -> None:
    await schedules(owner)
    for option in (f"schedule:1:skip:{moment}", f"schedule:1:unskip:{moment}", f"issue:1:{moment}"):
        await forges(owner, option)
        assert owner.sees.split("\n\n")[0] == "That moment is over already."
    assert runs(office) == []


@sqlite_alone
async def test_where_the_author_is_gone_those_who_run_the_network_are_asked(office: Office) -> None:
    owner = office.staff("buttons", "1", Role.OWNER)
    focal = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    await schedules(focal)
    await owner.says("/staff")
    await focal.says("/forget")
    await focal.picks(next(label for label in focal.options if label.startswith("Yes")))
    owner.news.clear()
    await goes_on(office, FIRST - timedelta(hours=3))
    assert told(owner).split("\n")[0] == "Weekly news"
    await writes(owner)
    await goes_on(office, FIRST)
    assert states(office) == ["done"]


@sqlite_alone
async def test_where_a_second_person_must_agree(
    database: Database, network: Network, files: Files, clock: Clock
) -> None:
    careful = replace(network, manners=replace(network.manners, approval=True))
    office = Office(database, careful, files, clock)
    owner = office.staff("buttons", "1", Role.OWNER, name="Aysel")
    second = office.staff("buttons", "2", Role.COORDINATOR, name="Leyla")
    await schedules(owner)
    await goes_on(office, FIRST - timedelta(hours=3))
    await writes(owner)
    assert owner.sees.split("\n")[0] == f"Send to 2 members on {words(office, FIRST)}?"
    await owner.picks("Ask for approval")
    await second.picks("Approve")
    await goes_on(office, FIRST)
    assert (states(office), runs(office)) == (["done"], [(FIRST, "sent")])


@sqlite_alone
@by_buttons
async def test_what_was_done_stands_in_the_log(office: Office, owner: Person) -> None:
    await schedules(owner)
    await owner.picks("Pause", "Let it go on", f"Leave out {day(FIRST)}", f"Keep {day(FIRST)}")
    await owner.picks("End it", "Yes, end it")
    actions = office.database.transact(
        lambda session: list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    )
    done = ["begin", "pause", "resume", "skip", "unskip", "end"]
    assert actions == [f"schedule.{each}" for each in done]
    await owner.says("/audit")
    assert owner.sees.split("\n")[1].partition(": ")[2].endswith("ended the schedule of “Weekly news”")


@sqlite_alone
@by_buttons
async def test_a_restart_and_a_second_tick_change_nothing(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await schedules(owner)
    for moment in (FIRST - timedelta(hours=3), FIRST):
        for _ in range(3):
            await goes_on(office, moment)
    assert runs(office) == [(FIRST, "missed")]
    assert leyla.screen == []
    kinds = office.database.transact(lambda session: list(session.scalars(select(Schedule.kind))))
    assert kinds == ["text", "digest"]


@sqlite_alone
@by_buttons
async def test_the_weekly_digest_has_a_page_for_those_who_run_the_network(office: Office, owner: Person) -> None:
    focal = office.staff("buttons", "2", Role.FOCAL_POINT, topics=["education"])
    await goes_on(office)
    await owner.says("/schedules")
    assert owner.options == ["Weekly digest", "New schedule"]
    await owner.picks("Weekly digest")
    assert owner.sees.split("It comes next on")[0] == (
        "Weekly digest\nevery week: Monday, 10:00\n\nIt goes to\neverybody who wants it, with what concerns them\n\n"
    )
    assert owner.options == [f"Leave out {day(FIRST)}", "Pause", "All schedules"]
    await owner.picks("Pause")
    await goes_on(office)
    assert owner.options == ["Let it go on", "All schedules"]
    await forges(owner, "schedule:1:end_now")
    assert owner.options == ["Let it go on", "All schedules"]
    await focal.says("/schedules")
    assert focal.options == ["New schedule"]


@sqlite_alone
@both_shapes
@pytest.mark.parametrize(("language", "hour"), [("az", "saat 10-da"), ("ru", "в 10 утра"), ("en", "10am")])
async def test_in_each_language(office: Office, shape: str, language: str, hour: str) -> None:
    owner = office.staff(shape, "1", Role.OWNER, language=language)
    await owner.says("/schedules")
    await owner.picks("schedule_new")
    await owner.says("Xəbərlər")
    await owner.picks("week", "0")
    await owner.says(hour)
    await owner.picks("done", "done")
    assert owner.sees.count("2026") == 4
    await goes_on(office, FIRST - timedelta(hours=3))
    await owner.says("/schedules")
    await owner.picks(f"issue:1:{int(FIRST.timestamp())}")
    await owner.says("Yaxşı xəbər")
    await owner.picks("az")
    await goes_on(office, FIRST)
    assert (runs(office), states(office)) == ([(FIRST, "sent")], ["done"])


@sqlite_alone
@by_buttons
async def test_what_two_write_for_one_issue_leaves_once(office: Office, shape: str) -> None:
    author = office.staff(shape, "1", Role.COORDINATOR)
    other = office.staff(shape, "2", Role.COORDINATOR)
    await schedules(author)
    for person in (author, other):
        await forges(person, f"issue:1:{int(FIRST.timestamp())}")
    for person, text in ((author, "The first text"), (other, "The second text")):
        await person.says(text)
        await person.picks("English")
    assert other.sees.split("\n\n")[0] == "Somebody else has written this issue meanwhile. Yours is kept as a draft."
    other.news.clear()
    await goes_on(office, FIRST)
    assert [text.split("\n\n")[0] for text in other.heard] == ["The first text"]
