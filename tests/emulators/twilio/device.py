"""One person's phone: what is on its screen, and what decides whether a message gets there."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.emulators.telegram.bell import Bell
from tests.emulators.twilio.message import Message

DAY = 86_400.0
MARKETING = "MARKETING"


@dataclass(slots=True, eq=False)
class Device:
    """What the person holds.

    Attributes:
        address: what Twilio says as From: `whatsapp:+...`, or the user id of people who hide their number.
        phone: E.164, nothing for those who hide it; `user`: `whatsapp:AZ.123...`, nothing where Twilio says none.
        heard: seconds since 1970 of the person's last message, which opens the window; 0 before the first.
        begun: of the last template that reached the person outside the window; `advertised`: of marketing templates.
        online: otherwise messages wait, sent and not delivered, in `waiting`.
        receipts: the person lets others know what was read.
        blocked: messages are sent and never delivered; with `failure`, a callback tells this code instead.
        opted_out: 21610.
        shown: every message of ours that reached the screen, oldest first; `news` rings at each.
    """

    address: str
    phone: str
    user: str
    name: str
    heard: float = 0.0
    begun: float = 0.0
    advertised: list[float] = field(default_factory=list)
    online: bool = True
    receipts: bool = True
    blocked: bool = False
    failure: int = 0
    opted_out: bool = False
    shown: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    news: Bell = field(default_factory=Bell)

    def window_open(self, now: float) -> bool:
        return now - self.heard < DAY

    def show(self, message: Message) -> None:
        message.shown = True
        self.shown.append(message)
        self.news.ring()
