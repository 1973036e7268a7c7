"""What every question of a form has in common: how it is put, what comes back, and what that can lead to.

A field keeps nothing: what a half-given answer needs (ticks, a search and its page) is a `state` of plain JSON that the
form carries for it, so that a restart between two messages changes nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Final

from markupsafe import Markup, escape

from bot.core.i18n import N_, _, ngettext
from bot.core.messages import Attachment, Kind, Option, Point
from bot.core.richtext import plain

Turn = Any
"""The `bot.turn.Turn` being handled. The core only hands it on to the functions a form was declared with."""

Answers = Mapping[str, Any]
"""The typed answers so far, by field name. One that was skipped is None; one not asked yet is absent: use `.get`."""

State = Mapping[str, Any]

Question = str | Callable[[Turn, Answers], str]
"""A msgid marked with `N_`, or a function where the question needs facts (its result is said as it is)."""

Options = Sequence[Option] | Callable[[Turn, Answers], Sequence[Option]]
"""Labels may be msgids marked with `N_`. A function is called when it is asked and again when it is answered."""

UNREADABLE: Final = {
    Kind.FILE: N_("I cannot do anything with a file here."),
    Kind.STICKER: N_("I cannot read stickers."),
    Kind.VOICE: N_("I cannot listen to voice messages."),
    Kind.LOCATION: N_("I cannot read a location from the map."),
    Kind.OTHER: N_("I cannot read this kind of message."),
}
"""What is said about what is neither text nor a tap, before the question or the menu comes again."""


_NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, what they answered before, and what the step remembers of a half-given answer."""

    turn: Turn
    answers: Answers = field(default_factory=dict)
    state: State = field(default_factory=dict)


class Invalid(Exception):  # noqa: N818 - not an error of ours: the person is told, and asked again
    """It does not answer the question. The sentence is for the person; everything stays where it was."""

    def __init__(self, sentence: Markup) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Given:
    """What the person sent in answer.

    Attributes:
        kind: how it came.
        text: what was typed, with its formatting, or the caption of a file.
        options: ids of the options that were tapped, or that the typed text names.
        attachment: the file, if it is one.
        point: the place on the map, if it is one.
    """

    kind: Kind = Kind.TEXT
    text: Markup = _NOTHING
    options: tuple[str, ...] = ()
    attachment: Attachment | None = None
    point: Point | None = None

    @property
    def plain(self) -> str:
        return plain(self.text)

    @property
    def option(self) -> str:
        """The option, when it is just one."""
        return self.options[0] if len(self.options) == 1 else ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question as it is put now.

    Attributes:
        several: whether one reply may name several of the options.
    """

    text: Markup
    options: tuple[Option, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """This is the answer, as the JSON that `load` reads; how it was understood, where that is worth saying."""

    value: Any
    notice: Markup = _NOTHING


@dataclass(frozen=True, slots=True)
class Stay:
    """Not answered yet, but understood: ask again in the new state, with the notice in front."""

    state: State
    notice: Markup = _NOTHING


@dataclass(frozen=True)
class Field(ABC):
    """One question.

    Attributes:
        name: key of its answer, and what a stored conversation remembers it by: renaming it asks the question again.
        question: what is asked.
        label: a word or two for the summary and its *change* buttons; without one, the question itself.
        hint: a second sentence under the question.
        optional: may be skipped; the answer is then None.
        when: asked only if this holds for the answers before it.
    """

    name: str
    question: Question
    _: KW_ONLY
    label: str = ""
    hint: str = ""
    optional: bool = False
    when: Callable[[Answers], bool] | None = None

    @abstractmethod
    def ask(self, asking: Asking) -> Prompt:
        """Put the question. The form adds back, skip and cancel."""

    @abstractmethod
    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        """Understand what came back.

        Raises:
            Invalid: it is no answer to this question.
        """

    def show(self, asking: Asking, value: Any) -> Markup:  # noqa: ANN401, ARG002 - what `load` returns
        """The answer as the summary shows it."""
        return escape(value)

    def dump(self, value: Any) -> Any:  # noqa: ANN401 - each field its own type
        """The typed answer as JSON."""
        return value

    def load(self, value: Any) -> Any:  # noqa: ANN401 - each field its own type
        """The typed answer from JSON.

        Raises:
            TypeError, ValueError, KeyError: it was stored by another kind of field; the question is asked again.
        """
        if not isinstance(value, str):
            raise TypeError("not a text")
        return value

    def shows_answer(self) -> bool:
        """Whether the question, when it is asked again, already shows what was answered."""
        return False

    def put(self, asking: Asking) -> Markup:
        """The question with its hint."""
        question = escape(self.question(asking.turn, asking.answers)) if callable(self.question) else _(self.question)
        return Markup("\n").join(part for part in (question, self.hinted(asking)) if part)

    def hinted(self, asking: Asking) -> Markup:  # noqa: ARG002 - what some know of the turn
        """The hint."""
        return _(self.hint)

    def called(self) -> Markup:
        """The label."""
        if callable(self.question):
            return _(self.label) or escape(self.name)
        return _(self.label or self.question)


def readable(given: Given) -> str:
    """What was written, trimmed.

    Raises:
        Invalid: nothing was, or it is a sticker, a voice message...
    """
    text = given.plain.strip()
    if given.kind in UNREADABLE or not text:
        raise refusal(given, _("Please write your answer."))
    return text


def refusal(given: Given, please: Markup) -> Invalid:
    """Ask for something else; of a sticker, a voice message... say first that it cannot be read."""
    return Invalid(_(UNREADABLE[given.kind]) + " " + please if given.kind in UNREADABLE else please)


def fitting(text: str, longest: int) -> str:
    """The text, if it has at most that many characters.

    Raises:
        Invalid: it has more; says how many.
    """
    if len(text) > longest:
        over = len(text) - longest
        raise Invalid(
            ngettext(
                "That is {n} character too long: up to {longest} fit here. Please make it shorter.",
                "That is {n} characters too long: up to {longest} fit here. Please make it shorter.",
                over,
            ).format(n=over, longest=longest)
        )
    return text


def options_of(options: Options, asking: Asking) -> tuple[Option, ...]:
    """The options as they are now, their labels in the reader's language."""
    return tuple(map(translated, options(asking.turn, asking.answers) if callable(options) else options))


def translated(option: Option) -> Option:
    """With a msgid for a label, its translation; any other label, a name somebody gave, stays as it is."""
    label = _(option.label)
    return option if label == option.label else replace(option, label=label.unescape())
