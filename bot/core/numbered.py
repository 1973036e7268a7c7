"""Options on a phone without buttons: written as "1. ...", understood when "2", "1 and 3" or a label comes back.

Answers are numbered, because a number is quickest to type. Back, skip, cancel and done keep their names: they look the
same under every question, while their numbers would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from bot.core.folding import fold
from bot.core.messages import Option

TICK: Final = "✓"

_ITEM: Final = r"[№#]?\s*(\d{1,4})(?:\s*[-–—]\s*(\d{1,4}))?"
_NUMBERS: Final = re.compile(rf"{_ITEM}(?:(?:[\s,;.+&]|və|ve|и|and)+{_ITEM})*", re.IGNORECASE)
_LABELS: Final = (re.compile(r"[,;+&\n]"), re.compile(r"\s(?:və|ve|и|and)\s", re.IGNORECASE))
_KEYCAP: Final = re.compile("\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}")
_AROUND: Final = " \t\r\n.,;:!…()[]\"'«»"
_FEWEST_LETTERS: Final = 3


def ticked(option: Option) -> str:
    return f"{TICK} {option.label}" if option.chosen else option.label


def lines(options: Iterable[Option]) -> Markup:
    """The options, one a line; those that open a page show where, and navigation is not among them."""
    written: list[Markup] = []
    number = 0
    for option in options:
        if option.url:
            written.append(Markup("{}: {}").format(option.label, option.url))
        elif not option.navigation:
            number += 1
            written.append(Markup("{}. {}").format(number, ticked(option)))
    return Markup("\n").join(written)


def pick(text: str, options: Iterable[Option], *, several: bool = False, partly: bool = True) -> list[Option] | None:
    """The options a person means, in the order they were named; None when it was something else.

    A number in range is always that option of `lines`. Otherwise it is a label or a word, or the beginning of words in
    just one answer's label, at least three letters long. Navigation has to be named in full: "Can" may well be a name.

    Args:
        text: what was typed, without formatting.
        options: as they were shown.
        partly: whether a part of a label will do.
        several: whether more than one may be meant: "1 3", "1, 3", "1 and 3", "1-3", "health, education".
    """
    choices = [option for option in options if not option.url]
    text = _KEYCAP.sub(" ", text).strip(_AROUND)
    found = _numbered(text, choices, several=several) or _labelled(text, choices, partly=partly)
    if found or not several:
        return found
    for between in _LABELS:
        pieces = [piece for piece in between.split(text) if piece.strip(_AROUND)]
        if len(pieces) > 1:
            named = [pick(piece, choices, several=True, partly=partly) for piece in pieces]
            return None if None in named else _once(option for options in named for option in options or ())
    return None


def missing(text: str, options: Iterable[Option]) -> int | None:
    """The first number in this text of numbers that none of the options has; None when it is something else."""
    text = _KEYCAP.sub(" ", text).strip(_AROUND)
    if not _NUMBERS.fullmatch(text):
        return None
    answers = sum(1 for option in options if not (option.url or option.navigation))
    named = [int(number) for item in re.findall(_ITEM, text) for number in item if number]
    return next((number for number in named if not 1 <= number <= answers), None)


def _numbered(text: str, choices: Sequence[Option], *, several: bool) -> list[Option] | None:
    if not _NUMBERS.fullmatch(text):
        return None
    answers = [option for option in choices if not option.navigation]
    named: list[Option] = []
    for first, last in re.findall(_ITEM, text):
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= len(answers) or (last and not several):
            return None
        named += answers[low - 1 : high]
    named = _once(named)
    return named if several or len(named) == 1 else None


def _labelled(text: str, choices: Sequence[Option], *, partly: bool) -> list[Option] | None:
    key = fold(text)
    if not key:
        return None
    whole = [option for option in choices if key in _names(option)]
    if whole or not partly or sum(letter.isalpha() for letter in key) < _FEWEST_LETTERS:
        return whole if len(whole) == 1 else None
    part = [option for option in choices if not option.navigation and f" {key}" in f" {fold(option.label)}"]
    return part if len(part) == 1 else None


def _names(option: Option) -> tuple[str, ...]:
    """What it is called: its label, also up to a comma ("Yes" of "Yes, I agree"), and its word."""
    return fold(option.label), fold(option.label.partition(",")[0]), fold(option.word)


def _once(options: Iterable[Option]) -> list[Option]:
    return list({option.id: option for option in options}.values())
