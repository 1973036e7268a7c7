"""Messages, content, media and people: everything Twilio and WhatsApp remember."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.emulators.twilio.addresses import address
from tests.emulators.twilio.callbacks import Callbacks
from tests.emulators.twilio.content import Content
from tests.emulators.twilio.courier import Courier
from tests.emulators.twilio.device import Device
from tests.emulators.twilio.media import Download, Media
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.refused import Refused
from tests.emulators.twilio.webhooks import Webhooks
from tests.emulators.twilio.window import Rules

ACCOUNT = "AC" + "e" * 32
TOKEN = "emulated0auth0token0of0nobody000"
SENDER = "whatsapp:+15550001234"
SERVICE = "MG" + "e" * 32


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was wrong whoever it was for: a bug of ours.

    Attributes:
        operation: "messages.create".
    """

    operation: str
    parameters: dict[str, object]
    code: int
    description: str


class World:
    """Everything but the HTTP.

    Attributes:
        url: of the API; `store`: of the place media downloads are redirected to.
        reach: where public addresses really are, by their beginning.
        messages: by sid, oldest first, in and out.
        downloads: fetches of media at `store`.
        typing: MessageSids a typing indicator was shown for, which marks them read.
        refusals: requests that were our bugs; a test asserts there are none.
        review: what WhatsApp says of a submitted template when it is next asked: "pending", "approved", "rejected".
        pace: seconds between two statuses of one message.
        ahead: seconds this world's clock is ahead of the machine's.
    """

    def __init__(self, account: str, token: str, sender: str, service: str) -> None:
        self.account = account
        self.token = token
        self.sender = sender
        self.service = service
        self.url = self.store = ""
        self.rules = Rules()
        self.reach: dict[str, str] = {}
        self.courier = Courier(token, self.reach)
        self.callbacks = Callbacks(self.courier, account)
        self.webhooks = Webhooks(self.courier)
        self.messages: dict[str, Message] = {}
        self.contents: dict[str, Content] = {}
        self.media: dict[str, Media] = {}
        self.devices: dict[str, Device] = {}
        self.downloads: list[Download] = []
        self.typing: list[str] = []
        self.refusals: list[Refusal] = []
        self.review = "pending"
        self.pace = 0.0
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def at(self, whom: str) -> Device | None:
        """The phone of this number or user id, with or without `whatsapp:`."""
        return self.devices.get(address(whom))

    def note(self, operation: str, parameters: dict[str, object], refused: Refused) -> None:
        if refused.ours:
            self.refusals.append(Refusal(operation, parameters, refused.code, refused.description))

    def approve(self, friendly_name: str) -> None:
        """WhatsApp approves the template, submitted or not."""
        content = self.content(friendly_name)
        content.approval.status = "approved"
        content.approval.name = content.approval.name or friendly_name
        content.approval.category = content.approval.category or "UTILITY"

    def reject(self, friendly_name: str, reason: str) -> None:
        approval = self.content(friendly_name).approval
        approval.status, approval.rejection_reason = "rejected", reason

    def content(self, name: str) -> Content:
        """The resource with this sid or friendly name."""
        return next(one for one in self.contents.values() if name in (one.sid, one.friendly_name))
