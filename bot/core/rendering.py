"""One message, shaped for one channel: the text in its markup, and the options as buttons or as lines to answer.

The preview a coordinator sees, the check before sending and the delivery all come through here, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from markupsafe import Markup

from bot.core import choices, numbered, richtext, splitting
from bot.core.channel import Capabilities
from bot.core.choices import Form, Rows
from bot.core.i18n import _, speaking
from bot.core.messages import Attachment, Option, Outbound


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as the channel sends it.

    Attributes:
        text: in the channel's markup.
        rows: what is tapped, a row at a time; none where the options are numbers in the text.
        attachment: the file, whose caption the text is.
        form: how the rows are shown where they are not a keyboard: "quick" replies or a "list" that opens.
        opens: what the button says that opens the list, at most 20 characters.
        poll: choices of a poll of the platform's own, whose question the text then is, plain.
        several: more than one of them can be picked.
    """

    text: str
    rows: Rows = ()
    attachment: Attachment | None = None
    form: Form = ""
    opens: str = ""
    poll: tuple[str, ...] = ()
    several: bool = False


VOTE: Final = "vote:"
"""How the ids of options begin that are a poll's choices."""


def render(outbound: Outbound, capabilities: Capabilities) -> Bubble:
    """Shape the message as one bubble, also when it is too long: see `parts`.

    Raises:
        ValueError: an option's payload is longer than 64 bytes, which is our bug.
    """
    if is_poll(outbound, capabilities):
        labels = tuple(option.label for option in outbound.options if option.id.startswith(VOTE))
        beside = outbound.having(options=tuple(each for each in outbound.options if not each.id.startswith(VOTE)))
        question, several = richtext.plain(outbound.text), outbound.poll == "several"
        return Bubble(question, choices.keyboard(beside, capabilities), poll=labels, several=several)
    text = _in_markup(written(outbound, capabilities), capabilities)
    if _has_buttons(outbound, capabilities):
        return Bubble(text, choices.keyboard(outbound, capabilities), outbound.attachment)
    shown = _form(outbound, capabilities)
    if not shown:
        return Bubble(text, (), outbound.attachment)
    with speaking(outbound.language):
        opens = _("Choose").unescape() if shown == "list" else ""
    return Bubble(text, choices.column(outbound, shown, capabilities), None, shown, opens)


def excess(outbound: Outbound, capabilities: Capabilities) -> int:
    """How many units too long it is to be sent; 0 when it fits in one message, or in two of which one is the file.

    That is so where no text can stand beside such a file: `parts` tells them apart.
    """
    if is_poll(outbound, capabilities):
        return max(0, splitting.length(richtext.plain(outbound.text), capabilities.units) - capabilities.poll_question)
    if goes_ahead(outbound, capabilities):
        return excess(outbound.having(attachment=None), capabilities)
    longest = capabilities.caption if outbound.attachment else capabilities.text
    length = _length(written(outbound, capabilities), capabilities)
    return max(0, length - longest)


def parts(outbound: Outbound, capabilities: Capabilities) -> list[Outbound]:
    """The messages it takes to say all of it, each short enough.

    A file that cannot carry the text goes ahead by itself. The options stay together: under the last part, or after it
    where they are numbers and find no room there.

    Raises:
        ValueError: the numbered options alone are too long, which is our bug: such a menu needs pages.
    """
    ahead = goes_ahead(outbound, capabilities)
    if not (ahead or excess(outbound, capabilities)):
        return [outbound]
    if outbound.attachment:
        file = outbound.having(text=Markup(), options=(), menu="", edit="")
        return [file, *parts(outbound.having(attachment=None), capabilities)]
    text = outbound.text if capabilities.markup == "html" else richtext.unlinked(outbound.text)
    pieces = _split(text, capabilities.text, capabilities)
    last = outbound.having(text=pieces[-1], edit="")
    if excess(last, capabilities) and choices.form(last, capabilities):
        pieces[-1:] = _split(pieces[-1], _longest_above_choices(capabilities), capabilities)
        last = last.having(text=pieces[-1])
    if excess(last, capabilities):
        last = last.having(text=Markup())
        pieces.append(Markup())
    if over := excess(last, capabilities):
        raise ValueError(f"the options of menu {outbound.menu!r} alone are too long by {over}")
    said = [last.having(text=piece, options=(), menu="") for piece in pieces[:-1]] + [last]
    return [said[0].having(edit=outbound.edit), *said[1:]]


def is_poll(outbound: Outbound, capabilities: Capabilities) -> bool:
    """Whether it goes as a poll of the platform's own."""
    return capabilities.polls > 0 and outbound.poll in ("one", "several")


def goes_ahead(outbound: Outbound, capabilities: Capabilities) -> bool:
    """Whether there is a file that nothing can stand beside."""
    file = outbound.attachment
    return file is not None and file.kind not in capabilities.captions and bool(outbound.text or outbound.options)


def _has_buttons(outbound: Outbound, capabilities: Capabilities) -> bool:
    return capabilities.buttons and len(outbound.options) <= capabilities.options


def _form(outbound: Outbound, capabilities: Capabilities) -> Form:
    """A text too long for choices has room for numbers yet, and one message is better than two."""
    shown = choices.form(outbound, capabilities)
    if not shown or not outbound.text:
        return ""
    above = _length(_above(outbound, shown, capabilities), capabilities)
    return shown if above <= _longest_above_choices(capabilities) else ""


def _above(outbound: Outbound, shown: Form, capabilities: Capabilities) -> Markup:
    """The text, and in words what is not among the choices: the way back."""
    if shown == "list" or len(choices.quick(outbound.options, capabilities)) == len(outbound.options):
        return outbound.text
    with speaking(outbound.language):
        hint = _("You can also write: {words}").format(words=_ways_back(outbound.options))
    return Markup("\n\n").join([outbound.text, hint])


def _longest_above_choices(capabilities: Capabilities) -> int:
    return min(capabilities.choice_text, capabilities.text)


def written(outbound: Outbound, capabilities: Capabilities) -> Markup:
    """All that is written, in neutral markup: the text, and the options where they are not tapped."""
    if not outbound.options or _has_buttons(outbound, capabilities):
        return outbound.text
    if shown := _form(outbound, capabilities):
        return _above(outbound, shown, capabilities)
    with speaking(outbound.language):
        answers = _menu(outbound.options) if outbound.menu else _standing(outbound.options)
    return Markup("\n\n").join(part for part in (outbound.text, *answers) if part)


def _menu(options: Sequence[Option]) -> list[Markup]:
    answers = [option for option in options if not (option.navigation or option.url)]
    words = _ways_back(options)
    hints: list[Markup] = []
    if len(answers) > 1 and choices.toggled(answers):
        example = "1 2" if len(answers) == 2 else "1 3"  # noqa: PLR2004 - no third to name
        hints.append(_("Reply with one or more numbers, for example: {example}").format(example=example))
    elif answers:
        hints.append(_("Reply with a number."))
    if words:
        hint = _("Or write: {words}") if answers else _("You can also write: {words}")
        hints.append(hint.format(words=words))
    return [numbered.lines(options), Markup("\n").join(hints)]


def _ways_back(options: Sequence[Option]) -> Markup:
    words = [Markup("<b>{}</b>").format(option.label) for option in options if option.navigation and not option.url]
    return Markup(", ").join(words)


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


def _length(text: Markup, capabilities: Capabilities) -> int:
    return splitting.length(_counted(text, capabilities), capabilities.units)


def _split(text: Markup, longest: int, capabilities: Capabilities) -> list[Markup]:
    return splitting.split(text, longest, capabilities.units, partial(_counted, capabilities=capabilities))
