"""What a conversation remembers between two messages: the open forms, and the menu shown last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.core.form import Progress
from bot.core.messages import Option


@dataclass(frozen=True, slots=True)
class Menu:
    """What may be picked now.

    Attributes:
        token: begins with a digit, so that no payload "token:option" can be taken for a standing option's id.
        question: it stands under the open form's question, and an option is an answer to it.
        several: one reply may name several of the options.
        shown: when, in seconds since 1970.
    """

    token: str
    options: tuple[Option, ...]
    question: bool = False
    several: bool = False
    shown: int = 0

    def option(self, option: str) -> Option | None:
        return next((each for each in self.options if each.id == option), None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One address's.

    Attributes:
        stack: the open forms; the last one is being asked, the others wait for it to end.
        menu: None when nothing was shown to pick from.
    """

    stack: tuple[Progress, ...] = ()
    menu: Menu | None = None

    def to_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.stack:
            values["stack"] = [progress.to_json() for progress in self.stack]
        if self.menu:
            values["menu"] = {
                "token": self.menu.token,
                "options": [[each.id, each.label, each.navigation] for each in self.menu.options],
                "question": self.menu.question,
                "several": self.menu.several,
                "shown": self.menu.shown,
            }
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The conversation as it was; of the options, what it takes to recognise them."""
        menu = values.get("menu")
        return cls(
            tuple(Progress.from_json(progress) for progress in values.get("stack", ())),
            menu
            and Menu(
                menu["token"],
                tuple(Option(each, label, navigation=navigation) for each, label, navigation in menu["options"]),
                menu["question"],
                menu["several"],
                menu.get("shown", 0),
            ),
        )
