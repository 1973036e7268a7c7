"""Every update, every incoming message and every status comes three times and out of order; forged ones come too."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.network import Network
from tests.crash.audit import audit
from tests.crash.both import BothDrill, Friendly
from tests.crash.coordinator import Coordinator
from tests.crash.lives import PATIENCE
from tests.crash.newcomer import Newcomer, registered
from tests.crash.tracking import track
from tests.emulators.twilio.courier import Courier

pytestmark = pytest.mark.drill

TEXT = "The forum begins on Friday at ten."
PEOPLE = 16
"""On each messenger; the coordinator is the first on Telegram."""

TIMES = 3


async def test_one_turn_a_message_and_every_state_right(both: BothDrill, network: Network) -> None:
    drill, feed, webhooks, callbacks = both, both.api.feed, both.twilio.webhooks, both.twilio.callbacks
    feed.repeats = webhooks.repeats = TIMES - 1
    callbacks.copies, callbacks.shuffled, callbacks.delay = TIMES, True, 0.3
    friends = [Newcomer(drill.friend(one), network, one, drill.seed) for one in range(2, 2 + PEOPLE)]
    people = [Newcomer(drill.person(one), network, one, drill.seed, ticks=False) for one in range(101, 101 + PEOPLE)]
    owner = Coordinator(Friendly(drill))
    await drill.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(owner.joins())
        for person in (*friends, *people):
            group.create_task(person.register())
    await owner.sends(await owner.drafts(TEXT, 2 * PEOPLE))
    await owner.reads_report()
    for person in people:
        await drill.person(person.number).person.opens()
    await feed.drained(within=PATIENCE)
    await webhooks.settled(within=PATIENCE)
    forged = await _forge(drill)
    await callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    posts = (feed.posts, len(webhooks.postings), len(callbacks.postings))
    found, tracked = await audit(drill), await track(drill)
    drill.told.append(f"{'/'.join(map(str, posts))} updates/messages/statuses posted {TIMES} times each")
    assert await drill.database.read(registered) == {one.number: one.answers for one in (*friends, *people)}
    told = {(one.parameters["MessageSid"], one.parameters["MessageStatus"]) for one in callbacks.postings}
    heard = (sum(found.inbox.values()), sum(tracked.inbox.values()))
    assert posts == (TIMES * heard[0], TIMES * heard[1], TIMES * len(told))
    assert {one.attempts[-1] for one in (*webhooks.postings, *callbacks.postings)} <= {200, 204}
    assert forged == [403] * 3
    found.holds()
    tracked.holds()
    assert (tracked.untold, found.doubted, found.copies.total()) == (0, 0, 0)
    assert (drill.api.refusals, drill.twilio.refusals, webhooks.warnings) == ([], [], [])


async def _forge(drill: BothDrill) -> list[int]:
    """Somebody who knows the addresses and no secret says that everybody stops; what each is answered."""
    update = {**drill.api.feed.history[-1], "update_id": 1}
    callback = drill.twilio.callbacks.postings[-1]
    message = drill.twilio.webhooks.postings[-1]
    wrong = Courier("not the token", {})
    async with aiohttp.ClientSession() as session:
        secret = {"X-Telegram-Bot-Api-Secret-Token": "not the secret"}
        async with session.post(f"{drill.public}/telegram", json=update, headers=secret) as response:
            answers = [response.status]
    for posting in (callback, message):
        forged = await wrong.post(posting.url, posting.parameters | {"MessageSid": "SM0", "MessageStatus": "failed"})
        answers.append(forged.attempts[-1])
    await wrong.close()
    return answers
