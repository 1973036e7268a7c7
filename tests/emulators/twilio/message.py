"""One message, in or out: Twilio's resource, and what stands on the person's screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from tests.emulators.twilio.media import Media

API_VERSION = "2010-04-01"
STATUSES = ("accepted", "queued", "sending", "sent", "delivered", "read")
"""In the order a message passes them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick-reply button, or an item of a list with its description."""

    title: str
    id: str
    description: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """What was sent, and what is seen of it.

    Attributes:
        sender, to: `whatsapp:...`, as Twilio's From and To.
        created: seconds since 1970.
        body: Twilio's `body`; for Content what became of its text.
        text: what the person sees of it: nothing of a caption under anything but an image.
        buttons: quick replies.
        list_button: what opens the list; `items`: what is in it.
        error_code: 0 while it has not failed.
        service: the Messaging Service it was sent with, if it was.
        content: sid of the Content it was made from, if it was; `approved`, `category`: as that was at the time.
        callback: StatusCallback.
        shown: it reached the person's screen.
    """

    sid: str
    sender: str
    to: str
    created: float
    body: str
    outbound: bool
    status: str
    text: str = ""
    buttons: list[Choice] = field(default_factory=list)
    list_button: str = ""
    items: list[Choice] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    media_url: str = ""
    error_code: int = 0
    service: str = ""
    content: str = ""
    category: str = ""
    approved: bool = False
    callback: str = ""
    shown: bool = False
    updated: float = 0.0

    @property
    def labels(self) -> list[str]:
        """What can be tapped: buttons, or the list's items."""
        return [choice.title for choice in self.buttons or self.items]

    def choice(self, title: str) -> Choice | None:
        """The button or item of this title, else the first that has it as a part."""
        choices = self.buttons or self.items
        exact = (choice for choice in choices if choice.title == title)
        partly = (choice for choice in choices if title in choice.title)
        return next(exact, None) or next(partly, None)

    def moves_to(self, status: str, code: int, now: float) -> None:
        """Take a step: never back to an earlier one, while a failure may come at any time and be overtaken."""
        known = self.status in STATUSES and status in STATUSES
        if known and STATUSES.index(status) <= STATUSES.index(self.status):
            return
        self.status, self.error_code, self.updated = status, code, now

    def to_json(self, account: str) -> dict[str, Any]:
        uri = f"/{API_VERSION}/Accounts/{account}/Messages/{self.sid}"
        moment = formatdate(self.created)
        return {
            "sid": self.sid,
            "account_sid": account,
            "messaging_service_sid": self.service or None,
            "from": self.sender or None,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api" if self.outbound else "inbound",
            "num_segments": "0" if self.service else "1",
            "num_media": str(len(self.media) or int(bool(self.media_url))),
            "date_created": moment,
            "date_sent": moment,
            "date_updated": formatdate(self.updated or self.created),
            "error_code": self.error_code or None,
            "error_message": None,
            "price": None,
            "price_unit": None,
            "api_version": API_VERSION,
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }

    def __repr__(self) -> str:
        return f"<{self.sid[:8]} {self.status} {self.text!r} {self.labels}>"
