"""What a conversation remembers between two messages: the open forms, and the menu shown last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from markupsafe import Markup, escape

from bot.core.messages import Option
from bot.core.progress import Progress

_LONGEST: Final = 1000
"""Longest text kept with a menu, in characters with its formatting."""

_NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True)
class Menu:
    """What may be picked now.

    Attributes:
        token: begins with a digit, so that no payload "token:option" can be taken for a standing option's id.
        question: it stands under the open form's question, and an option is an answer to it.
        several: one reply may name several of the options.
        shown: when, in seconds since 1970.
        text: what was said above the options, to be said again; a long one is not kept.
    """

    token: str
    options: tuple[Option, ...]
    question: bool = False
    several: bool = False
    shown: int = 0
    text: Markup = _NOTHING

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", escape(self.text) if len(self.text) <= _LONGEST else _NOTHING)

    def option(self, option: str) -> Option | None:
        return next((each for each in self.options if each.id == option), None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One address's.

    Attributes:
        stack: the open forms; the last one is being asked, the others wait for it to end.
        menu: None when nothing was shown to pick from.
        aside: forms that were open when the person said stop; asked again, they go on where they were.
    """

    stack: tuple[Progress, ...] = ()
    menu: Menu | None = None
    aside: tuple[Progress, ...] = ()

    def to_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.stack:
            values["stack"] = [progress.to_json() for progress in self.stack]
        if self.aside:
            values["aside"] = [progress.to_json() for progress in self.aside]
        if self.menu:
            values["menu"] = {
                "token": self.menu.token,
                "options": [_stored(option) for option in self.menu.options],
                "question": self.menu.question,
                "several": self.menu.several,
                "shown": self.menu.shown,
                "text": str(self.menu.text),
            }
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The conversation as it was."""
        menu = values.get("menu")
        return cls(
            tuple(Progress.from_json(progress) for progress in values.get("stack", ())),
            menu
            and Menu(
                menu["token"],
                tuple(Option(**option) for option in menu["options"]),
                menu["question"],
                menu["several"],
                menu["shown"],
                Markup(menu["text"]),  # noqa: S704 - written by to_json
            ),
            tuple(Progress.from_json(progress) for progress in values.get("aside", ())),
        )


def is_private(values: Mapping[str, Any]) -> bool:
    """Whether what is said in this stored conversation is not kept; told also of one that cannot be read."""
    return any(progress.get("private") for progress in values.get("stack", ()))


def _stored(option: Option) -> dict[str, Any]:
    return {name: value for name, value in asdict(option).items() if name == "id" or value not in ("", None)}
