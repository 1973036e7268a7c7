"""Sending a newsletter, once, to as many as was said, and following it to the report."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.actions import broadcasts, cards, reports
from bot.core.locale import near_date
from storage.broadcasts import Broadcast
from storage.claims import claim
from storage.delivery import tally
from storage.outbox import OutboxRow, OutboxState
from storage.outcomes import Outcome, settle
from storage.staff import Role
from tests.chat import SHAPES, Person
from tests.handlers.admin.office import Office, drafts, forges
from tests.handlers.people import both_shapes, sqlite_alone

TOLD = "As far as the messengers tell: delivered to 1, read by 0."


async def sends(person: Person, text: str, members: int) -> str:
    await drafts(person, text)
    await person.picks("Send")
    return await person.picks(f"Send to {members} member" + ("s" if members > 1 else ""))


async def test_everybody_gets_it_in_their_language(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2", "education", language="az")
    boris = office.member("buttons", "3", language="ru")
    await drafts(owner, "Good news")
    await owner.picks("Add: Azərbaycanca")
    await owner.says("Xəbər")
    await owner.picks("Send")
    assert owner.sees.split("\n")[0] == "Send to 3 members now?"
    await owner.picks("Send to 3 members")
    heard = "\n\n".join(owner.heard).split("\n")  # in one message, where each is paid for
    assert (heard[0], heard[-1]) == ("On its way: “Good news”", "It is on its way to 3 members.")
    await office.tick()
    assert [person.sees.split("\n")[0] for person in (owner, leyla, boris)] == ["Good news", "Xəbər", "Good news"]


async def test_a_second_tap_never_sends_twice(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    said = await forges(owner, "send_now:1:1")
    assert said == "This newsletter was sent already. It does not go out a second time."
    assert owner.options == ["See how it went"]
    await office.tick()
    assert office.queued() == 1
    assert office.queued(2) == 0


@sqlite_alone
async def test_nobody_to_send_to(office: Office, shape: str) -> None:
    coordinator = office.staff(shape, "1", Role.COORDINATOR, consented_at=None)
    await drafts(coordinator, "Good news")
    await coordinator.picks("Send")
    assert coordinator.sees.split("\n")[0] == "Nobody would get it: no member matches. Please change who gets it."


@sqlite_alone
async def test_what_does_not_fit_is_not_sent(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await drafts(owner, "a" * 1500)
    for option in ("send:1", "send_now:1:2"):
        said = await forges(owner, option)
        assert said.split("\n")[0] == "It does not fit everywhere. Please shorten it, or change who gets it."


@sqlite_alone
async def test_when_the_number_changes_it_is_asked_again(office: Office, owner: Person) -> None:
    await drafts(owner, "Good news")
    await owner.picks("Send")
    office.member("numbers", "2")
    await owner.picks("Send to 1 member")
    assert owner.sees.split("\n\n")[:2] == ["The number has changed meanwhile.", "Send to 2 members now?"]
    await owner.picks("Send to 2 members")
    await office.tick()
    assert office.queued() == 2


async def test_a_role_taken_back_is_gone_at_the_last_tap(office: Office, owner: Person, shape: str) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR)
    await drafts(coordinator, "Good news")
    await coordinator.picks("Send")
    await forges(owner, f"staff_dismiss_now:{office.id_of(coordinator)}")
    assert (await coordinator.picks("Send to 2 members")).split(".")[0] == "This is not open to you"
    await office.tick()
    assert office.queued() == 0


async def test_one_card_follows_it_and_the_report_names_who_missed_it(
    office: Office, owner: Person, shape: str
) -> None:
    office.member("buttons", "2", name="Boris").blocking = True
    office.member("numbers", "3", name="Leyla", stopped_at=None)
    await sends(owner, "Good news", 3)
    await office.tick()
    office.clock.advance(timedelta(seconds=5))
    owner.news.clear()
    await office.tick()
    finished = "Finished: “Good news”"
    totals = "Sent: 2 of 3. Left out: 0. Refused: 1. In doubt: 0."
    told = f"\n{TOLD}" if shape == "whatsapp" else ""
    report = f"{finished}\n{totals}{told}\n\nWho did not receive it\nBoris: blocked the bot"
    card = f"{finished}\n▰▰▰▰▰▰▰▰▰▰ 100%\n{totals}"
    # On WhatsApp no text stands beside the file, which goes ahead.
    assert owner.heard == {"buttons": [card, report], "numbers": [report], "whatsapp": ["", report]}[shape]
    shown = [seen.text for seen in owner.screen].count(card)
    assert shown == (1 if shape == "buttons" else 0)
    heard = len(owner.heard)
    await office.tick()
    assert len(owner.heard) == heard


@sqlite_alone
async def test_many_who_missed_it_are_counted_by_reason(office: Office, owner: Person, shape: str) -> None:
    for number in range(11):
        office.member("buttons", f"9{number}").blocking = True
    office.member("numbers", "8", name="Leyla")
    await drafts(owner, "Good news")
    await owner.picks("Send", "Send to 13 members")
    await office.broadcasts.tick()
    await office.people["demo-whatsapp", "8"].says("STOP")
    await office.tick()
    told = f"{TOLD}\n" if shape == "whatsapp" else ""
    assert owner.sees == (
        "Finished: “Good news”\nSent: 1 of 13. Left out: 1. Refused: 11. In doubt: 0.\n"
        f"{told}\n"
        "Who did not receive it\n"
        "blocked the bot: 11\n"
        "said stop, or left, before it was sent: 1\n"
        "Their names are in the file."
    )


@sqlite_alone
@both_shapes  # WhatsApp can be asked
async def test_the_report_tells_what_may_have_arrived_twice(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    await office.broadcasts.tick()
    office.database.transact(lambda session: session.execute(update(OutboxRow).values(doubts=1)))
    await office.tick()
    await office.tick()
    assert owner.sees.split("\n")[2:] == ["1 member may have got it twice.", "Everybody received it."]


async def test_the_card_shows_how_far_it_is(office: Office, owner: Person, shape: str) -> None:
    for number in range(9):
        office.member("numbers" if shape == "buttons" else "buttons", f"9{number}")
    await sends(owner, "Good news", 10)
    await office.broadcasts.tick()
    office.clock.advance(timedelta(seconds=40))
    await office._deliver_lane(owner.channel, 1)
    owner.news.clear()
    await office.broadcasts.tick()
    await office._deliver_lane(owner.channel, None)
    if shape != "buttons":  # where nothing can be edited, the card is not sent over and over
        assert owner.news == []
        return
    assert owner.sees == (
        "On its way: “Good news”\n▰▱▱▱▱▱▱▱▱▱ 10%\n"
        "Sent: 1 of 10. Left out: 0. Refused: 0. In doubt: 0.\nAbout 6 minutes left."
    )
    assert owner.options == ["Pause", "Cancel the newsletter"]


@sqlite_alone
async def test_an_edit_that_waits_is_brought_up_to_date(office: Office) -> None:
    owner = office.staff("buttons", "1", Role.OWNER)
    await sends(owner, "Good news", 1)
    owner.news.clear()
    for _ in range(3):
        await office.broadcasts.tick()
        office.clock.advance(timedelta(seconds=40))
    await office._deliver_lane(owner.channel, None)
    assert [seen.text.split("\n")[1] for seen in owner.news] == ["▱▱▱▱▱▱▱▱▱▱ 0%"]


async def test_pausing_and_going_on(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2")
    await sends(owner, "Good news", 2)
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1")
    assert (await owner.picks("Pause")).split("\n")[0] == "Paused: “Good news”"
    await office.tick()
    assert leyla.screen == []
    await owner.picks("Go on")
    assert owner.heard[0].split("\n")[0] == "On its way: “Good news”"
    assert [seen.text.split("\n")[0] for seen in leyla.screen] == ["Good news"]
    await office.tick()
    assert (await forges(owner, "broadcast:1:pause")).split("\n")[0] == "It is too late for that."


@sqlite_alone
async def test_what_is_left_is_told_by_the_pace_since_it_went_on(office: Office) -> None:
    owner = office.staff("buttons", "1", Role.OWNER)
    for number in range(9):
        office.member("numbers", f"9{number}")
    await sends(owner, "Good news", 10)
    await office.broadcasts.tick()
    await office._deliver_lane("demo-telegram", 1)
    key = office.id_of(owner)

    def pause_for(session: Session, hours: int) -> None:
        broadcasts.pause(session, 1, key, "", office.clock.now())
        office.clock.advance(timedelta(hours=hours))
        broadcasts.resume(session, 1, key, office.clock.now())

    def said(session: Session) -> str:
        broadcast = session.get_one(Broadcast, 1)
        return cards.progress_text(
            session, broadcast, tally(session, 1), office.clock.now(), office.network.zone
        ).split("\n")[-1]

    office.database.transact(lambda session: pause_for(session, 5))
    assert office.database.transact(said) == "Sent: 1 of 10. Left out: 0. Refused: 0. In doubt: 0."
    now = office.clock.now()
    claimed = await office.database.run(lambda session: claim(session, "demo-whatsapp", 1, 0, 3, "driver", now))
    outcomes = [Outcome(row.id, OutboxState.SENT) for row in claimed.rows]
    await office.database.run(lambda session: settle(session, outcomes, "driver", now))
    office.clock.advance(timedelta(minutes=1))
    assert office.database.transact(said) == "About 2 minutes left."


async def test_with_nobody_waiting_it_is_too_late_to_cancel(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    await office.broadcasts.tick()
    await office._deliver_lane(owner.channel, 1)
    for option in ("broadcast:1:cancel", "broadcast:1:cancel_now"):
        assert (await forges(owner, option)).split("\n")[0] == "It is too late for that."
    await office.tick()
    assert owner.sees.split("\n")[0] == "Finished: “Good news”"


@sqlite_alone
async def test_cancelling_before_the_list_is_written_counts_the_audience(office: Office, owner: Person) -> None:
    office.member("numbers", "2")
    await sends(owner, "Good news", 2)
    asked = await forges(owner, "broadcast:1:cancel")
    assert asked == "Cancel it? 2 members who are still waiting for it will not get it."
    await owner.picks("Yes, cancel it")
    await office.tick()
    assert office.queued() == 0


@sqlite_alone
async def test_what_was_paused_with_nobody_waiting_is_over(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    await office.broadcasts.tick()
    await office._deliver_lane(owner.channel, 1)
    await forges(owner, "broadcast:1:pause")
    await office.tick()
    assert owner.sees.split("\n")[0] == "Finished: “Good news”"


@sqlite_alone
async def test_a_day_of_mourning_is_named_before_sending(office: Office, owner: Person) -> None:
    while (holiday := office.network.holiday(office.clock.now().astimezone(office.network.zone).date())) is None:
        office.clock.advance(timedelta(days=1))
    name = holiday.labels["en"]
    await drafts(owner, "Good news")
    await owner.picks("Send")
    assert f"Today is a public holiday or day of mourning: {name}." in owner.sees.split("\n\n")


async def test_cancelling_is_asked_once_more_and_reported(office: Office, owner: Person) -> None:
    leyla = office.member("numbers", "2", name="Leyla")
    await sends(owner, "Good news", 2)
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Pause")
    await office.tick()
    asked = await owner.picks("Cancel the newsletter")
    assert asked == "Cancel it? 2 members who are still waiting for it will not get it."
    assert (await owner.picks("Yes, cancel it")).split("\n")[0] == "Cancelled: “Good news”"
    await office.tick()
    assert owner.sees == (
        "Cancelled: “Good news”\nSent: 0 of 2. Left out: 2. Refused: 0. In doubt: 0.\n\n"
        "Who did not receive it\n"
        "Aysel: not sent, because the newsletter was cancelled\n"
        "Leyla: not sent, because the newsletter was cancelled"
    )
    heard = len(owner.screen)
    await office.tick()
    assert len(owner.screen) == heard
    assert leyla.screen == []
    assert (await forges(owner, "broadcast:1:resume")).split("\n")[0] == "It is too late for that."


async def test_when_the_platform_refuses_the_text_the_author_hears_why(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)

    def trip(session: Session) -> None:
        broadcasts.pause(session, 1, None, "content", office.clock.now())
        broadcast = session.get_one(Broadcast, 1)
        reports.tell_paused(session, broadcast, office.broadcasts._channels, office.clock.now())

    await office.broadcasts.tick()
    office.database.transact(trip)
    await office.settle()
    assert owner.sees.split("\n")[:3] == [
        "Paused: “Good news”",
        "The messenger refuses the text or the file, and would refuse it for everybody.",
        "1 member waits for it.",
    ]
    tapped = owner.capabilities.buttons or owner.capabilities.quick
    assert owner.options == (["Go on", "Cancel the newsletter"] if tapped else [])


@sqlite_alone
async def test_why_it_paused_stands_on_its_page_too(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    await office.broadcasts.tick()
    office.database.transact(lambda session: broadcasts.pause(session, 1, None, "content", office.clock.now()))
    why = "The messenger refuses the text or the file, and would refuse it for everybody."
    assert (await forges(owner, "broadcast:1")).split("\n")[:2] == ["Paused: “Good news”", why]


@sqlite_alone
async def test_whoever_has_no_role_any_more_gets_no_report_with_names(
    office: Office, owner: Person, shape: str
) -> None:
    coordinator = office.staff(shape, "5", Role.COORDINATOR)
    office.member("buttons", "2", name="Boris").blocking = True
    await sends(coordinator, "Good news", 3)
    await office.broadcasts.tick()
    await forges(owner, f"staff_dismiss_now:{office.id_of(coordinator)}")
    owner.news.clear()
    await office.tick()
    await office.tick()
    assert "Boris: blocked the bot" in "\n".join(owner.heard).split("\n")
    assert (owner.file is None, coordinator.file) == (False, None)


@sqlite_alone
async def test_the_list_shows_a_focal_point_its_own(office: Office, owner: Person, shape: str) -> None:
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    assert (await focal.says("/broadcasts")).split(".")[0] == "Nothing was sent yet"
    await sends(owner, "Good news", 2)
    assert (await focal.says("/broadcasts")).split(".")[0] == "Nothing was sent yet"
    for option in ("broadcast:1", "broadcast:1:pause", "broadcast:1:cancel_now", "broadcast:1:file"):
        assert (await forges(focal, option)).split(".")[0] == "I do not find this newsletter among yours"
    await owner.says("/broadcasts")
    today = office.clock.now().astimezone(office.network.zone).date()
    day = near_date(today, today, "en")
    assert owner.options == [f"{day}, on its way: Good news"]


async def test_the_report_comes_as_a_file_of_everybody(office: Office, owner: Person, shape: str) -> None:
    office.member("buttons", "2", name="=HYPERLINK(1)", language="ru").blocking = True
    await sends(owner, "Good news", 2)
    await office.tick()
    await office.tick()
    attachment = owner.file
    assert attachment is not None
    assert (attachment.name, attachment.mime) == ("report-1.csv", "text/csv")
    table = office.files.path(attachment.file).read_bytes().decode("utf-8-sig")
    moment = f"{office.clock.now().astimezone(office.network.zone):%Y-%m-%d}"
    rows = [
        [cell.split()[0] if cell.startswith(moment) else cell for cell in row] for row in csv.reader(StringIO(table))
    ]
    mine, theirs = SHAPES[shape].label, SHAPES["buttons"].label
    assert rows == [
        ["Organisation", "Name", "Language", "Channel", "What became of it", "Why", "When"],
        ["", "Aysel", "English", mine, "delivered" if shape == "whatsapp" else "sent", "", moment],
        ["", "'=HYPERLINK(1)", "Russian", theirs, "refused", "blocked the bot", moment],
    ]
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Report as CSV")
    assert (owner.file == attachment) is (shape != "whatsapp")  # which has told meanwhile that it was read
