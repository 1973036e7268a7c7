"""One browser phone: what stands on its screen, and what its owner said that the app has not taken yet."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from bot.channels.simulator.shapes import SHAPES, Shape
from bot.core.messages import Address, Inbound

KEPT: Final = 200
"""How many messages a screen remembers."""


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble on a screen.

    Attributes:
        id: the phone's own number of it, or the external id of what its owner did.
        mine: said by the phone's owner.
        at: when, by the app's clock, ISO 8601.
        text: in the markup named beside it.
        kind: what it is when it is not text: "sticker", "voice", "location".
        rows: buttons under it, each with label, payload, url and description.
        form: how the rows are shown where they are no keyboard: "quick" replies or a "list".
        opens: what the button says that opens the list.
        bell: it came as a template, to somebody whose window had closed.
        attachment: the fields of `Attachment`.
        poll: of a poll: "choices", whether "several" can be picked, the places "picked", and whether it is "closed".
        taken: for what the owner said: stored by the app.
    """

    id: str
    mine: bool
    at: str
    text: str = ""
    markup: str = "html"
    kind: str = "text"
    rows: list[list[dict[str, str]]] = field(default_factory=list)
    form: str = ""
    opens: str = ""
    bell: bool = False
    attachment: dict[str, Any] | None = None
    poll: dict[str, Any] | None = None
    edited: bool = False
    taken: bool = False


def poll_id(user: str, message: str) -> str:
    """What the platform calls the poll in this message."""
    return f"{user}-{message}"


@dataclass(slots=True)
class Phone:
    """A person's phone. Kept in a file, so that neither a reload nor a kill of the app loses a word.

    Attributes:
        user: the person's id on the channel.
        language: what the platform would hint; the person chooses another in the chat.
        switched_off: nothing reaches it, as when the network is down.
        blocked: its owner has blocked the bot.
        spoke: where there is a window, when its owner last opened it, by the app's clock, ISO 8601; "" for never.
        suggestion: a text offered above the input, sent with one tap.
        shown: how many messages of ours it has been given, for numbering them.
        pending: what was said and not yet accepted, as a platform keeps it while the bot is away.
    """

    user: str
    name: str
    shape: Shape
    language: str
    switched_off: bool = False
    blocked: bool = False
    spoke: str = ""
    suggestion: str = ""
    shown: int = 0
    screen: list[Message] = field(default_factory=list)
    pending: list[Inbound] = field(default_factory=list)

    @property
    def address(self) -> Address:
        return Address(self.shape.channel, self.user)

    def put(self, message: Message) -> None:
        """Add to the screen, or replace the message of the same id."""
        for place, old in enumerate(self.screen):
            if old.id == message.id:
                self.screen[place] = message
                return
        self.screen = [*self.screen, message][-KEPT:]

    def remove(self, identity: str) -> bool:
        """Take a message of ours from the screen; False when it is not there."""
        kept = [message for message in self.screen if message.mine or message.id != identity]
        removed, self.screen = len(kept) < len(self.screen), kept
        return removed

    def is_open(self, now: datetime) -> bool:
        """Whether the platform takes more for this person than a bell."""
        window = self.shape.capabilities.window
        return window is None or (bool(self.spoke) and now < datetime.fromisoformat(self.spoke) + window)

    def picked(self, message: str, payload: str) -> str:
        """The label of what was tapped under a message; "" when it is no longer there."""
        shown = self.message(message)
        buttons = [button for row in shown.rows for button in row] if shown else []
        return next((button["label"] for button in buttons if button["payload"] == payload), "")

    def message(self, identity: str) -> Message | None:
        return next((message for message in self.screen if message.id == identity), None)

    def take(self, external_id: str) -> Message | None:
        """Forget a pending inbound that the app has stored; returns its bubble, ticked, if it has one."""
        self.pending = [inbound for inbound in self.pending if inbound.external_id != external_id]
        message = self.message(external_id)
        if message is not None:
            message = replace(message, taken=True)
            self.put(message)
        return message

    def settings(self) -> dict[str, Any]:
        """Everything the page needs to know but the screen."""
        return {
            "user": self.user,
            "name": self.name,
            "shape": self.shape.key,
            "language": self.language,
            "switched_off": self.switched_off,
            "blocked": self.blocked,
            "spoke": self.spoke,
            "suggestion": self.suggestion,
        }

    def save(self, directory: Path) -> None:
        """Write atomically: the file is the old one or the new one, whenever the process dies."""
        values = self.settings() | {
            "shown": self.shown,
            "screen": [asdict(message) for message in self.screen],
            "pending": [{"external_id": inbound.external_id, **inbound.to_json()} for inbound in self.pending],
        }
        file = directory / f"{self.user}.json"
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        draft.replace(file)

    @classmethod
    def load(cls, file: Path) -> Self:
        values = json.loads(file.read_text(encoding="utf-8"))
        values["shape"] = SHAPES[values["shape"]]
        values["screen"] = [Message(**message) for message in values["screen"]]
        pending, values["pending"] = values["pending"], []
        phone = cls(**values)
        phone.pending = [Inbound.from_json(phone.address, said.pop("external_id"), said) for said in pending]
        return phone
