"""Delivery with manners: digests as one message, slow broadcasts beside full ones, and replies before all of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.core.channel import Outcome, Refused, Unknown
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.network import Manners, Network
from bot.workers import cursors
from storage import pace
from storage.broadcasts import Broadcast, BroadcastState
from storage.claimed import Claim
from storage.claims import claim
from storage.database import Database
from storage.members import MemberAddress
from storage.outbox import OutboxRow, OutboxState
from tests.workers.platform import Platform, Windowed
from tests.workers.post import Post, first_tries

OFTEN = Manners(quiet_from=time(21), quiet_until=time(8), a_day=1, undo=timedelta())


class Screen(Platform):
    """Keeps what it was given."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # a platform's own
        self.seen: list[Outbound] = []

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        self.seen.append(outbound)
        return await super().send(user, outbound, reference)


class WindowedScreen(Windowed, Screen):
    """The same with a reply window."""


def noon(clock: Clock, network: Network) -> None:
    """Move on to the next noon."""
    now = clock.now().astimezone(network.zone)
    today = datetime.combine(now.date(), time(12), network.zone)
    clock.advance((today if today > now else today + timedelta(days=1)) - now)


@pytest.fixture
def post(database: Database, clock: Clock, network: Network) -> Post:
    """At noon of an ordinary day in a network that sends one message a day."""
    noon(clock, network)
    return Post(database, clock, replace(network, manners=OFTEN, holidays=()))


def morning(post: Post) -> None:
    """Move on to the next morning at nine."""
    now = post.clock.now().astimezone(post.network.zone)
    nine = datetime.combine(now.date() + timedelta(days=1), time(9), post.network.zone)
    post.clock.advance(nine - now)


async def keep(post: Post, platform: Platform, *texts: str, **audience: list[str]) -> list[int]:
    """Send one message, after which these are kept for the next morning."""
    post.broadcast("The first of the day")
    async with post.delivering(platform):
        await post.quiet()
        kept = [post.broadcast(text, **audience) for text in texts]
        await post.until(lambda session: not session.scalar(_UNKEPT))
    platform.taken.clear()
    return kept


_UNKEPT = select(OutboxRow.id).where(OutboxRow.state == OutboxState.QUEUED, OutboxRow.reason != "digest").limit(1)


async def test_what_was_too_much_comes_as_one_message_the_next_morning(post: Post) -> None:
    member = post.member("1", "education", "health")
    platform = Screen()
    await keep(post, platform, "A grant", "A seminar", topics=["education", "health"])
    morning(post)
    platform.seen.clear()
    async with post.delivering(platform):
        await post.quiet()
    why = "<i>You receive this because you follow: Education and Health.</i>"
    assert [(str(one.text), [option.id for option in one.options]) for one in platform.seen] == [
        (
            f"<b>2 messages we kept for you</b>\n\nA grant\n\nA seminar\n\n{why}",
            ["leave:education", "leave:health"],
        )
    ]
    rows = select(OutboxRow.state, OutboxRow.carrier.is_not(None)).where(OutboxRow.member_id == member)
    fates = post.database.transact(lambda session: session.execute(rows.order_by(OutboxRow.id)).all())
    assert [tuple(fate) for fate in fates] == [("sent", False), ("sent", False), ("sent", True)]


async def test_one_message_that_was_kept_comes_as_it_is(post: Post) -> None:
    post.member("1")
    platform = Platform()
    await keep(post, platform, "A grant")
    morning(post)
    async with post.delivering(platform):
        await post.quiet()
    why = f"<i>You receive this as a member of {post.network.name['en']}.</i>"
    assert platform.taken == [("1", f"A grant\n\n{why}")]


async def test_long_ones_are_shown_as_far_as_there_is_room_with_a_way_to_read_each(post: Post) -> None:
    post.member("1")
    platform = Screen()
    sentence = "This is one sentence of a long text. "
    await keep(post, platform, "Short news", sentence * 100, "Call: " + sentence * 90)
    morning(post)
    platform.seen.clear()
    async with post.delivering(platform):
        await post.quiet()
    (digest,) = platform.seen
    first, short, long, call, *_why = str(digest.text).split("\n\n")
    assert (first, short) == ("<b>3 messages we kept for you</b>", "Short news")
    assert all(text.endswith("long text. …") for text in (long, call))
    assert 3_800 < len(digest.text) <= 4_096
    rows = post.database.transact(lambda session: session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)).all())
    assert [option.id for option in digest.options] == [f"read:{rows[2]}", f"read:{rows[3]}", "stop"]


@pytest.mark.parametrize("answer", [Unknown("timed out"), Refused("blocked", unreachable=True)])
async def test_all_that_one_message_said_shares_its_fate(post: Post, answer: Outcome) -> None:
    post.member("1")
    await keep(post, Platform(), "A grant", "A seminar")
    morning(post)
    platform = Platform(first_tries(1, answer))
    async with post.delivering(platform):
        await post.until(lambda session: len(_states(session) & {("queued", 1), ("refused", 0)}) == 1)
        post.clock.advance(timedelta(seconds=10))
        await post.quiet()
    fates = post.database.transact(_states)
    assert fates == ({("sent", 0), ("sent", 1)} if isinstance(answer, Unknown) else {("sent", 0), ("refused", 0)})
    assert len(platform.taken) == (1 if isinstance(answer, Unknown) else 0)


def _states(session: Session) -> set[tuple[str, int]]:
    return {(row.state, row.doubts) for row in session.execute(select(OutboxRow.state, OutboxRow.doubts))}


async def test_one_text_that_is_refused_takes_no_other_with_it(post: Post) -> None:
    post.member("1")
    await keep(post, Platform(), "A grant", "Poison", "A seminar")
    morning(post)
    platform = Platform(lambda _user, text, _tries: Refused("content", systemic=True) if "Poison" in text else None)
    async with post.delivering(platform):
        await post.quiet()
    assert [text.split("\n")[0] for _user, text in platform.taken] == ["A grant", "A seminar"]
    assert [state for state, _reason, _doubts in post.states()] == ["sent", "sent", "refused", "sent"]


async def test_where_a_bell_must_ring_first_the_digest_is_still_one_message(post: Post) -> None:
    post.member("1")
    platform = WindowedScreen()

    def writes(session: Session) -> None:
        session.execute(update(MemberAddress).values(last_inbound_at=post.clock.now()))

    post.database.transact(writes)
    await keep(post, platform, "A grant", "A seminar")
    morning(post)
    post.clock.advance(timedelta(hours=6))
    platform.seen.clear()
    async with post.delivering(platform):
        await post.until(lambda session: _states(session) == {("sent", 0), ("held", 0)})
        assert len(platform.bells) == 1

        def answers(session: Session) -> None:
            from storage.windows import release  # noqa: PLC0415

            writes(session)
            release(session, session.scalars(select(MemberAddress.id)).all())

        post.clock.advance(timedelta(minutes=1))
        post.database.transact(answers)
        await post.quiet()
    assert [text.split("\n")[0] for _user, text in platform.taken] == ["<b>2 messages we kept for you</b>"]


async def test_several_share_what_a_platform_allows_however_little_that_is(post: Post) -> None:
    for number in range(60):
        post.member(f"{number}")
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    for name in ("One", "Two", "Three"):
        post.broadcast(name)
    platform = Platform(rate=30)
    async with post.delivering(platform):
        await post.until(lambda session: (session.scalar(_ARRIVED) or 0) > 30)
    had = Counter(text.split("\n")[0] for _user, text in platform.taken)
    assert max(had.values()) - min(had[name] for name in ("One", "Two", "Three")) <= 4


_ARRIVED = select(func.count()).where(OutboxRow.state == OutboxState.SENT)


async def test_a_slow_broadcast_keeps_its_rate_and_the_rest_is_another_s(post: Post) -> None:
    for number in range(60):
        post.member(f"{number}")
    slow = post.broadcast("Slow", languages=["en"])
    post.database.transact(lambda session: pace.set_rate(session, slow, 10))
    platform = Platform(rate=100)
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    async with post.delivering(platform) as foreman:
        await asyncio.sleep(0.5)
        post.broadcast("Full")
        foreman.wake.nudge()
        await post.until(lambda session: _sent(session, slow + 1) == 60)
        done = len(platform.taken)
        post.reply("1", "An answer")
        foreman.wake.nudge()
        await asyncio.sleep(0.3)
    texts = [text.split("\n")[0] for _user, text in platform.taken]
    assert texts.count("Full") == 60
    assert texts.index("An answer") <= done + 3
    times = [at for text, at in zip(texts, platform.times, strict=True) if text == "Slow"]
    assert 5 < (len(times) - 1) / (times[-1] - times[0]) < 11.5  # a claim books up to 100 ms ahead


async def test_a_slow_a_sleeping_and_a_full_one_do_not_stand_in_each_other_s_way(post: Post) -> None:
    for number in range(100):
        post.member(f"{number}")
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    sleeping = [post.broadcast("Sleeping") for _ in range(3)]
    tomorrow = {"reason": "quiet", "not_before": post.clock.now() + timedelta(hours=9)}
    post.database.transact(lambda session: session.execute(update(OutboxRow).values(**tomorrow)))
    slow = post.broadcast("Slow")
    post.database.transact(lambda session: pace.set_rate(session, slow, 5))
    post.broadcast("Full")
    platform = Platform(rate=50)
    async with post.delivering(platform):
        await post.until(lambda session: _sent(session, slow + 1) == 100)
    texts = [text.split("\n")[0] for _user, text in platform.taken]
    times = [at for text, at in zip(texts, platform.times, strict=True) if text == "Slow"]
    assert texts.count("Sleeping") == 0
    assert 2 <= len(times) <= 5 * (times[-1] - times[0]) + 2
    assert sum(post.database.transact(lambda session, lane=lane: _sent(session, lane)) for lane in sleeping) == 0  # type: ignore[misc]


async def test_what_sleeps_is_looked_at_now_and_then(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        post.member(f"{number}")
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    sleeping = post.broadcast("Sleeping")
    tomorrow = {"reason": "quiet", "not_before": post.clock.now() + timedelta(hours=9)}
    post.database.transact(lambda session: session.execute(update(OutboxRow).values(**tomorrow)))
    full = post.broadcast("Full")
    looks: Counter[int | None] = Counter()

    def counting(session: Session, channel: str, lane: int | None, *arguments: Any, **named: Any) -> Claim:
        looks[lane] += 1
        return claim(session, channel, lane, *arguments, **named)

    monkeypatch.setattr(cursors, "claim", counting)
    platform = Platform(rate=40)
    async with post.delivering(platform):
        await post.until(lambda session: _sent(session, full) == 100)
    took = platform.times[-1] - platform.times[0]
    assert looks[sleeping] <= took / cursors.NOW_AND_THEN + 3


async def test_a_rate_is_kept_over_a_pause_and_a_restart_and_changes_at_once(post: Post) -> None:
    for number in range(100):
        post.member(f"{number}")
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    broadcast = post.broadcast()
    post.database.transact(lambda session: pace.set_rate(session, broadcast, 4))
    first = Platform(rate=200)
    async with post.delivering(first) as foreman:
        await asyncio.sleep(0.7)
        _move(post, broadcast, BroadcastState.PAUSED)
        await asyncio.sleep(0.3)
        before = len(first.taken)
        await asyncio.sleep(0.4)
        assert len(first.taken) == before <= 5
        _move(post, broadcast, BroadcastState.SENDING)
        foreman.wake.nudge()
    second = Platform(rate=200)
    async with post.delivering(second):
        await asyncio.sleep(0.8)
        assert 2 <= len(second.taken) <= 5
        post.database.transact(lambda session: pace.set_rate(session, broadcast, None))
        await post.quiet(2)
    assert len(first.taken) + len(second.taken) == 100


async def test_a_rate_holds_over_the_channels_together(post: Post) -> None:
    for number in range(30):
        post.member(f"{number}")
    post.network = replace(post.network, manners=replace(OFTEN, a_day=0))
    broadcast = post.broadcast()

    def divide(session: Session) -> None:
        session.execute(update(OutboxRow).where(OutboxRow.id % 2 == 0).values(channel="other"))
        pace.set_rate(session, broadcast, 10)

    post.database.transact(divide)
    one, other = Platform(rate=200), Platform(rate=200)
    other.name = "other"
    async with post.delivering(one), post.delivering(other):
        await post.quiet()
    times = sorted([*one.times, *other.times])
    assert 5 < 29 / (times[-1] - times[0]) < 11.5


def _move(post: Post, broadcast_id: int, state: BroadcastState) -> None:
    def write(session: Session) -> None:
        session.get_one(Broadcast, broadcast_id).state = state

    post.database.transact(write)


def _sent(session: Session, broadcast_id: int) -> int:
    rows = select(OutboxRow.id).where(OutboxRow.broadcast_id == broadcast_id, OutboxRow.state == OutboxState.SENT)
    return len(session.scalars(rows).all())
