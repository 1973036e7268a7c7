"""What a channel is to the rest of the house: a name, what it can do as data, and one way in and one way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.core.messages import Inbound, Outbound


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. Lengths are in the platform's own units (see `units`).

    Attributes:
        buttons: options are buttons; without, they are numbered lines in the text.
        edits: a message that was sent can be changed in place.
        markup: "html" (Telegram), "whatsapp" (*bold* _italic_) or "plain".
        units: "utf16" or "characters": what the platform counts.
        text: longest text.
        caption: longest text beside an attachment.
        label: longest button label.
        options: most buttons under one message.
        commands: the platform lists slash commands; without, help shows words to type.
        file: largest attachment in bytes.
    """

    buttons: bool
    edits: bool
    markup: str
    units: str = "characters"
    text: int = 4096
    caption: int = 1024
    label: int = 64
    options: int = 100
    commands: bool = True
    file: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. `external_id` is the platform's id of the message."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not taken, and certainly not delivered: may be sent again.

    Attributes:
        after: how long to wait.
        everyone: the whole channel must wait (429), not only this person.
        attempted: whether it counts as an attempt; a 429 does not.
    """

    after: timedelta
    everyone: bool = False
    attempted: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and never will be as it is.

    Attributes:
        reason: a short key that the report puts into plain words: "blocked", "not_found", "content", "account"...
        unreachable: this address cannot be written to until the person comes back.
        systemic: it speaks about our text or our account, not about this person.
        detail: the platform's own words, for the operator.
    """

    reason: str
    unreachable: bool = False
    systemic: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left and no answer came: it may have been delivered."""

    detail: str = ""


Outcome = Sent | Retry | Refused | Unknown

Accept = Callable[[Sequence[Inbound]], Awaitable[None]]
"""Stores what came in, all or nothing; when it returns, it is committed and may be acknowledged."""


class ChannelStopped(Exception):  # noqa: N818 - it is a state, told to the owner, not a bug
    """The platform refuses our account, such as a wrong token. The message names the setting and where to find it."""


class Channel(Protocol):
    """A messenger."""

    @property
    def name(self) -> str:
        """Key in tables: "telegram"."""

    @property
    def label(self) -> str:
        """What people call it: "Telegram"."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def rate(self) -> float:
        """Messages a second over all people."""

    async def start(self, accept: Accept) -> None:
        """Begin to receive; returns once receiving has begun, and goes on until `stop`.

        Raises:
            ChannelStopped: the platform refuses the account.
        """

    async def stop(self) -> None:
        """Receive no more and release connections. What is being accepted is finished first."""

    async def send(self, user: str, outbound: Outbound) -> Outcome:
        """Send one message. Never raises for what the platform answers; cancelled, it may have been sent."""

    def link(self, payload: str) -> str:
        """What to give someone so that they begin with "/start <payload>": an address to open, or words to write."""

    def routes(self) -> Sequence[Any]:
        """Routes of aiohttp to mount on the one web application (webhooks, the demo page)."""
