"""Status callbacks: signed, and on demand late, repeated, in the wrong order, before the 201, or held back."""

from __future__ import annotations

import asyncio
import random

from tests.emulators.telegram.bell import Bell
from tests.emulators.twilio.courier import Courier, Posting
from tests.emulators.twilio.message import API_VERSION, Message

TOLD = ("sent", "delivered", "read", "undelivered", "failed")


class Callbacks:
    """Switches may be set at any time and count for callbacks from then on.

    Attributes:
        told: the statuses there are callbacks for; add "queued" and "sending" for all there are.
        delay: seconds by which they are late.
        copies: how often each is posted.
        reordered: those of one message are posted last first.
        shuffled: all copies of those of one message are posted in any order.
        before_answer: they are posted, and answered, before the message's 201.
        held: they wait for `release`.
        odd: parameters nobody has heard of, as Twilio adds them without notice.
        postings: every form that went out, in order.
    """

    def __init__(self, courier: Courier, account: str) -> None:
        self.told: tuple[str, ...] = TOLD
        self.delay = 0.0
        self.copies = 1
        self.reordered = False
        self.shuffled = False
        self.before_answer = False
        self.held = False
        self.odd = {"ChannelStatusHint": "", "RawDlrDoneDate": "2611051200"}
        self.postings: list[Posting] = []
        self._courier = courier
        self._account = account
        self._kept: list[tuple[Message, dict[str, str]]] = []
        self._queues: dict[str, list[dict[str, str]]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._quiet = Bell()

    def tell(self, message: Message, status: str, code: int = 0) -> None:
        """The message has reached this status."""
        if not message.callback or status not in self.told:
            return
        form = self._form(message, status, code)
        if self.held:
            self._kept.append((message, form))
        else:
            self._enqueue(message, form)

    def release(self) -> None:
        """Post what was held back, and hold no more."""
        self.held = False
        kept, self._kept = self._kept, []
        for message, form in kept:
            self._enqueue(message, form)

    async def settled(self, *, within: float = 5.0) -> None:
        """Wait until nothing is on its way.

        Raises:
            TimeoutError: something still is, `within` seconds later.
        """
        await self._quiet.until(lambda: not self._tasks, within)

    async def told_of(self, message: Message) -> None:
        """Wait until this message's callbacks have been answered."""
        task = self._tasks.get(message.sid)
        if task is not None:
            await asyncio.wait([task])

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._queues.clear()

    def _form(self, message: Message, status: str, code: int) -> dict[str, str]:
        form = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": message.to,
            "From": message.sender,
            "AccountSid": self._account,
            "ApiVersion": API_VERSION,
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": message.to.removeprefix("whatsapp:"),
            "ChannelInstallSid": "XE" + "0" * 32,
            "StructuredMessage": str(bool(message.content)).lower(),
            **self.odd,
        }
        if message.service:
            form["MessagingServiceSid"] = message.service
        if status in ("delivered", "read"):
            form["EventType"] = status.upper()
        if code:
            form |= {"ErrorCode": str(code), "ChannelStatusMessage": f"Emulated failure {code}"}
        return form

    def _enqueue(self, message: Message, form: dict[str, str]) -> None:
        self._queues.setdefault(message.sid, []).append(form)
        if message.sid not in self._tasks:
            self._tasks[message.sid] = asyncio.create_task(self._carry(message))

    async def _carry(self, message: Message) -> None:
        """One message's callbacks, one after another."""
        await asyncio.sleep(self.delay)
        queue = self._queues[message.sid]
        while queue:
            for form in self._next(queue):
                self.postings.append(await self._courier.post(message.callback, form))
        del self._queues[message.sid], self._tasks[message.sid]
        self._quiet.ring()

    def _next(self, queue: list[dict[str, str]]) -> list[dict[str, str]]:
        """What is posted next of what there is to tell."""
        if not self.shuffled:
            return [queue.pop(-1 if self.reordered else 0)] * self.copies
        forms = queue * self.copies
        queue.clear()
        random.shuffle(forms)
        return forms
