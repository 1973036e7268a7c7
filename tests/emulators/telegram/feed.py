"""Updates on their way to the bot: one queue, fetched with getUpdates or carried to a webhook."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import aiohttp
from aiogram import types

from tests.emulators.telegram.bell import Bell
from tests.emulators.telegram.judge import Parameters
from tests.emulators.telegram.refused import conflict, wrong
from tests.emulators.telegram.updates import NOT_BY_DEFAULT, Update, finished, kind

MOST_UPDATES = 100
LONGEST_POLL = 50
FIRST_RETRY, LONGEST_RETRY = 0.05, 1.0
"""Seconds between attempts at a webhook; Telegram's are longer, the tests' patience is not."""
WEBHOOK_TIMEOUT = 15.0


class Feed:
    """Keeps what was not confirmed.

    Attributes:
        pending: updates the bot has not confirmed, by number.
        history: every update there ever was, as JSON; a test may post one again.
        webhook: what setWebhook was called with; empty while the bot polls.
        repeats: how often each update is posted to a webhook once more, as after an answer that was lost: at any moment
            within `scatter` seconds, so behind what came later.
        posts: how often anything was posted.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.pending: dict[int, Update] = {}
        self.history: list[dict[str, Any]] = []
        self.webhook: Parameters = {}
        self.repeats = 0
        self.scatter = 1.0
        self.posts = 0
        self._repeating: set[asyncio.Task[None]] = set()
        self._now = now
        self._last = 1_000_000
        self._allowed: list[str] = []
        self._news = Bell()
        self._confirmed = Bell()
        self._polls = 0
        self._queues: defaultdict[str, deque[Update]] = defaultdict(deque)
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._failure: tuple[int, str] | None = None

    def push(self, update: types.Update, queue: str) -> None:
        """Something happened: kept, and delivered if the bot has a webhook."""
        name = kind(update)
        wanted = name in self._allowed if self._allowed else name not in NOT_BY_DEFAULT
        if not wanted:
            return
        self._last += 1
        new = finished(update, self._last, queue, self._now())
        self.pending[new.id] = new
        self.history.append(new.body)
        if self.webhook:
            self._enqueue(new)
        self._news.ring()

    async def get_updates(self, parameters: Parameters) -> list[dict[str, Any]]:
        """Confirm everything before `offset` and wait up to `timeout` seconds for more.

        Raises:
            Refused: a webhook is set, or a later call took over.
        """
        if self.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._allow(parameters)
        self._confirm(int(parameters.get("offset", 0)))
        self._polls += 1
        poll = self._polls
        self._news.ring()
        limit = min(max(int(parameters.get("limit", MOST_UPDATES)), 1), MOST_UPDATES)
        try:
            async with asyncio.timeout(min(int(parameters.get("timeout", 0)), LONGEST_POLL)):
                while not self._fresh():
                    await self._news.wait()
                    self._still(poll)
        except TimeoutError:
            self._still(poll)
        return [update.body for update in self._fresh()[:limit]]

    async def set_webhook(self, parameters: Parameters) -> bool:
        """From now on updates are posted, those that wait first."""
        if not parameters.get("url"):
            return await self.delete_webhook(parameters)
        if not str(parameters["url"]).startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise wrong("bad webhook: An HTTPS URL must be provided for webhook")
        await self._recall()
        self._drop(parameters)
        self._allow(parameters)
        self.webhook = parameters
        self._failure = None
        self._news.ring()
        for update in self._fresh():
            self._enqueue(update)
        return True

    async def delete_webhook(self, parameters: Parameters) -> bool:
        await self._recall()
        self._drop(parameters)
        self.webhook = {}
        return True

    async def get_webhook_info(self, _: Parameters) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if self.webhook:
            info["max_connections"] = int(self.webhook.get("max_connections", 40))
        if self._allowed:
            info["allowed_updates"] = self._allowed
        if self._failure:
            info["last_error_date"], info["last_error_message"] = self._failure
        return info

    async def drained(self, *, within: float = 5.0) -> None:
        """Wait until the bot has confirmed, or its webhook accepted, every update as often as it was to come.

        Raises:
            TimeoutError: it has not, `within` seconds later.
        """
        await self._confirmed.until(lambda: not self.pending and not self._repeating, within)

    async def close(self) -> None:
        await self._recall()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _still(self, poll: int) -> None:
        if self.webhook:
            raise conflict("terminated by setWebhook request")
        if poll != self._polls:
            raise conflict("terminated by other getUpdates request; make sure that only one bot instance is running")

    def _allow(self, parameters: Parameters) -> None:
        if "allowed_updates" in parameters:
            self._allowed = list(parameters["allowed_updates"])

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = sorted(self.pending)[offset:][0] if self.pending else 0
        for id_ in [id_ for id_ in self.pending if id_ < offset]:
            del self.pending[id_]
        self._confirmed.ring()

    def _drop(self, parameters: Parameters) -> None:
        if str(parameters.get("drop_pending_updates", "")).lower() == "true":
            self.pending.clear()

    def _fresh(self) -> list[Update]:
        now = self._now()
        for old in [update for update in self.pending.values() if update.expired(now)]:
            del self.pending[old.id]
        return list(self.pending.values())

    def _enqueue(self, update: Update) -> None:
        self._queues[update.queue].append(update)
        if update.queue not in self._couriers:
            self._couriers[update.queue] = asyncio.create_task(self._carry(update.queue))

    async def _carry(self, queue: str) -> None:
        """One update after another; one that fails holds up those behind it."""
        waiting, pause = self._queues[queue], FIRST_RETRY
        while waiting:
            update = waiting[0]
            if update.expired(self._now()) or await self._post(update):
                waiting.popleft()
                self.pending.pop(update.id, None)
                self._repeat(update)
                self._confirmed.ring()
                pause = FIRST_RETRY
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_RETRY)
        self._couriers.pop(queue, None)

    def _repeat(self, update: Update) -> None:
        async def again() -> None:
            await asyncio.sleep(random.uniform(0, self.scatter))  # noqa: S311 - any moment will do
            await self._post(update)

        for _ in range(self.repeats):
            task = asyncio.create_task(again())
            self._repeating.add(task)
            task.add_done_callback(self._repeated)

    def _repeated(self, task: asyncio.Task[None]) -> None:
        self._repeating.discard(task)
        self._confirmed.ring()

    async def _post(self, update: Update) -> bool:
        self.posts += 1
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=int(self.webhook.get("max_connections", 40))),
                timeout=aiohttp.ClientTimeout(WEBHOOK_TIMEOUT),
            )
        secret = self.webhook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with self._session.post(self.webhook["url"], json=update.body, headers=headers) as response:
                if response.ok:
                    return True
                failure = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = f"Connection failed: {error}"
        self._failure = (int(self._now()), failure)
        return False

    async def _recall(self) -> None:
        couriers = [*self._couriers.values(), *self._repeating]
        self._couriers.clear()
        self._queues.clear()
        for courier in couriers:
            courier.cancel()
        await asyncio.gather(*couriers, return_exceptions=True)
