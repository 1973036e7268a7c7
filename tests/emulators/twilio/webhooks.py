"""The incoming message webhook: signed, tried again by its rules, and lost when they are used up."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from xml.etree import ElementTree as ET

from tests.emulators.telegram.bell import Bell
from tests.emulators.twilio.courier import Courier, Posting

_XML = ("text/xml", "application/xml", "text/html")


class Webhooks:
    """Delivers what people do.

    Attributes:
        url: the public address as registered, `#rc=5&rp=all` and all; without one every message is missed.
        repeats: how often each is posted once more by itself, at any moment within `scatter` seconds.
        ordered: one person's messages are posted one after another; otherwise they may overtake each other.
        postings: every form that went out and what was answered, by MessageSid, in order.
        missed: MessageSids nobody accepted; they stay in the message list.
        warnings: answers Twilio would complain about, or send to the person as a message.
    """

    def __init__(self, courier: Courier) -> None:
        self.url = ""
        self.ordered = True
        self.repeats = 0
        self.scatter = 1.0
        self.postings: list[Posting] = []
        self.missed: list[str] = []
        self.warnings: list[str] = []
        self._courier = courier
        self._forms: dict[str, dict[str, str]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = Bell()

    def push(self, form: dict[str, str]) -> None:
        """A person did something."""
        self._forms[form["MessageSid"]] = form
        self._start(form)
        for _ in range(self.repeats):
            self._start(form, random.uniform(0, self.scatter))  # noqa: S311 - any moment will do

    def again(self, sid: str) -> None:
        """Post the same message another time, as Twilio does when an answer was lost."""
        self._start(self._forms[sid])

    def form(self, sid: str) -> dict[str, str]:
        """The parameters of one message."""
        return self._forms[sid]

    async def settled(self, *, within: float = 20.0) -> None:
        """Wait until every message was accepted or missed.

        Raises:
            TimeoutError: some are still on their way, `within` seconds later.
        """
        await self._quiet.until(lambda: not self._tasks, within)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, form: dict[str, str], after: float = 0.0) -> None:
        task = asyncio.create_task(self._carry(form, after))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._quiet.ring()

    async def _carry(self, form: dict[str, str], after: float) -> None:
        if after:
            await asyncio.sleep(after)
        if not self.url:
            self.missed.append(form["MessageSid"])
            return
        async with self._locks[form["From"] if self.ordered else form["MessageSid"]]:
            posting = await self._courier.post(self.url, form)
        self.postings.append(posting)
        if posting.accepted:
            self._read(posting)
        else:
            self.missed.append(form["MessageSid"])

    def _read(self, posting: Posting) -> None:
        """What Twilio makes of the answer: TwiML, of which we expect no verbs."""
        if not posting.body:
            return
        if not posting.content_type.startswith(_XML):
            self.warnings.append(f"12300 Content-Type {posting.content_type!r}: {posting.body[:80]!r}")
            return
        try:
            root = ET.fromstring(posting.body)  # noqa: S314 - our own program wrote it
        except ET.ParseError as error:
            self.warnings.append(f"12100 document parse failure: {error}")
            return
        if root.tag != "Response" or len(root) or (root.text or "").strip():
            self.warnings.append(f"12200 unexpected TwiML: {posting.body[:80]!r}")
