"""The disk is full, or the database away: nothing is acknowledged that was not stored, and it goes on by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.crash.audit import audit
from tests.crash.both import BothDrill, Friendly
from tests.crash.coordinator import Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.crash.lives import PATIENCE, eventually
from tests.crash.outages import Outage, disk_full, server_away
from tests.crash.tracking import track

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
MEMBERS = 400
ASKING = range(2, 32)
"""Members who write meanwhile, and as many on WhatsApp where there is one."""

CLAIMED = 2.0
"""Seconds within which everything has left that had been claimed when it began."""

Begin = Callable[[Path], AbstractContextManager[Outage]]


@pytest.fixture(params=[disk_full, server_away])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    begin: Begin = request.param
    with begin(tmp_path) as outage:
        yield outage


@pytest.fixture
def database_url(outage: Outage) -> str:
    """The drills' database is the one that is going to be out."""
    return outage.url


@pytest.mark.parametrize("outage", [disk_full], indirect=True)
async def test_updates_that_the_bot_asks_for_are_not_confirmed(drill: Drill, outage: Outage) -> None:
    await recruit(drill, MEMBERS)
    owner, feed = Coordinator(drill), drill.api.feed
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await eventually(lambda: len(reached(drill, TEXT)) > MEMBERS // 4)
    begun = time.monotonic()
    await outage.begins(drill.bot.pid)
    for number in ASKING:
        await drill.person(number).says("/help")
    await asyncio.sleep(outage.lasts)
    unconfirmed, left = len(feed.pending), _left(drill, begun + CLAIMED)
    await outage.ends(drill.bot.pid)
    for number in ASKING:
        await drill.person(number).sees("/mydata", within=PATIENCE)
    await owner.reads_report()
    assert await drill.stop() == 0

    drill.told.append(f"{len(ASKING)} wrote in {outage.lasts:.0f} s, {unconfirmed} not confirmed, {left} sent")
    assert (unconfirmed, left) == (len(ASKING), 0)
    await _nothing_lost_or_doubled(drill)


async def test_what_the_bot_is_called_with_is_answered_with_a_failure(both: BothDrill, outage: Outage) -> None:
    drill, feed, webhooks = both, both.api.feed, both.twilio.webhooks
    drill.twilio.world.courier.pause = outage.lasts / 4  # five tries of Twilio's outlast it; for more see CatchingUp
    await recruit(drill, MEMBERS)
    owner = Coordinator(Friendly(drill))
    await drill.start()
    await owner.joins()
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await eventually(lambda: len(reached(drill, TEXT)) > MEMBERS // 4)
    begun, earlier = time.monotonic(), len(webhooks.postings)
    await outage.begins(drill.bot.pid)
    for number in ASKING:
        await drill.friend(number).says("/help")
        await drill.at(number).says("Salam")
    await asyncio.sleep(outage.lasts)
    unconfirmed, left = len(feed.pending), _left(drill, begun + CLAIMED)
    info = await feed.get_webhook_info({})
    await outage.ends(drill.bot.pid)
    for number in ASKING:
        await drill.friend(number).sees("/mydata", within=PATIENCE)
        await drill.at(number).sees(lambda seen: len(seen.labels) > 1, within=PATIENCE)
    await owner.reads_report()
    await webhooks.settled(within=PATIENCE)
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    first = {posting.attempts[0] for posting in webhooks.postings[earlier:]}
    drill.told.append(f"2 x {len(ASKING)} wrote in {outage.lasts:.0f} s, {unconfirmed} unconfirmed, {left} sent")
    assert (unconfirmed, left) == (len(ASKING), 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert (first, webhooks.missed, webhooks.warnings) == ({503}, [], [])
    await _nothing_lost_or_doubled(drill)
    (await track(drill)).holds()


def _left(drill: Drill | BothDrill, since: float) -> int:
    return sum(1 for request in drill.api.requests if request.message is not None and request.time > since)


async def _nothing_lost_or_doubled(drill: Drill | BothDrill) -> None:
    found, counts = await audit(drill), await drill.database.read(sums)
    found.holds()
    assert (found.copies.total(), found.doubted) == (0, 0)
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    assert (counts.state, counts.rows, counts.sent) == ("done", MEMBERS, MEMBERS)
    assert drill.api.refusals == []
