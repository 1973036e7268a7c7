"""The reply window: known before sending, a bell where it has closed, and everything held goes out once it is heard."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core.channel import Closed, Outcome, Refused, Retry, Sent, Unknown
from bot.core.messages import Outbound
from storage import windows
from storage.delivery import tally, unfinished
from storage.inbox import InboxRow, heard, receive, writers
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState
from tests.workers.platform import Windowed
from tests.workers.post import Post, first_tries

NETWORK = "UN-NGO Informal Regional Network in Azerbaijan (UN-NGO-IRENE/Azerbaijan)"


def wrote(post: Post, user: str, ago: timedelta = timedelta(0)) -> None:
    """The person's last message."""

    def write(session: Session) -> None:
        theirs = update(MemberAddress).where(MemberAddress.user == user)
        session.execute(theirs.values(last_inbound_at=post.clock.now() - ago))

    post.database.transact(write)


def writes(post: Post, user: str) -> int:
    """The person writes now; returns how much was held until then."""

    def receive_and_hear(session: Session) -> int:
        now = post.clock.now()
        row = {"channel": "telegram", "external_id": f"{now}", "user": user, "payload": {}, "received_at": now}
        receive(session, [row])
        rows = list(session.scalars(select(InboxRow).where(InboxRow.state == "new")))
        writer = writers(session, rows, now)[rows[0].id]
        rows[0].state = "handled"
        return heard(session, writer.address, {}, now) if writer.silent else 0

    return post.database.transact(receive_and_hear)


def rows(post: Post, *columns: Any) -> list[tuple[Any, ...]]:
    return post.database.transact(
        lambda session: [tuple(row) for row in session.execute(select(*columns).order_by(OutboxRow.id))]
    )


async def is_held(post: Post, messages: int = 1) -> None:
    held = select(OutboxRow.id).where(OutboxRow.state == OutboxState.HELD)
    await post.until(lambda session: len(session.scalars(held).all()) == messages)


def closed_member(post: Post, user: str = "1", *topics: str) -> int:
    member = post.member(user, *topics)
    wrote(post, user, timedelta(days=3))
    return member


async def test_within_the_window_the_text_goes_as_it_is(post: Post) -> None:
    post.member("1")
    wrote(post, "1", timedelta(hours=23))
    post.broadcast("News")
    platform = Windowed()
    async with post.delivering(platform):
        await post.quiet()
    assert (len(platform.taken), platform.bells) == (1, [])


async def test_once_it_has_closed_a_bell_rings_and_the_message_waits_for_the_answer(post: Post) -> None:
    closed_member(post)
    broadcast = post.broadcast("The <b>call</b> is open")
    platform = Windowed()
    async with post.delivering(platform) as foreman:
        await is_held(post)
        assert (platform.taken, platform.bells) == ([], [("1", (NETWORK, "The call is open"))])
        assert post.database.transact(lambda session: unfinished(session, broadcast))
        assert writes(post, "1") == 1
        foreman.wake.nudge()
        await post.quiet()
    assert [text.partition("\n")[0] for _user, text in platform.taken] == ["The <b>call</b> is open"]
    assert [(each.state, each.rung, each.rows) for each in _tally(post, broadcast)] == [("sent", True, 1)]


async def test_one_bell_for_all_that_waits_and_it_comes_oldest_first_as_one_message(post: Post) -> None:
    closed_member(post)
    for text in ("first", "second", "third"):
        post.reply("1", text)
    platform = Windowed()
    async with post.delivering(platform) as foreman:
        await is_held(post, 3)
        assert len(platform.bells) == 1
        assert writes(post, "1") == 3
        foreman.wake.nudge()
        await post.quiet()
    assert platform.taken == [("1", "first\n\nsecond\n\nthird")]
    assert {external_id for (external_id,) in rows(post, OutboxRow.external_id)} == {"SM2"}


async def test_what_comes_while_a_bell_rings_waits_behind_it(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    platform = Windowed()
    async with post.delivering(platform) as foreman:
        await is_held(post)
        post.reply("1", "second")
        foreman.wake.nudge()
        await is_held(post, 2)
    assert len(platform.bells) == 1


async def test_a_day_later_the_next_message_rings_again(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    platform = Windowed()
    async with post.delivering(platform):
        await is_held(post)
    post.clock.advance(timedelta(hours=25))
    post.reply("1", "second")
    async with post.delivering(platform):
        await is_held(post, 2)
    assert len(platform.bells) == 2


async def test_who_wrote_while_the_bell_was_on_its_way_need_not_write_again(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    platform = Windowed(latency=0.5)
    async with post.delivering(platform):
        async with asyncio.timeout(5):
            while not platform.in_flight:
                await asyncio.sleep(0.01)
        writes(post, "1")
        await post.quiet()
    assert ([user for user, _blanks in platform.bells], platform.taken) == (["1"], [("1", "first")])


async def test_nobody_who_did_not_agree_is_rung(post: Post) -> None:
    member = closed_member(post)
    post.reply("1", "first")
    post.database.transact(lambda session: setattr(session.get_one(Member, member), "consented_at", None))
    platform = Windowed()
    async with post.delivering(platform):
        await post.quiet()
    assert (platform.bells, post.states()) == ([], [("skipped", "left", 0)])


async def test_a_bell_nobody_hears_expires_and_the_report_says_so(post: Post) -> None:
    closed_member(post)
    broadcast = post.broadcast()
    platform = Windowed()
    async with post.delivering(platform):
        await is_held(post)
    post.clock.advance(timedelta(days=8))
    assert not post.database.transact(lambda session: windows.expire(session, post.clock.now()))
    fates = [(each.state, each.reason, each.rung, each.rows) for each in _tally(post, broadcast)]
    assert fates == [("skipped", "window", True, 1)]
    assert not post.database.transact(lambda session: unfinished(session, broadcast))


async def test_past_its_deadline_it_is_not_released(post: Post) -> None:
    closed_member(post)
    post.broadcast()
    deadline = post.clock.now() + timedelta(hours=5)
    post.database.transact(lambda session: session.execute(update(OutboxRow).values(expires_at=deadline)))
    async with post.delivering(Windowed()):
        await is_held(post)
    post.clock.advance(timedelta(hours=6))
    post.database.transact(lambda session: windows.expire(session, post.clock.now()))
    assert writes(post, "1") == 0
    assert post.states() == [("skipped", "window", 0)]


async def test_the_platform_may_say_that_the_window_had_closed_after_all(post: Post) -> None:
    post.member("1")
    wrote(post, "1", timedelta(hours=1))
    post.reply("1", "first")
    platform = Windowed(answer=first_tries(1, Closed("63016")))
    async with post.delivering(platform) as foreman:
        await is_held(post)
        assert (platform.taken, len(platform.bells)) == ([], 1)
        writes(post, "1")
        foreman.wake.nudge()
        await post.quiet()
    assert platform.taken == [("1", "first")]


async def test_near_the_edge_any_refusal_of_a_text_means_the_window(post: Post) -> None:
    post.member("1")
    wrote(post, "1", timedelta(hours=23, minutes=45))
    post.reply("1", "first")
    platform = Windowed(answer=first_tries(1, Refused("content", systemic=True)))
    async with post.delivering(platform):
        await is_held(post)
    assert len(platform.bells) == 1


async def test_no_more_bells_than_the_platform_allows_in_24_hours(post: Post) -> None:
    for number in range(5):
        closed_member(post, str(number))
    post.broadcast()
    platform = Windowed()
    platform.capabilities = _allowing(3)
    async with post.delivering(platform):
        await is_held(post, 3)
        await asyncio.sleep(0.3)
        assert len(platform.bells) == 3
    waiting = rows(post, OutboxRow.state, OutboxRow.not_before)
    later = [not_before for state, not_before in waiting if state == "queued"]
    assert [not_before - post.clock.now() > timedelta(hours=23) for not_before in later] == [True, True]
    post.clock.advance(timedelta(hours=25))
    async with post.delivering(platform):
        await is_held(post, 5)
    assert sorted(user for user, _blanks in platform.bells) == ["0", "1", "2", "3", "4"]


async def test_a_bell_that_must_be_tried_again_rings_again_and_holds_what_waits(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first", "second")
    platform = Windowed(answer=first_tries(1, Retry(timedelta(seconds=0.2))))
    async with post.delivering(platform):
        await is_held(post, 2)
    assert len(platform.bells) == 1


async def test_who_cannot_be_reached_is_given_up_with_all_that_waits(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first", "second")
    platform = Windowed(answer=lambda *_: Refused("not_found", unreachable=True))
    async with post.delivering(platform):
        await post.until(lambda session: not session.scalar(select(OutboxRow.id).where(OutboxRow.settled_at.is_(None))))
    assert {reason for _state, reason, _doubts in post.states()} == {"not_found"}


async def test_a_bell_in_doubt_is_asked_about_and_not_rung_twice(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    platform = _Silent()
    async with post.delivering(platform):
        await post.until(_in_doubt)
        post.clock.advance(timedelta(seconds=30))
        await is_held(post)
    assert (len(platform.references), platform.asked) == (1, 1)
    assert rows(post, OutboxRow.bell_id, OutboxRow.doubts) == [("SM1", 0)]


async def test_in_doubt_the_platform_is_asked_before_anything_is_sent_again(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.reply("1", "first")
    platform = _Silent()
    async with post.delivering(platform):
        await post.until(_in_doubt)
        post.clock.advance(timedelta(seconds=30))
        await post.quiet()
    assert (len(platform.references), platform.asked) == (1, 1)
    assert rows(post, OutboxRow.state, OutboxRow.external_id, OutboxRow.doubts) == [("sent", "SM1", 0)]


async def test_what_never_arrived_there_is_sent_again_and_is_in_no_doubt(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.reply("1", "first")
    platform = Windowed(answer=first_tries(1, Unknown("timed out")))
    async with post.delivering(platform):
        await post.until(_in_doubt)
        post.clock.advance(timedelta(seconds=30))
        await post.quiet()
    assert (platform.taken, platform.asked) == ([("1", "first")], 1)
    assert post.states() == [("sent", "", 0)]


async def test_a_menu_stays_whole_and_what_came_before_it_is_said_above(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.reply("1", "Thank you", "Which region?")
    post.database.transact(_with_menu)
    platform = Windowed()
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("1", "Thank you\n\nWhich region?")]
    carriers = rows(post, OutboxRow.id, OutboxRow.carrier)
    assert carriers == [(carriers[0][0], None), (carriers[1][0], carriers[0][0])]


async def test_a_stop_sent_in_answer_to_the_bell_is_heeded(post: Post) -> None:
    member = closed_member(post)
    post.broadcast()
    platform = Windowed()
    async with post.delivering(platform) as foreman:
        await is_held(post)
        now = post.clock.now()
        post.database.transact(lambda session: setattr(session.get_one(Member, member), "stopped_at", now))
        writes(post, "1")
        foreman.wake.nudge()
        await post.quiet()
    assert (platform.taken, post.states()) == ([], [("skipped", "left", 0)])


class _Silent(Windowed):
    """Takes everything and answers nothing."""

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        await super().send(user, outbound, reference)
        return Unknown("timed out")


def _allowing(bells: int) -> Any:
    return replace(Windowed.capabilities, bells=bells)


def _tally(post: Post, broadcast: int) -> list[Any]:
    return post.database.transact(lambda session: tally(session, broadcast))


def _in_doubt(session: Session) -> bool:
    return session.scalar(select(OutboxRow.id).where(OutboxRow.doubts > 0)) is not None


def _with_menu(session: Session) -> None:
    row = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)).one()
    row.payload = {"text": "Which region?", "menu": "1abcd", "options": [{"id": "a", "label": "Quba"}]}


async def test_a_window_that_closed_while_the_message_was_in_doubt_brings_a_bell_and_no_storm(post: Post) -> None:
    post.member("1")
    wrote(post, "1", timedelta(hours=23, minutes=59, seconds=50))
    post.reply("1", "hello")
    platform = Windowed(answer=lambda _user, text, tries: _cut_then_closed(text, tries))
    async with post.delivering(platform) as foreman:
        await post.until(_in_doubt)
        post.clock.advance(timedelta(minutes=5))
        foreman.wake.nudge()
        await is_held(post)
    assert [text for _user, text in platform.taken] == []
    assert (len(platform.bells), len(platform.references)) == (1, 2)


async def test_who_writes_before_a_bell_may_ring_for_them_gets_it_at_once(post: Post) -> None:
    for user in ("1", "2"):
        closed_member(post, user)
        post.reply(user, f"for {user}")
    platform = Windowed()
    platform.capabilities = _allowing(1)
    async with post.delivering(platform) as foreman:
        await is_held(post)
        writes(post, "2")
        foreman.wake.nudge()
        await post.until(lambda _session: ("2", "for 2") in platform.taken)


async def test_a_newsletter_put_off_for_hours_keeps_no_reply_waiting(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.broadcast("News")
    platform = Windowed(answer=lambda _user, text, _tries: Retry(timedelta(hours=6)) if "News" in text else None)
    async with post.delivering(platform) as foreman:
        await post.until(lambda session: session.scalar(select(OutboxRow.id).where(OutboxRow.not_before.is_not(None))))
        post.reply("1", "the answer")
        foreman.wake.nudge()
        await post.until(lambda _session: platform.taken == [("1", "the answer")])


class _Captionless(Windowed):
    """No text can stand beside a document."""

    capabilities = replace(Windowed.capabilities, captions=frozenset({"photo"}))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.order: list[str] = []

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        outcome = await super().send(user, outbound, reference)
        if isinstance(outcome, Sent) and not outbound.bell:
            self.order.append("file" if outbound.attachment else "text")
        return outcome


def with_document(session: Session) -> None:
    document = {"kind": "document", "file": f"sha256:{'0' * 64}", "name": "call.pdf", "mime": "application/pdf"}
    session.execute(update(Newsletter).values(attachment=document))


async def test_a_document_follows_its_text_also_when_the_text_had_to_be_rung_for(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.broadcast("News")
    post.database.transact(with_document)
    platform = _Captionless(answer=first_tries(1, Closed()))
    async with post.delivering(platform) as foreman:
        await is_held(post)
        writes(post, "1")
        foreman.wake.nudge()
        await post.quiet()
    assert platform.order == ["text", "file"]


async def test_no_document_follows_a_text_that_did_not_go(post: Post) -> None:
    member = post.member("1")
    wrote(post, "1")
    post.broadcast("News")
    post.database.transact(with_document)
    platform = _Captionless(answer=first_tries(1, Retry(timedelta(seconds=30))))
    async with post.delivering(platform) as foreman:
        await post.until(lambda session: session.scalar(select(OutboxRow.id).where(OutboxRow.not_before.is_not(None))))
        now = post.clock.now()
        post.database.transact(lambda session: setattr(session.get_one(Member, member), "stopped_at", now))
        post.clock.advance(timedelta(minutes=1))
        foreman.wake.nudge()
        await post.quiet()
    assert (platform.order, post.states()) == ([], [("skipped", "left", 0), ("skipped", "followed", 0)])


def _cut_then_closed(text: str, tries: int) -> Outcome | None:
    if tries == 0:
        return Unknown("cut")
    return Closed() if text == "hello" else None
