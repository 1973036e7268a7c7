"""Receipts: early, late, twice, out of order; a row only moves forward, and what failed after all is tried or told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.core.channel import Closed, Outcome, Receipt, Refused, Retry, Sent, Unknown
from bot.core.messages import Outbound
from bot.workers.receipts import Receipts
from storage.broadcasts import Broadcast, BroadcastState
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow
from tests.workers.platform import Windowed
from tests.workers.post import Post

BLOCKED = Refused("not_found", unreachable=True)


class Desk:
    """The platform tells about the rows of a post office."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.nudged = 0
        self._note = Receipts("telegram", post.database, post.clock, self._nudge, post.pause)

    async def hears(self, state: str, external_id: str = "SM1", row: int = 0, bell: str = "") -> None:
        await self._note([Receipt(f"{bell}{self._id(row)}", external_id, state)])

    async def fails(self, failure: Any, external_id: str = "SM1", row: int = 0, bell: str = "") -> None:
        await self._note([Receipt(f"{bell}{self._id(row)}", external_id, failure=failure)])

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        query = select(*columns).order_by(OutboxRow.id)
        return self.post.database.transact(lambda session: [tuple(row) for row in session.execute(query)])

    @property
    def state(self) -> str:
        return str(self.rows(OutboxRow.state)[0][0])

    def _id(self, row: int) -> int:
        return int(self.rows(OutboxRow.id)[row][0])

    def _nudge(self) -> None:
        self.nudged += 1


@pytest.fixture
async def desk(post: Post) -> Desk:
    """One message went out and was taken as SM1."""
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    post.reply("1", "first")
    async with post.delivering(Windowed()):
        await post.quiet()
    return Desk(post)


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
async def test_in_any_order_the_furthest_stays(desk: Desk, order: tuple[str, ...]) -> None:
    for state in (*order, *order):
        await desk.hears(state)
    assert desk.state == "read"


async def test_a_delivery_told_later_overrides_a_failure(desk: Desk) -> None:
    await desk.fails(Refused("not_found"))
    assert desk.state == "refused"
    await desk.hears("delivered")
    assert desk.rows(OutboxRow.state, OutboxRow.reason) == [("delivered", "")]


async def test_a_failure_told_after_the_delivery_means_nothing(desk: Desk) -> None:
    await desk.hears("delivered")
    await desk.fails(BLOCKED)
    assert desk.state == "delivered"


async def test_who_cannot_be_reached_is_marked(desk: Desk) -> None:
    await desk.fails(BLOCKED)
    unreachable = desk.post.database.transact(lambda session: session.scalar(select(MemberAddress.unreachable)))
    assert (desk.state, unreachable) == ("refused", "not_found")


async def test_a_member_who_allows_it_gets_it_on_their_other_channel(post: Post) -> None:
    """One row, never two: it is the same message to the same person."""
    member = post.member("1")
    broadcast = post.broadcast()

    def second_way(session: Session) -> None:
        session.get_one(Member, member).fallback = True
        session.add(
            MemberAddress(channel="other", user="9", member_id=member, preferred=False, created_at=post.clock.now())
        )

    post.database.transact(second_way)
    platform = Windowed(answer=lambda *_: BLOCKED)
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    async with post.delivering(platform, elsewhere=("telegram", "other")):
        await post.until(lambda session: session.scalar(select(OutboxRow.channel)) == "other")
    assert Desk(post).rows(OutboxRow.broadcast_id, OutboxRow.state, OutboxRow.reason) == [(broadcast, "queued", "")]


async def test_what_may_be_tried_again_is(desk: Desk) -> None:
    for _ in range(3):
        await desk.fails(Retry(timedelta(minutes=5)))
    assert desk.rows(OutboxRow.state, OutboxRow.attempts) == [("queued", 1)]
    assert desk.nudged == 3


async def test_news_of_the_try_that_failed_does_not_make_it_sent(desk: Desk) -> None:
    await desk.fails(Retry(timedelta(minutes=5)))
    await desk.hears("sent")
    assert desk.state == "queued"


async def test_a_window_that_had_closed_holds_the_message_and_rings(desk: Desk) -> None:
    desk.post.clock.advance(timedelta(seconds=1))
    await desk.fails(Closed("63016"))
    platform = Windowed()
    async with desk.post.delivering(platform):
        await desk.post.until(lambda session: session.scalar(select(OutboxRow.state)) == "held")
    assert [user for user, _blanks in platform.bells] == ["1"]


async def test_a_failure_that_means_nothing_certain_is_sent_once_more(desk: Desk) -> None:
    await desk.fails(Unknown("63010"))
    assert desk.rows(OutboxRow.state, OutboxRow.doubts) == [("queued", 1)]


async def test_a_receipt_before_the_answer_settles_the_row(post: Post) -> None:
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    post.reply("1", "first")
    platform = _Early(post)
    async with post.delivering(platform):
        await post.quiet()
    desk = Desk(post)
    assert desk.rows(OutboxRow.state, OutboxRow.external_id) == [("delivered", "SM1")]


async def test_a_receipt_settles_a_doubt_before_anybody_asks(desk: Desk) -> None:
    _make(desk, state="queued", doubts=1, external_id="")
    await desk.hears("sent")
    assert desk.rows(OutboxRow.state, OutboxRow.external_id, OutboxRow.doubts) == [("sent", "SM1", 0)]


async def test_receipts_of_a_joint_message_speak_for_all_it_carried(post: Post) -> None:
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    post.reply("1", "first", "second")
    async with post.delivering(Windowed()):
        await post.quiet()
    desk = Desk(post)
    await desk.hears("read")
    assert desk.rows(OutboxRow.state) == [("read",), ("read",)]


async def test_a_bell_that_did_not_ring_is_tried_again_and_holds_nothing(desk: Desk) -> None:
    _make(desk, state="held", rung_at=desk.post.clock.now(), bell_id="SM1", external_id="")
    await desk.fails(Retry(timedelta(hours=1)), bell="b")
    assert desk.state == "queued"


async def test_news_of_a_bell_says_nothing_about_the_message(desk: Desk) -> None:
    _make(desk, state="held", rung_at=desk.post.clock.now(), bell_id="SM1", external_id="")
    for state in ("sent", "delivered", "read"):
        await desk.hears(state, bell="b")
    assert desk.state == "held"


async def test_a_done_broadcast_that_somebody_waits_for_again_goes_on(post: Post) -> None:
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    broadcast = post.broadcast()
    async with post.delivering(Windowed()):
        await post.quiet()
    post.database.transact(lambda session: _close(session, broadcast))
    await Desk(post).fails(Closed("63016"))
    state = post.database.transact(lambda session: session.get_one(Broadcast, broadcast).state)
    assert state == BroadcastState.SENDING


async def test_one_that_is_being_closed_at_that_moment_goes_on_too(post: Post) -> None:
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    broadcast = post.broadcast()
    async with post.delivering(Windowed()):
        await post.quiet()
    closed = threading.Event()

    def close_slowly(session: Session) -> None:
        assert broadcasts.finish(session, broadcast, post.clock.now())
        session.flush()
        closed.set()
        time.sleep(0.3)

    closing = asyncio.create_task(post.database.run(close_slowly))
    await asyncio.to_thread(closed.wait)
    await Desk(post).fails(Closed("63016"))
    await closing
    state = post.database.transact(lambda session: session.get_one(Broadcast, broadcast).state)
    assert (state, post.states()) == (BroadcastState.SENDING, [("queued", "", 0)])


async def test_a_cancelled_broadcast_waits_for_nobody_again(post: Post) -> None:
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    broadcast = post.broadcast()
    async with post.delivering(Windowed()):
        await post.quiet()
    post.database.transact(
        lambda session: setattr(session.get_one(Broadcast, broadcast), "state", BroadcastState.CANCELLED)
    )
    await Desk(post).fails(Closed("63016"))
    assert post.states() == [("skipped", "cancelled", 0)]


async def test_an_account_that_is_refused_later_on_loses_no_message(desk: Desk) -> None:
    await desk.fails(Refused("account", systemic=True))
    assert desk.state == "queued"


async def test_five_refusals_of_the_text_told_later_pause_the_broadcast(post: Post) -> None:
    for user in "12345":
        post.member(user)
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    broadcast = post.broadcast()
    platform = Windowed()
    async with post.delivering(platform):
        await post.quiet()
    desk = Desk(post)
    for row, (external_id,) in enumerate(desk.rows(OutboxRow.external_id)):
        await desk.fails(Refused("content", systemic=True), external_id, row)
    await post.until(lambda _session: post.paused == [(broadcast, "content")])


async def test_a_failure_told_before_the_answer_lets_nothing_overtake_the_answer(post: Post) -> None:
    """The row is in the queue again while its first request is still open: it waits for the answer to that."""
    post.member("1")
    post.database.transact(
        lambda session: session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))
    )
    post.reply("1", "first")
    platform = _Hasty(post)
    async with post.delivering(platform) as foreman:
        platform.nudge = foreman.wake.nudge
        await post.until(lambda session: session.scalar(select(OutboxRow.state)) == "held")
    assert (len(platform.references), platform.most_at_once) == (2, 1)


@pytest.mark.parametrize("reference", ["", "x1", "b", "999999", "1; drop table outbox", "9" * 40])
async def test_a_reference_that_is_none_of_ours_is_passed_over(desk: Desk, reference: str) -> None:
    note = Receipts("telegram", desk.post.database, desk.post.clock, lambda: None, desk.post.pause)
    await note([Receipt(reference, "SM1", "read")])
    assert desk.state == "sent"


async def test_another_channel_cannot_speak_for_ours(desk: Desk) -> None:
    note = Receipts("whatsapp", desk.post.database, desk.post.clock, lambda: None, desk.post.pause)
    await note([Receipt(str(desk.rows(OutboxRow.id)[0][0]), "SM1", "read")])
    assert desk.state == "sent"


class _Early(Windowed):
    """Tells that a message was delivered before it answers the request to send it."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._note = Receipts("telegram", post.database, post.clock, lambda: None, post.pause)

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        await self._note([Receipt(reference, "SM1", "delivered")])
        await super().send(user, outbound, reference)
        return Sent("SM1")


class _Hasty(Windowed):
    """Tells that the first message failed before it answers the request."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.nudge: Callable[[], None] = lambda: None
        self.at_once = 0
        self.most_at_once = 0
        self._note = Receipts("telegram", post.database, post.clock, lambda: None, post.pause)

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        outcome = await super().send(user, outbound, reference)
        if len(self.references) == 1:
            await self._note([Receipt(reference, "SM1", failure=Closed())])
            self.nudge()
            await asyncio.sleep(0.7)
        self.at_once -= 1
        return outcome


def _make(desk: Desk, **values: Any) -> None:
    desk.post.database.transact(lambda session: session.execute(update(OutboxRow).values(**values)))


def _close(session: Session, broadcast: int) -> None:
    session.get_one(Broadcast, broadcast).state = BroadcastState.DONE
