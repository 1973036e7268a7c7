"""One message, shaped for one channel: the text in its markup, and the options as buttons or as lines to answer.

The preview a coordinator sees, the check before sending and the delivery all come through here, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Final

from markupsafe import Markup

from bot.core import numbered, richtext, splitting
from bot.core.channel import Capabilities
from bot.core.i18n import _, speaking
from bot.core.messages import Attachment, Option, Outbound

PAYLOAD: Final = 64
"""Longest payload of a button, in bytes. https://core.telegram.org/bots/api#inlinekeyboardbutton"""

_TINY: Final = 8
_SHORT: Final = 20
_NAVIGATION: Final = 12
"""Longest labels, in characters, of which three, two and three fit side by side on a screen 360 pixels wide."""


@dataclass(frozen=True, slots=True)
class Button:
    """What is tapped. A button with a `url` opens it and has no payload."""

    label: str
    payload: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as the channel sends it.

    Attributes:
        text: in the channel's markup.
        rows: buttons, a row at a time; none on a channel without buttons.
        attachment: the file, whose caption the text is.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None


def render(outbound: Outbound, capabilities: Capabilities) -> Bubble:
    """Shape the message as one bubble, also when it is too long: see `parts`.

    Raises:
        ValueError: an option's payload is longer than 64 bytes, which is our bug.
    """
    text = _in_markup(_written(outbound, capabilities), capabilities)
    rows = _rows(outbound, capabilities) if _has_buttons(outbound, capabilities) else ()
    return Bubble(text, rows, outbound.attachment)


def excess(outbound: Outbound, capabilities: Capabilities) -> int:
    """How many units too long it is to be sent as one message; 0 when it fits."""
    longest = capabilities.caption if outbound.attachment else capabilities.text
    length = splitting.length(_counted(_written(outbound, capabilities), capabilities), capabilities.units)
    return max(0, length - longest)


def parts(outbound: Outbound, capabilities: Capabilities) -> list[Outbound]:
    """The messages it takes to say all of it, each short enough.

    A file that cannot carry the text goes ahead by itself. The options stay together: under the last part, or after it
    where they are numbers and find no room there.

    Raises:
        ValueError: the numbered options alone are too long, which is our bug: such a menu needs pages.
    """
    if not excess(outbound, capabilities):
        return [outbound]
    if outbound.attachment:
        file = outbound.having(text=Markup(), options=(), menu="", edit="")
        return [file, *parts(outbound.having(attachment=None), capabilities)]
    text = outbound.text if capabilities.markup == "html" else richtext.unlinked(outbound.text)
    pieces = splitting.split(text, capabilities.text, capabilities.units, partial(_counted, capabilities=capabilities))
    last = outbound.having(text=pieces[-1], edit="")
    if excess(last, capabilities):
        last = last.having(text=Markup())
        pieces.append(Markup())
    if over := excess(last, capabilities):
        raise ValueError(f"the options of menu {outbound.menu!r} alone are too long by {over}")
    said = [last.having(text=piece, options=(), menu="") for piece in pieces[:-1]] + [last]
    return [said[0].having(edit=outbound.edit), *said[1:]]


def _has_buttons(outbound: Outbound, capabilities: Capabilities) -> bool:
    return capabilities.buttons and len(outbound.options) <= capabilities.options


def _written(outbound: Outbound, capabilities: Capabilities) -> Markup:
    """All that is written, in neutral markup."""
    if not outbound.options or _has_buttons(outbound, capabilities):
        return outbound.text
    with speaking(outbound.language):
        answers = _menu(outbound.options) if outbound.menu else _standing(outbound.options)
    return Markup("\n\n").join(part for part in (outbound.text, *answers) if part)


def _menu(options: Sequence[Option]) -> list[Markup]:
    answers = [option for option in options if not (option.navigation or option.url)]
    words = [Markup("<b>{}</b>").format(option.label) for option in options if option.navigation and not option.url]
    hints: list[Markup] = []
    if len(answers) > 1 and all(option.chosen is not None for option in answers):
        example = "1 2" if len(answers) == 2 else "1 3"  # noqa: PLR2004 - no third to name
        hints.append(_("Reply with one or more numbers, for example: {example}").format(example=example))
    elif answers:
        hints.append(_("Reply with a number."))
    if words:
        hint = _("Or write: {words}") if answers else _("You can also write: {words}")
        hints.append(hint.format(words=Markup(", ").join(words)))
    return [numbered.lines(options), Markup("\n").join(hints)]


def _standing(options: Sequence[Option]) -> list[Markup]:
    lines = [
        Markup("{}: {}").format(option.label, option.url)
        if option.url
        else Markup("<i>{}</i>").format(_("{label} – write {word}").format(label=option.label, word=option.word))
        for option in options
        if option.url or option.word
    ]
    return [Markup("\n").join(lines)]


def _in_markup(text: Markup, capabilities: Capabilities) -> str:
    match capabilities.markup:
        case "html":
            return richtext.to_html(text)
        case "whatsapp":
            return richtext.to_whatsapp(text)
        case _:
            return richtext.plain(richtext.unlinked(text))


def _counted(text: Markup, capabilities: Capabilities) -> str:
    """What the platform counts: Telegram what is seen, the others all that is sent."""
    return richtext.plain(text) if capabilities.markup == "html" else _in_markup(text, capabilities)


def _rows(outbound: Outbound, capabilities: Capabilities) -> tuple[tuple[Button, ...], ...]:
    """Answers above, navigation below. Widths go by the bare label, so that nothing moves when something is ticked."""
    answers = [option for option in outbound.options if not option.navigation]
    navigation = [option for option in outbound.options if option.navigation]
    widest = max((len(option.label) for option in answers), default=0)
    across = 3 if widest <= _TINY else 2 if widest <= _SHORT else 1
    across_below = 3 if all(len(option.label) <= _NAVIGATION for option in navigation) else 2
    return tuple(
        tuple(_button(option, outbound.menu, capabilities) for option in row)
        for row in (*_evenly(answers, across), *_evenly(navigation, across_below))
    )


def _evenly(options: Sequence[Option], across: int) -> Iterator[Sequence[Option]]:
    """As few rows as that many across allow, about equally full: four make 2 + 2, not 3 + 1."""
    if options:
        across = ceil(len(options) / ceil(len(options) / across))
    return (options[start : start + across] for start in range(0, len(options), across))


def _button(option: Option, menu: str, capabilities: Capabilities) -> Button:
    label = splitting.shorten(numbered.ticked(option), capabilities.label, capabilities.units)
    if option.url:
        return Button(label, "", option.url)
    payload = f"{menu}:{option.id}" if menu else option.id
    if len(payload.encode()) > PAYLOAD:
        raise ValueError(f"option {option.id!r} of menu {menu!r} needs more than {PAYLOAD} bytes")
    return Button(label, payload)
