"""What a foreman who is gone left in flight: the next one asks what the platform was given, and mistakes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import pytest
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.channel import Note, Outcome, Receipt, Retry, Sent, Unknown
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.workers.handover import Handover
from bot.workers.items import Item
from bot.workers.outcomes import Outcomes
from bot.workers.receipts import Receipts, reference
from storage.broadcasts import BroadcastState, in_state
from storage.claimed import Claimed
from storage.claims import carry, claim
from storage.lanes import lease
from storage.outbox import OutboxRow
from storage.recovery import recover
from storage.terms import Terms
from storage.windows import Window
from tests.workers.platform import Windowed
from tests.workers.post import Post
from tests.workers.test_windows import closed_member, is_held, rows, writes, wrote

LATER = timedelta(seconds=30)


class Listing(Windowed):
    """Lists what it was given as Twilio does: with the second it came, and without a word about which row it was."""

    def __init__(
        self, clock: Clock, answer: Callable[[str, str, int], Outcome | None] = lambda _user, _text, _tries: None
    ) -> None:
        super().__init__(answer)
        self._clock = clock
        self._times: dict[str, datetime] = {}

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        outcome = await super().send(user, outbound, reference)
        if isinstance(outcome, Sent):
            self._times[outcome.external_id] = self._clock.now()
        return outcome

    def was_given(self, user: str, sid: str) -> None:
        """By the foreman who is gone; the answer was lost with him."""
        self.given.setdefault(user, []).append(sid)
        self._times[sid] = self._clock.now()

    async def trace(self, user: str, since: datetime, known: Collection[str]) -> Outcome | None:
        begin = since - timedelta(minutes=1)
        found = [sid for sid in self.given.get(user, []) if sid not in known and self._times[sid] >= begin]
        return Sent(found[0]) if found else None


def left_in_flight(post: Post) -> None:
    """A foreman claims all there is, and is killed."""

    def claim_all(session: Session) -> None:
        now, window = post.clock.now(), Window(timedelta(hours=24))
        lease(session, "telegram", "dead", now)
        sending = [one.id for one in in_state(session, BroadcastState.SENDING)]
        for broadcast in (None, *sending):
            claim(session, "telegram", broadcast, 0, 100, "dead", now, Terms(window))

    post.database.transact(claim_all)
    post.clock.advance(LATER)


async def found_in_flight(post: Post) -> None:
    """The next foreman has taken over, and may ask."""
    found = select(OutboxRow.id).where(OutboxRow.state == "sending", OutboxRow.token == "dead")
    await post.until(lambda session: session.scalar(found) is None)
    await asyncio.sleep(0.3)  # whatever may leave before that does
    post.clock.advance(LATER)


async def test_what_was_sent_a_moment_before_is_not_taken_for_it(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    platform = Listing(post.clock, lambda _user, text, tries: Unknown() if text == "second" and tries == 1 else None)
    async with post.delivering(platform):
        post.reply("1", "first")
        await post.quiet()
        post.clock.advance(timedelta(seconds=10))
        post.reply("1", "second")
        await post.until(lambda session: session.scalar(select(OutboxRow.id).where(OutboxRow.doubts > 0)) is not None)
        post.clock.advance(LATER)
        await post.quiet()
    assert platform.taken == [("1", "first"), ("1", "second")]


async def test_of_two_that_were_left_each_is_asked_about_by_itself(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.broadcast("first")
    post.broadcast("second")
    left_in_flight(post)
    platform = Listing(post.clock)
    platform.was_given("1", "SM0")
    async with post.delivering(platform):
        await found_in_flight(post)
        await post.quiet()
    assert [text.partition("\n")[0] for _user, text in platform.taken] == ["second"]
    assert rows(post, OutboxRow.state, OutboxRow.external_id) == [("sent", "SM0"), ("sent", "SM1")]


async def test_nothing_overtakes_what_was_left(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.reply("1", "first")
    left_in_flight(post)
    post.reply("1", "second")
    platform = Listing(post.clock)
    async with post.delivering(platform):
        await found_in_flight(post)
        await post.quiet()
    assert platform.taken == [("1", "first"), ("1", "second")]


async def test_a_bell_that_was_heard_meanwhile_is_not_taken_for_the_message(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    left_in_flight(post)
    platform = Listing(post.clock)
    platform.was_given("1", "SM0")
    writes(post, "1")
    async with post.delivering(platform):
        await found_in_flight(post)
        await post.quiet()
    assert platform.taken == [("1", "first")]


async def test_a_bell_that_was_heard_once_it_was_asked_about_is_not_taken_for_the_message(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    left_in_flight(post)
    platform = Listing(post.clock)
    platform.was_given("1", "SM0")
    async with post.delivering(platform) as foreman:
        await found_in_flight(post)
        await is_held(post)
        writes(post, "1")
        foreman.wake.nudge()
        await post.quiet()
    assert (platform.taken, platform.bells) == ([("1", "first")], [])


async def test_the_bell_that_was_left_is_the_only_one_for_all_that_waits(post: Post) -> None:
    closed_member(post)
    post.broadcast("first")
    post.reply("1", "second")
    left_in_flight(post)
    post.reply("1", "third")
    platform = Listing(post.clock)
    platform.was_given("1", "SM0")
    async with post.delivering(platform):
        await found_in_flight(post)
        await is_held(post, 3)
    assert platform.bells == []


async def test_a_bell_that_never_left_rings_once_for_all_that_waits(post: Post) -> None:
    closed_member(post)
    post.broadcast("first")
    post.reply("1", "second")
    left_in_flight(post)
    post.reply("1", "third")
    platform = Listing(post.clock)
    async with post.delivering(platform):
        await found_in_flight(post)
        await is_held(post, 3)
    assert len(platform.bells) == 1


async def test_who_answers_a_bell_in_doubt_is_told_that_something_comes(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    left_in_flight(post)
    platform = Listing(post.clock)
    platform.was_given("1", "SM0")
    assert writes(post, "1") == 1
    async with post.delivering(platform):
        await found_in_flight(post)
        assert writes(post, "1") == 0
        await post.quiet()
    assert platform.taken == [("1", "first")]


async def test_late_news_of_a_bell_does_not_hold_its_text_again(post: Post) -> None:
    closed_member(post)
    post.reply("1", "first")
    receipts = Receipts("telegram", post.database, post.clock, lambda: None, post.pause)
    platform = _Slow(post.clock, receipts)
    async with post.delivering(platform) as foreman:
        await is_held(post)
        post.clock.advance(LATER)
        writes(post, "1")
        foreman.wake.nudge()
        await post.quiet()
    assert (platform.taken, post.states()) == ([("1", "first")], [("sent", "", 0)])


class _Slow(Listing):
    """While it takes a text, it tells of the bell before it."""

    def __init__(self, clock: Clock, note: Note) -> None:
        super().__init__(clock)
        self._note = note

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        if not outbound.bell:
            await self._note([Receipt(f"b{reference}", "SM1", "read")])
            await self._note([Receipt(f"b{reference}", "SM1", failure=Retry(LATER))])
        return await super().send(user, outbound, reference)


@pytest.mark.parametrize("closed", [False, True])
async def test_what_is_told_just_before_it_is_asked_about_is_not_sent_again(post: Post, *, closed: bool) -> None:
    """By then the platform's id of it is a known one, and nothing unknown is found."""
    if closed:
        closed_member(post)
    else:
        post.member("1")
        wrote(post, "1")
    post.reply("1", "first")
    left_in_flight(post)
    platform, note = Listing(post.clock), Receipts("telegram", post.database, post.clock, lambda: None, post.pause)
    platform.was_given("1", "SM0")
    [row] = post.database.transact(lambda session: _claim_again(session, post.clock.now()))
    await note([Receipt(reference(row.id, bell=closed), "SM0", "sent")])
    outcomes = Outcomes("telegram", "next", post.database, post.clock, patient=True)
    hand_over = Handover(platform, post.database, post.clock, outcomes)
    assert await hand_over(Item((row,), Outbound(Markup("first"), bell=("first",) if closed else ()))) == Sent("")
    assert (platform.taken, platform.bells) == ([], [])


def _claim_again(session: Session, now: datetime) -> list[Claimed]:
    lease(session, "telegram", "next", now)
    recover(session, "telegram", "next")
    return claim(session, "telegram", None, 0, 100, "next", now, Terms(Window(timedelta(hours=24)))).rows


@pytest.mark.parametrize("arrived", [False, True])
async def test_what_was_one_message_is_asked_about_as_one(post: Post, *, arrived: bool) -> None:
    """However few rows are claimed at a time."""
    post.member("1")
    wrote(post, "1")
    post.broadcast("first")
    post.broadcast("second")
    left_in_flight(post)
    post.database.transact(_as_one_message)
    platform = _Telling(post, rate=5)
    if arrived:
        platform.was_given("1", "SM0")
    async with post.delivering(platform):
        await found_in_flight(post)
        await post.quiet()
    assert _headlines(platform) == ([] if arrived else ["first", "second"])
    assert len({external_id for (external_id,) in rows(post, OutboxRow.external_id)}) == 1


async def test_what_no_longer_goes_with_a_message_does_not_share_its_fate(post: Post) -> None:
    post.member("1")
    wrote(post, "1")
    post.broadcast("first")
    second = post.broadcast("second")
    platform = _Telling(post, lambda _user, _text, tries: Retry(LATER) if tries == 0 else None)
    async with post.delivering(platform):
        await post.until(lambda session: session.scalar(select(OutboxRow.id).where(OutboxRow.not_before.is_not(None))))
        now = post.clock.now()
        post.database.transact(lambda session: broadcasts.pause(session, second, None, "", now))
        post.clock.advance(LATER)
        await post.until(lambda session: session.scalar(select(OutboxRow.id).where(OutboxRow.state == "delivered")))
    assert _headlines(platform) == ["first"]
    assert [state for state, _reason, _doubts in post.states()] == ["delivered", "queued"]


async def test_news_of_a_message_is_of_all_it_carried_also_of_what_had_been_held(post: Post) -> None:
    closed_member(post)
    post.broadcast("first")
    platform = _Telling(post, lambda _user, text, _tries: Unknown() if "second" in text else None, state="sent")
    async with post.delivering(platform):
        await is_held(post)
    post.clock.advance(LATER)
    post.broadcast("second")
    writes(post, "1")
    async with post.delivering(platform):
        await post.quiet()
    assert post.states() == [("sent", "", 0), ("sent", "", 0)]
    assert platform.taken == []


class _Telling(Listing):
    """It tells of each text before it answers."""

    def __init__(
        self,
        post: Post,
        answer: Callable[[str, str, int], Outcome | None] = lambda _user, _text, _tries: None,
        rate: float = 10_000,
        state: str = "delivered",
    ) -> None:
        super().__init__(post.clock, answer)
        self.rate = rate
        self._state = state
        self._note = Receipts("telegram", post.database, post.clock, lambda: None, post.pause)

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        outcome = await super().send(user, outbound, reference)
        if not outbound.bell and not isinstance(outcome, Retry):
            await self._note([Receipt(reference, f"SM{len(self.references)}", self._state)])
        return outcome


def _headlines(platform: Windowed) -> list[str]:
    return [line for _user, text in platform.taken for line in text.splitlines() if line in ("first", "second")]


def _as_one_message(session: Session) -> None:
    first, second = session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)).all()
    carry(session, {second: first})
