"""Delivery, rule by rule: in order, within the rate, never lost, at most once more in doubt, every outcome a row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.channel import Outcome, Refused, Retry, Unknown
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.workers.intake import Taken
from storage import lanes
from storage.broadcasts import Broadcast, BroadcastState
from storage.claims import claim
from storage.delivery import tally, unfinished
from storage.members import Member, drop_topic
from storage.outbox import OutboxRow, OutboxState, enqueue
from storage.outcomes import Outcome as Written
from storage.outcomes import settle
from storage.recovery import recover
from tests.workers.platform import Platform
from tests.workers.post import Post, first_tries


async def test_replies_to_one_person_arrive_in_order_one_at_a_time(post: Post) -> None:
    for user in ("1", "2", "3"):
        post.member(user)
        post.reply(user, *(f"{number}" for number in range(10)))
    platform = Platform(latency=0.002)
    async with post.delivering(platform):
        await post.quiet()
    for user in ("1", "2", "3"):
        assert [text for to, text in platform.taken if to == user] == [f"{number}" for number in range(10)]
    assert platform.most_in_flight == 3


async def test_replies_go_before_a_broadcast(post: Post) -> None:
    for number in range(40):
        post.member(str(number))
    post.broadcast()
    platform = Platform(rate=100)
    async with post.delivering(platform) as foreman:
        await asyncio.sleep(0.15)
        post.reply("39", "an answer")
        foreman.wake.nudge()
        await post.quiet()
    texts = [text for _user, text in platform.taken]
    assert texts.count("an answer") == 1
    assert texts.index("an answer") < 32
    assert len(texts) == 41


async def test_a_broadcast_says_why_it_came_and_how_to_stop_it(post: Post) -> None:
    post.member("1", "education", "health")
    post.broadcast("Hello", topics=["education", "environment"])
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("1", "Hello\n\n<i>You receive this because you follow: Education.</i>")]


async def test_someone_who_must_wait_is_not_overtaken_by_their_own_later_messages(post: Post) -> None:
    post.member("1")
    post.member("2")
    post.reply("1", "first", "second")
    post.reply("2", "another person")
    platform = Platform(lambda user, _text, tries: Retry(timedelta(seconds=0.3)) if user == "1" and not tries else None)
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("2", "another person"), ("1", "first"), ("1", "second")]


async def test_a_429_stops_the_whole_channel_and_gives_the_attempt_back(post: Post) -> None:
    for number in range(30):
        post.member(str(number))
    post.broadcast()
    flood = Retry(timedelta(seconds=0.5), everyone=True, attempted=False)
    platform = Platform(lambda user, _text, tries: flood if user == "10" and not tries else None, rate=200)
    async with post.delivering(platform):
        await post.quiet()
    gaps = [later - earlier for earlier, later in zip(platform.times, platform.times[1:], strict=False)]
    assert max(gaps) > 0.4
    assert sorted(user for user, _text in platform.taken) == sorted(str(number) for number in range(30))
    assert post.database.transact(lambda session: session.scalars(select(OutboxRow.attempts).distinct()).all()) == [1]


async def test_the_wait_after_a_429_outlives_the_process(post: Post) -> None:
    post.member("1")
    post.reply("1", "hello")
    async with post.delivering(Platform(first_tries(1, Retry(timedelta(hours=1), everyone=True, attempted=False)))):
        await post.until(lambda session: lanes.waiting_until(session, "telegram") is not None)
    platform = Platform()
    async with post.delivering(platform):
        await asyncio.sleep(0.3)
        assert platform.taken == []
        post.clock.advance(timedelta(hours=2))
        await post.quiet()
    assert platform.taken == [("1", "hello")]


async def test_in_doubt_it_is_sent_once_more_and_counted_as_possibly_twice(post: Post) -> None:
    post.member("1")
    broadcast = post.broadcast()
    platform = Platform(first_tries(1, Unknown("timed out")))
    async with post.delivering(platform):
        await post.until(lambda session: session.scalar(select(OutboxRow.doubts)) == 1)
        post.clock.advance(timedelta(seconds=10))
        await post.quiet()
    assert post.states() == [("sent", "", 1)]
    counted = post.database.transact(lambda session: tally(session, broadcast))
    assert [(one.state, one.twice, one.rows) for one in counted] == [("sent", True, 1)]


async def test_twice_in_doubt_it_stays_in_doubt(post: Post) -> None:
    post.member("1")
    post.broadcast()
    async with post.delivering(Platform(first_tries(9, Unknown("timed out")))):
        await post.until(lambda session: session.scalar(select(OutboxRow.doubts)) == 1)
        post.clock.advance(timedelta(seconds=10))
        await post.quiet()
    assert post.states() == [("doubt", "", 2)]


async def test_who_blocked_the_bot_is_refused_and_not_tried_again(post: Post) -> None:
    post.member("1")
    post.broadcast("one")
    platform = Platform(first_tries(1, Refused("blocked", unreachable=True)))
    async with post.delivering(platform):
        await post.quiet()
        post.broadcast("two")
        await post.quiet()
    assert platform.taken == []
    assert post.states() == [("refused", "blocked", 0), ("skipped", "blocked", 0)]


async def test_consent_is_read_again_before_each_message(post: Post) -> None:
    post.member("1")
    leaving = post.member("2")
    post.broadcast()
    stopped = update(Member).where(Member.id == leaving).values(stopped_at=post.clock.now())
    post.database.transact(lambda session: session.execute(stopped).rowcount)  # type: ignore[attr-defined]
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert [user for user, _text in platform.taken] == ["1"]
    assert post.states() == [("sent", "", 0), ("skipped", "left", 0)]


async def test_who_stopped_all_its_topics_since_gets_it_no_more(post: Post) -> None:
    both = post.member("1", "education", "health")
    one = post.member("2", "education")
    post.broadcast(topics=["education", "environment"])
    post.broadcast(topics=["education", "health"])
    for member in (both, one):
        post.database.transact(lambda session, member=member: drop_topic(session, member, "education"))  # type: ignore[misc]
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    left = ("skipped", "left", 0)
    assert post.states() == [left, left, ("sent", "", 0), left]
    why = "<i>You receive this because you follow: Health.</i>"
    assert platform.taken == [("1", f"News\n\n{why}")]


async def test_five_systemic_refusals_in_a_row_pause_the_broadcast(post: Post) -> None:
    for number in range(50):
        post.member(str(number))
    broadcast = post.broadcast()
    platform = Platform(lambda _user, _text, _tries: Refused("content", systemic=True), rate=100)
    async with post.delivering(platform, senders=1):
        await post.until(lambda session: session.get_one(Broadcast, broadcast).state == BroadcastState.PAUSED)
        await asyncio.sleep(0.5)
    assert set(post.paused) == {(broadcast, "content")}
    refused = sum(1 for state, _reason, _doubts in post.states() if state == "refused")
    assert 5 <= refused <= 20
    assert {state for state, _reason, _doubts in post.states()} == {"refused", "queued"}


async def test_a_refused_account_loses_no_message(post: Post) -> None:
    post.member("1")
    post.reply("1", "hello")
    platform = Platform(first_tries(1, Refused("account", systemic=True)))
    async with post.delivering(platform):
        await post.until(lambda session: lanes.waiting_until(session, "telegram") is not None)
        post.clock.advance(timedelta(minutes=1))
        await asyncio.sleep(0.1)
    assert post.states() == [("queued", "", 0)]


async def test_paused_and_resumed_nothing_is_lost_or_doubled(post: Post) -> None:
    for number in range(60):
        post.member(str(number))
    broadcast = post.broadcast()
    platform = Platform(rate=300, latency=0.01)
    async with post.delivering(platform):
        for _ in range(5):
            await post.database.run(lambda session: broadcasts.pause(session, broadcast, None, "", post.clock.now()))
            await asyncio.sleep(0.05)
            await post.database.run(lambda session: broadcasts.resume(session, broadcast, None, post.clock.now()))
            await asyncio.sleep(0.05)
        await post.quiet()
    assert sorted(user for user, _text in platform.taken) == sorted(str(number) for number in range(60))


async def test_cancelled_the_rest_is_skipped_and_the_totals_add_up(post: Post) -> None:
    for number in range(100):
        post.member(str(number))
    broadcast = post.broadcast()
    platform = Platform(rate=100)
    async with post.delivering(platform):
        await asyncio.sleep(0.2)
        await post.database.run(lambda session: broadcasts.cancel(session, broadcast, None, post.clock.now()))
        await post.database.run(
            lambda session: broadcasts.advance(session, broadcast, {platform.name: platform}, post.clock.now())
        )
        await post.quiet()
    counted = post.database.transact(lambda session: tally(session, broadcast))
    assert sum(one.rows for one in counted) == 100
    assert {(one.state, one.reason) for one in counted} == {("sent", ""), ("skipped", "cancelled")}
    assert len(platform.taken) == sum(one.rows for one in counted if one.state == "sent")


async def test_what_a_killed_process_left_in_flight_is_sent_once_more(post: Post) -> None:
    post.member("1")
    post.member("2")
    post.broadcast()

    def die_while_sending(session: Session) -> None:
        lanes.lease(session, "telegram", "dead", post.clock.now())
        claim(session, "telegram", 1, 0, 1, "dead", post.clock.now())

    post.database.transact(die_while_sending)
    post.clock.advance(timedelta(seconds=10))
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert sorted(user for user, _text in platform.taken) == ["1", "2"]
    assert post.states() == [("sent", "", 1), ("sent", "", 0)]


async def test_killed_again_and_again_before_it_left_a_message_is_still_delivered(post: Post) -> None:
    post.member("1")
    post.reply("1", "hello")
    for death in range(3):

        def die_while_sending(session: Session, token: str = f"dead {death}") -> None:
            now = post.clock.now()
            lanes.lease(session, "telegram", token, now)
            recover(session, "telegram", token)
            claim(session, "telegram", None, 0, 1, token, now)

        post.database.transact(die_while_sending)
        post.clock.advance(timedelta(seconds=10))
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("1", "hello")]
    assert post.states() == [("sent", "", 3)]


async def test_a_process_that_was_thought_dead_cannot_overwrite(post: Post) -> None:
    post.member("1")
    post.broadcast()
    now = post.clock.now()
    post.database.transact(lambda session: claim(session, "telegram", 1, 0, 1, "dead", now))
    post.clock.advance(timedelta(seconds=10))
    async with post.delivering(Platform()):
        await post.quiet()
    late = Written(1, OutboxState.REFUSED, "blocked")
    post.database.transact(lambda session: settle(session, [late], "dead", post.clock.now()))
    assert post.states() == [("sent", "", 1)]


async def test_only_one_foreman_delivers_a_channel(post: Post) -> None:
    for number in range(40):
        post.member(str(number))
    post.broadcast()
    one, other = Platform(rate=200), Platform(rate=200)
    async with post.delivering(one), post.delivering(other):
        await post.quiet()
    assert sorted([len(one.taken), len(other.taken)]) == [0, 40]


async def test_a_foreman_that_was_replaced_while_it_stood_still_claims_nothing(post: Post) -> None:
    post.member("1")
    async with post.delivering(Platform()) as foreman:
        await foreman.leadership.held()

        def replace_it(session: Session) -> None:
            later = post.clock.now() + lanes.LEASE
            session.execute(update(lanes.Lane).values(token="another", leased_until=later))

        post.database.transact(replace_it)
        post.reply("1", "hello")
        foreman.wake.nudge()
        await asyncio.sleep(0.5)
    assert post.states() == [("queued", "", 0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_is_finished_is_looked_at_once_and_passed_over_from_then_on(post: Post) -> None:
    for number in range(3):
        post.member(str(number))
    broadcast = post.broadcast()
    post.reply("1", "hello")
    tomorrow = post.clock.now() + timedelta(days=1)
    asleep = update(OutboxRow).where(OutboxRow.id == 1).values(not_before=tomorrow, reason="quiet")
    post.database.transact(lambda session: session.execute(asleep))
    for _start in range(2):
        async with post.delivering(Platform()) as foreman:
            await post.until(lambda session: session.scalar(_SENT) == 3)
            await asyncio.sleep(0.6)
            assert [foreman._intake._cursors.after(lane) for lane in (None, broadcast)] == [4, 3]


_SENT = select(func.count()).where(OutboxRow.state == OutboxState.SENT)


async def test_the_rate_is_held(post: Post) -> None:
    for number in range(60):
        post.member(str(number))
    post.broadcast()
    platform = Platform(rate=40)
    async with post.delivering(platform):
        await post.quiet()
    took = platform.times[-1] - platform.times[0]
    assert 59 / 40 * 0.9 < took < 59 / 40 * 2
    windows = [sum(1 for one in platform.times if start <= one < start + 1) for start in platform.times]
    assert max(windows) <= 44


async def test_an_edit_changes_the_message_that_was_sent_before(post: Post) -> None:
    post.member("1")
    post.reply("1", "0 %")
    async with post.delivering(Platform()):
        await post.quiet()

    def edit(session: Session) -> None:
        first = session.scalars(select(OutboxRow)).one()
        row = {"key": "edit", "edits": first.id, "channel": "telegram", "address_id": first.address_id}
        row |= {"member_id": first.member_id, "language": "en", "payload": {"text": "50 %"}}
        enqueue(session, [row | {"created_at": post.clock.now()}])

    post.database.transact(edit)
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert (platform.taken, platform.edits) == ([("1", "50 %")], ["1"])


async def test_stopping_finishes_what_is_in_flight_and_writes_it_down(post: Post) -> None:
    for number in range(100):
        post.member(str(number))
    broadcast = post.broadcast()
    platform = Platform(rate=1000, latency=0.05)
    async with post.delivering(platform):
        await post.until(lambda _session: len(platform.taken) > 0)
    states = post.states()
    assert sum(1 for state, _reason, _doubts in states if state == "sent") == len(platform.taken) > 0
    assert {state for state, _reason, _doubts in states} == {"sent", "queued"}
    assert post.database.transact(lambda session: unfinished(session, broadcast))


async def test_after_resuming_the_same_text_pauses_it_again(post: Post) -> None:
    for number in range(60):
        post.member(str(number))
    broadcast = post.broadcast()
    platform = Platform(lambda _user, _text, _tries: Refused("content", systemic=True), rate=100)

    def paused(session: Session) -> bool:
        return session.get_one(Broadcast, broadcast).state == BroadcastState.PAUSED

    async with post.delivering(platform, senders=1):
        await post.until(paused)
        await post.database.run(lambda session: broadcasts.resume(session, broadcast, None, post.clock.now()))
        await post.until(paused)
    assert {state for state, _reason, _doubts in post.states()} == {"refused", "queued"}


async def test_one_row_that_cannot_be_said_stops_no_other(post: Post) -> None:
    post.member("1")
    post.member("2")
    post.reply("1", "hello")
    spoil = update(OutboxRow).values(payload={"text": "hello", "colour": "of a later version"})
    post.database.transact(lambda session: session.execute(spoil).rowcount)  # type: ignore[attr-defined]
    post.reply("2", "hello")
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("2", "hello")]
    assert post.states() == [("refused", "content", 0), ("sent", "", 0)]


async def test_an_answer_no_database_can_store_holds_up_no_other(post: Post) -> None:
    for number in range(10):
        post.member(str(number))
    post.broadcast()
    odd = Refused("blocked", unreachable=True, detail="half a pair \ud83d and \x00")
    platform = Platform(lambda user, _text, _tries: odd if user == "3" else None)
    async with post.delivering(platform):
        await post.quiet()
    assert sorted(post.states()) == [("refused", "blocked", 0)] + [("sent", "", 0)] * 9


async def test_rows_of_a_claim_whose_commit_was_not_heard_go_back_to_the_queue(post: Post) -> None:
    for number in range(20):
        post.member(str(number))
    post.broadcast()
    run, unheard = post.database.run, [True]

    async def losing_one_answer(work: Callable[[Session], Any], *, urgent: bool = False) -> Any:
        result = await run(work, urgent=urgent)
        if isinstance(result, Taken) and result.items and unheard:
            unheard.clear()
            raise OperationalError("COMMIT", None, ConnectionError("the server went away"))
        return result

    post.database.run = losing_one_answer  # type: ignore[method-assign]
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert sorted(user for user, _text in platform.taken) == sorted(str(number) for number in range(20))
    assert set(post.states()) == {("sent", "", 0)}


@pytest.mark.parametrize("away", [OperationalError, InternalError, InterfaceError])
async def test_what_was_answered_while_the_database_is_away_is_written_once_it_is_back(
    post: Post, away: type[DBAPIError]
) -> None:
    """Also while a standby has taken over and takes nothing yet, or a connection is gone."""
    post.member("1")
    post.reply("1", "hello")
    run, failures = post.database.run, [away("COMMIT", None, ConnectionError("not now"))] * 2

    async def failing(work: Callable[[Session], Any], *, urgent: bool = False) -> Any:
        if urgent and failures:
            raise failures.pop()
        return await run(work, urgent=urgent)

    post.database.run = failing  # type: ignore[method-assign]
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert (platform.taken, post.states()) == ([("1", "hello")], [("sent", "", 0)])


async def test_a_message_in_doubt_is_not_overtaken_by_the_next_to_the_same_person(post: Post) -> None:
    post.member("1")
    post.reply("1", "first", "second")
    platform = Platform(first_tries(1, Unknown("timed out")))
    async with post.delivering(platform):
        await post.until(lambda session: session.scalar(select(OutboxRow.doubts)) == 1)
        await asyncio.sleep(0.2)
        post.clock.advance(timedelta(seconds=10))
        await post.quiet()
    assert platform.taken == [("1", "first"), ("1", "second")]


async def test_after_a_stall_the_rate_is_held_all_the_same(post: Post) -> None:
    for number in range(80):
        post.member(str(number))
    post.broadcast()
    platform = Platform(rate=40)
    stalled = asyncio.Event()
    send = platform.send

    async def stalling(user: str, outbound: Outbound, reference: str = "") -> Outcome:
        await stalled.wait()
        return await send(user, outbound, reference)

    platform.send = stalling  # type: ignore[method-assign]
    async with post.delivering(platform, senders=4):
        await asyncio.sleep(1.5)
        stalled.set()
        await post.quiet()
    windows = [sum(1 for one in platform.times if start <= one < start + 1) for start in platform.times]
    assert max(windows) <= 40 + 4 + 2


async def test_a_clock_that_was_put_back_stops_nothing(post: Post) -> None:
    post.member("1")
    post.clock.advance(timedelta(days=30))
    post.broadcast()
    async with post.delivering(Platform()):
        await post.quiet()
    post.clock = Clock()
    post.reply("1", "hello")
    platform = Platform()
    async with post.delivering(platform):
        await post.quiet()
    assert platform.taken == [("1", "hello")]
