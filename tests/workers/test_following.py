"""What follows a broadcast leaves like any other: the foreman knows which message each row changes or takes back."""

from __future__ import annotations

from datetime import timedelta

from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import broadcasts, correcting, recalling, retrying
from bot.core.channel import Capabilities, Outcome, Refused, Sent, Unknown
from bot.core.clock import Clock
from bot.core.messages import Outbound
from bot.network import Network
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.delivery import tally
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow
from tests.workers.platform import Platform
from tests.workers.post import Post


class Erasing(Platform):
    """Takes messages back, too; keeps what each was told to do."""

    capabilities = Capabilities(buttons=True, edits=True, markup="html", deletes=timedelta(hours=48))

    def __init__(self) -> None:
        super().__init__()
        self.deleted: list[tuple[str, tuple[str, ...]]] = []
        self.silent = 0

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        if not outbound.delete:
            return await super().send(user, outbound, reference)
        self.deleted.append((user, outbound.delete))
        if self.silent:
            self.silent -= 1
            return Unknown("no answer")
        return Sent(outbound.delete[0])


def author(session: Session) -> MemberAddress:
    return session.scalars(select(MemberAddress).order_by(MemberAddress.id).limit(1)).one()


def follow_up(post: Post, platform: Platform, kind: str, network: Network) -> int:
    """Correct or take back the first broadcast; its rows are written."""

    def do(session: Session) -> int:
        now = post.clock.now()
        original = session.get_one(Broadcast, 1)
        if kind == "correction":
            texts = {"en": Markup("Wednesday")}
            follower: Broadcast | None = correcting.correct(session, original, texts, author(session), network, now)
        else:
            follower = recalling.take_back(session, original, author(session), now)
        assert follower is not None
        while broadcasts.advance(session, follower.id, {"telegram": platform}, now):
            pass
        return follower.id

    return post.database.transact(do)


def post_office(database: Database, clock: Clock, network: Network) -> Post:
    post = Post(database, clock, network)
    for user in ("1", "2"):
        post.member(user)
    post.broadcast("Tuesday")
    return post


async def test_a_correction_edits_each_copy(database: Database, clock: Clock, network: Network) -> None:
    post, platform = post_office(database, clock, network), Erasing()
    async with post.delivering(platform) as foreman:
        await post.quiet()
        follow_up(post, platform, "correction", network)
        foreman.wake.nudge()
        await post.quiet()
    assert sorted((user, text.split("\n")[0]) for user, text in platform.taken[2:]) == [
        ("1", "Wednesday"), ("2", "Wednesday")
    ]  # fmt: skip
    assert sorted(platform.edits) == ["", "", "1", "2"]


async def test_a_recall_takes_each_copy_back_also_from_those_who_left(
    database: Database, clock: Clock, network: Network
) -> None:
    post, platform = post_office(database, clock, network), Erasing()
    async with post.delivering(platform) as foreman:
        await post.quiet()
        left = update(Member).where(Member.id == 2).values(stopped_at=clock.now())
        database.transact(lambda session: session.execute(left))
        follow_up(post, platform, "recall", network)
        foreman.wake.nudge()
        await post.quiet()
    assert sorted((user, len(messages)) for user, messages in platform.deleted) == [("1", 1), ("2", 1)]
    assert {message for _user, messages in platform.deleted for message in messages} == {"1", "2"}
    assert len(platform.taken) == 2


async def test_a_recall_without_an_answer_is_tried_once_more(
    database: Database, clock: Clock, network: Network
) -> None:
    post, platform = post_office(database, clock, network), Erasing()
    platform.silent = 1
    async with post.delivering(platform) as foreman:
        await post.quiet()
        follow_up(post, platform, "recall", network)
        foreman.wake.nudge()
        await post.quiet()
    assert len(platform.deleted) == 3
    assert post.states()[2:] in ([("sent", "", 1), ("sent", "", 0)], [("sent", "", 0), ("sent", "", 1)])


async def test_another_try_goes_to_those_alone_who_missed_it(
    database: Database, clock: Clock, network: Network
) -> None:
    post = post_office(database, clock, network)
    refuses = {"2": Refused("tries")}
    platform = Platform(lambda user, _text, tries: refuses.get(user) if not tries else None)

    def retry(session: Session) -> int:
        broadcast = session.get_one(Broadcast, 1)
        broadcast.fanned_at = broadcast.fanned_at or clock.now()
        rows = retrying.retry(session, broadcast, ["tries"], 1, clock.now())
        while broadcasts.advance(session, 1, {"telegram": platform}, clock.now()):
            pass
        return rows

    async with post.delivering(platform) as foreman:
        await post.quiet()
        assert post.states() == [("sent", "", 0), ("refused", "tries", 0)]
        assert database.transact(retry) == 1
        foreman.wake.nudge()
        await post.quiet()
    assert [user for user, _text in platform.taken] == ["1", "2"]
    assert [(each.state, each.rows) for each in database.transact(lambda session: tally(session, 1))] == [("sent", 2)]


async def test_a_row_that_changes_a_message_never_goes_to_another_address(
    database: Database, clock: Clock, network: Network
) -> None:
    post, platform = post_office(database, clock, network), Erasing()

    def second(session: Session) -> None:
        session.execute(update(Member).where(Member.id == 2).values(fallback=True))
        session.add(MemberAddress(channel="whatsapp", user="22", member_id=2, preferred=False, created_at=clock.now()))

    async with post.delivering(platform, elsewhere=["telegram", "whatsapp"]) as foreman:
        await post.quiet()
        database.transact(second)
        gone = update(MemberAddress).where(MemberAddress.user == "2").values(unreachable="blocked")
        database.transact(lambda session: session.execute(gone))
        follow_up(post, platform, "correction", network)
        foreman.wake.nudge()
        await post.quiet()
    rows = select(OutboxRow.channel, OutboxRow.state, OutboxRow.reason).where(OutboxRow.broadcast_id == 2)
    found = database.transact(lambda session: session.execute(rows.order_by(OutboxRow.id)).all())
    assert [tuple(row) for row in found] == [("telegram", "sent", ""), ("telegram", "skipped", "blocked")]
