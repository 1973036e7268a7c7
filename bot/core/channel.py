"""What a channel is to the rest of the house: a name, what it can do as data, and one way in and one way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

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
        photo: largest picture in bytes, where it may be less than another file.
        mimes: media types it carries; empty for all.
        resends: what people sent there goes out there again by its id, whatever its size.
        download: largest file in bytes that people send there and we can fetch; 0 for any.
        captions: kinds of attachment a text can stand beside; with any other the text goes as a message of its own.
        quick: most options shown as quick replies under a message, each with a label of at most `quick_label`.
        listed: most options shown as a list that opens, each with a label of at most `listed_label`.
        choice_text: longest text above quick replies or a list.
        window: text of our own is taken only so long after the person's last message; later only a bell is.
        bells: most people it may ring for within any 24 hours; 0 for any number.
        deletes: a message can be taken back so long after it was sent; None where it never can.
        merges: messages that wait for one person go as one: each is paid for, and a phone that rings once is kinder.
        polls: most choices of a poll of the platform's own; 0 where it has none.
        poll_question, poll_label: longest question and choice of one.
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
    photo: int = 10_000_000
    mimes: frozenset[str] = frozenset()
    resends: bool = False
    download: int = 0
    captions: frozenset[str] = frozenset({"photo", "document"})
    quick: int = 0
    quick_label: int = 20
    listed: int = 0
    listed_label: int = 24
    choice_text: int = 1024
    window: timedelta | None = None
    bells: int = 0
    deletes: timedelta | None = None
    merges: bool = False
    polls: int = 0
    poll_question: int = 300
    poll_label: int = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. `external_id` is the platform's id of the message, `poll` of the poll that stands in it."""

    external_id: str
    poll: str = ""


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


@dataclass(frozen=True, slots=True)
class Closed:
    """Not taken: the person's window has closed. The message is held, and a bell rings for it."""

    detail: str = ""


Outcome = Sent | Retry | Refused | Unknown | Closed


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform tells later about a message that it took.

    Attributes:
        reference: ours, as given to `Channel.send`.
        external_id: the platform's id of the message.
        state: how far it has come, "sent", "delivered" or "read"; "" when it failed.
        failure: what the failure means, when it failed.
    """

    reference: str
    external_id: str
    state: str = ""
    failure: Refused | Retry | Unknown | Closed | None = None


Note = Callable[[Sequence[Receipt]], Awaitable[None]]
"""Stores receipts; when it returns, they are committed. They may come early, late, twice and in any order."""

Accept = Callable[[Sequence[Inbound]], Awaitable[None]]
"""Stores what came in, all or nothing; when it returns, it is committed and may be acknowledged."""


class Lead(Protocol):
    """Whether this process is the one that speaks for the channel: of several on one database, one does at a time."""

    @property
    def holds(self) -> bool: ...

    async def held(self) -> None:
        """Return once it is."""


class Alone:
    """The `Lead` of a process that has no other beside it."""

    holds = True

    async def held(self) -> None:
        return


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

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        """Send one message. Never raises for what the platform answers; cancelled, it may have been sent.

        Args:
            reference: comes back in every `Receipt` for this message, where the platform sends any.
        """

    def link(self, payload: str) -> str:
        """What to give someone so that they begin with "/start <payload>": an address to open, or words to write."""

    def routes(self) -> Sequence[Any]:
        """Routes of aiohttp to mount on the one web application (webhooks, the demo page)."""


@runtime_checkable
class Tracing(Protocol):
    """A channel whose platform can be asked what it was given."""

    async def trace(self, user: str, since: datetime, known: Collection[str]) -> Outcome | None:
        """What became of the message in doubt: the one to this person that is none of those known to us.

        Args:
            since: when it was tried; nothing older is looked at.
            known: the platform's ids of the messages whose outcome we have.

        Returns:
            None: it never arrived there and may be sent again. `Retry`: the platform cannot be asked now.
        """


@runtime_checkable
class Fetching(Protocol):
    """A channel that keeps what people send there until somebody asks for it."""

    async def fetch(self, file: str, most: int) -> bytes | None:
        """The bytes of "<channel>:<id>"; None when there are more than `most`, or they are gone.

        Raises:
            OSError: not to be had now; ask again later.
        """
