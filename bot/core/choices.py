"""Options to tap: buttons in tidy rows, a few quick replies, or a list that opens.

Quick replies and lists are WhatsApp's. Their labels are short and may not be alike, and nothing in them can be ticked
or opens a page: where that does not do, the options are numbers in the text.
https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Literal

from bot.core import numbered, splitting
from bot.core.channel import Capabilities
from bot.core.messages import DONE, Option, Outbound

Form = Literal["", "quick", "list"]

PAYLOAD: Final = 64
"""Longest payload of a button, in bytes. https://core.telegram.org/bots/api#inlinekeyboardbutton"""

DESCRIPTION: Final = 72
"""Longest description of a list's row, in characters."""

_TINY: Final = 8
_SHORT: Final = 20
_NAVIGATION: Final = 12
"""Longest labels, in characters, of which three, two and three fit side by side on a screen 360 pixels wide."""


@dataclass(frozen=True, slots=True)
class Button:
    """What is tapped. A button with a `url` opens it and has no payload.

    Attributes:
        description: in a list, the label in full where it had to be shortened.
    """

    label: str
    payload: str
    url: str = ""
    description: str = ""


Rows = tuple[tuple[Button, ...], ...]


def keyboard(outbound: Outbound, capabilities: Capabilities) -> Rows:
    """Answers above, navigation below. Widths go by the bare label, so that nothing moves when something is ticked.

    Raises:
        ValueError: an option's payload is longer than 64 bytes, which is our bug.
    """
    answers, navigation = _apart(outbound.options)
    widest = max((len(option.label) for option in answers), default=0)
    across = 3 if widest <= _TINY else 2 if widest <= _SHORT else 1
    across_below = 3 if all(len(option.label) <= _NAVIGATION for option in navigation) else 2
    return tuple(
        tuple(_button(option, outbound.menu, _label(option, capabilities.label, capabilities)) for option in row)
        for row in (*_evenly(answers, across), *_evenly(navigation, across_below))
    )


def form(outbound: Outbound, capabilities: Capabilities) -> Form:
    """How the options can be tapped on a channel without buttons, whatever the text; "" where only numbers will do.

    A standing message's are never a list: that would hide in a menu what is not one.
    """
    options = outbound.options
    if not options or outbound.attachment or toggled(options) or any(option.url for option in options):
        return ""
    tapped = quick(options, capabilities)
    if tapped:
        labels = _labels(tapped, capabilities.quick_label, capabilities)
        if labels == [numbered.ticked(option) for option in tapped] and _distinct(labels):
            return "quick"
    listed = outbound.menu and len(options) <= capabilities.listed
    return "list" if listed and _distinct(_labels(options, capabilities.listed_label, capabilities)) else ""


def quick(options: Sequence[Option], capabilities: Capabilities) -> Sequence[Option]:
    """Those that are quick replies: all if there is room, else the answers, and the way back is written in words.

    The way on is not: where it would find no room, there are none.
    """
    answers, navigation = _apart(options)
    onward = any(option.id == DONE for option in navigation)
    offered = (options,) if onward else (options, answers)
    return next((some for some in offered if len(some) <= capabilities.quick), ())


def column(outbound: Outbound, shown: Form, capabilities: Capabilities) -> Rows:
    """Quick replies or a list's rows, one below the other.

    Raises:
        ValueError: an option's payload is longer than 64 bytes, which is our bug.
    """
    longest = capabilities.quick_label if shown == "quick" else capabilities.listed_label
    buttons: list[Button] = []
    options = quick(outbound.options, capabilities) if shown == "quick" else outbound.options
    for option in (each for half in _apart(options) for each in half):
        full, label = numbered.ticked(option), _label(option, longest, capabilities)
        description = "" if label == full else splitting.shorten(full, DESCRIPTION, capabilities.units)
        buttons.append(_button(option, outbound.menu, label, description))
    return tuple((button,) for button in buttons)


def toggled(options: Sequence[Option]) -> bool:
    """Whether more than one may be picked, one after the other, each with its tick."""
    answers = [option for option in options if not (option.navigation or option.url)]
    return bool(answers) and all(option.chosen is not None for option in answers)


def _apart(options: Sequence[Option]) -> tuple[list[Option], list[Option]]:
    return [option for option in options if not option.navigation], [option for option in options if option.navigation]


def _labels(options: Sequence[Option], longest: int, capabilities: Capabilities) -> list[str]:
    return [_label(option, longest, capabilities) for option in options]


def _label(option: Option, longest: int, capabilities: Capabilities) -> str:
    return splitting.shorten(numbered.ticked(option), longest, capabilities.units)


def _distinct(labels: Sequence[str]) -> bool:
    return len(set(labels)) == len(labels)


def _evenly(options: Sequence[Option], across: int) -> Iterator[Sequence[Option]]:
    """As few rows as that many across allow, about equally full: four make 2 + 2, not 3 + 1."""
    if options:
        across = ceil(len(options) / ceil(len(options) / across))
    return (options[start : start + across] for start in range(0, len(options), across))


def _button(option: Option, menu: str, label: str, description: str = "") -> Button:
    if option.url:
        return Button(label, "", option.url)
    payload = f"{menu}:{option.id}" if menu else option.id
    if len(payload.encode()) > PAYLOAD:
        raise ValueError(f"option {option.id!r} of menu {menu!r} needs more than {PAYLOAD} bytes")
    return Button(label, payload, description=description)
