"""A question with more answers than fit on a phone: type a part, pick what is found, or add what is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from bot.core.fields.choosing import not_among
from bot.core.fields.field import (
    Answered,
    Asking,
    Field,
    Given,
    Invalid,
    Prompt,
    State,
    Stay,
    Turn,
    fitting,
    readable,
    translated,
)
from bot.core.folding import fold
from bot.core.i18n import _
from bot.core.messages import Option

PAGE: Final = 8
MORE: Final = "more"
NEW: Final = "new"

_FEWEST_LETTERS: Final = 2
"""Of a name that may be added: "3" after a list is a slip."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was picked, as it was called then; without an id, what shall be added under that label."""

    label: str
    id: str = ""

    @property
    def new(self) -> bool:
        return not self.id


@dataclass(frozen=True)
class Search(Field):
    """One of many. The answer is a `Found`.

    What is found is always shown before it is taken, also when it is just one, so a near match asks "is it this one?".

    Attributes:
        find: options for what was typed, best first; for "" those to begin with, or none. Ids other than "more", "new"
            and those of navigation.
        new: label of the option that adds what was typed, with {typed}; without one, only what is known can be picked.
        longest: of what may be typed, in characters.
    """

    find: Callable[[Turn, str], Sequence[Option]]
    new: str = ""
    longest: int = 160

    def ask(self, asking: Asking) -> Prompt:
        query = str(asking.state.get("query", ""))
        found = self._found(asking, query)
        start = _start(asking.state, found)
        shown = list(found[start : start + PAGE])
        if len(found) > PAGE:
            shown.append(Option(MORE, _("More").unescape(), navigation=True))
        if query and self.new:
            shown.append(self._adding(query))
        return Prompt(self._text(asking, query, found), tuple(shown))

    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        query = str(asking.state.get("query", ""))
        found = self._found(asking, query)
        if given.option == MORE:
            return Stay({"query": query, "start": _start(asking.state, found) + PAGE})
        if given.option == NEW and query and self.new and _meant(given, self._adding(query).label, query):
            return Answered(self.dump(Found(query)))
        for option in found:
            if option.id == given.option and _meant(given, option.label):
                return Answered(self.dump(Found(option.label, option.id)))
        if given.options and not given.text:
            raise not_among(given)
        typed = fitting(" ".join(readable(given).split()), self.longest)
        if self.new and sum(letter.isalpha() for letter in typed) < _FEWEST_LETTERS:
            raise Invalid(_("Please write the name."))
        if not self.new and not self._found(asking, typed):
            return Stay({}, _("I found nothing for “{typed}”. Please try another spelling.").format(typed=typed))
        return Stay({"query": typed})

    def dump(self, value: Found) -> dict[str, str]:
        return {"id": value.id, "label": value.label}

    def load(self, value: Any) -> Found:  # noqa: ANN401 - JSON
        return Found(str(value["label"]), str(value["id"]))

    def show(self, asking: Asking, value: Found) -> Markup:  # noqa: ARG002 - the protocol's
        return escape(value.label)

    def _found(self, asking: Asking, query: str) -> list[Option]:
        return [translated(option) for option in self.find(asking.turn, query)]

    def _adding(self, query: str) -> Option:
        return Option(NEW, _(self.new).format(typed=query).unescape())

    def _text(self, asking: Asking, query: str, found: list[Option]) -> Markup:
        if not query:
            return self.put(asking)
        if found:
            return _("Is it one of these? If not, write it in another way.")
        unknown = _("I do not know “{typed}” yet. If it is written correctly, add it; if not, write it again.")
        return unknown.format(typed=query)


def _start(state: State, found: list[Option]) -> int:
    """Where the page begins; after the last one comes the first."""
    start = int(state.get("start", 0))
    return start if start < len(found) else 0


def _meant(given: Given, *names: str) -> bool:
    """A tap, its number, or the whole of a name.

    A part of a label is a new search: "Youth Club" need not mean the one "Baku Youth Club" on the screen. But one that
    was shortened there is all that was to be seen, and some taps come as what was seen.
    """
    typed = given.plain
    if not any(letter.isalpha() for letter in typed) or fold(typed) in map(fold, names):
        return True
    seen, ellipsis, rest = typed.rpartition("…")
    return bool(ellipsis and not rest) and any(name.startswith(seen) for name in names)
