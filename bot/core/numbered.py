"""Options on a phone without buttons: written as "1. ...", understood when "2", "1 and 3" or a label comes back.

Answers are numbered, because a number is quickest to type. Back, skip, cancel and done keep their names: they look the
same under every question, while their numbers would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup
from rapidfuzz import fuzz

from bot.core.folding import fold
from bot.core.messages import Option

TICK: Final = "✓"

_ITEM: Final = r"[№#]?\s*(\d{1,4})(?:\s*[-–—]\s*(\d{1,4}))?"
_NUMBERS: Final = re.compile(rf"{_ITEM}(?:(?:[\s,;.+&]|və|ve|и|and)+{_ITEM})*", re.IGNORECASE)
_LABELS: Final = (re.compile(r"[,;+&\n]"), re.compile(r"\s(?:və|ve|и|and)\s", re.IGNORECASE))
_KEYCAP: Final = re.compile("\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}")
_AROUND: Final = " \t\r\n.,;:!…()[]\"'«»"
_FEWEST_LETTERS: Final = 3
_SHORTEST_BEGINNING: Final = 4
"""Of what leads on, back or out, in letters."""
_NEAR: Final = 80
"""Of 100: one wrong letter in five."""


def ticked(option: Option) -> str:
    return f"{TICK} {option.label}" if option.chosen else option.label


def lines(options: Sequence[Option]) -> Markup:
    """The options, one a line; those that open a page show where, and navigation is not among them."""
    written: list[Markup] = []
    places = _places(options)
    numbers = {option.id: number for number, option in places.items()} if places == _numbers(options) else {}
    for option in options:
        if option.url:
            written.append(Markup("{}: {}").format(option.label, option.url))
        elif not option.navigation:
            number = numbers.get(option.id)
            written.append(Markup("{} {}").format(f"{number}." if number else "•", ticked(option)))
    return Markup("\n").join(written)


def pick(text: str, options: Iterable[Option], *, several: bool = False, partly: bool = True) -> list[Option] | None:
    """The options a person means, in the order they were named; None when it was something else.

    A number in range is always that option of `lines`; where the options are numbers themselves, "0", "1", "2" and so
    on, and would be confused with their places, it is the one that is called so. Otherwise it is a label or a word, or
    the beginning of words in just one answer's label, at least three letters long. Navigation has to be named in full:
    "Can" may well be a name.
    What begins both an answer and navigation is neither.

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


def missing(text: str, options: Sequence[Option]) -> int | None:
    """The first number in this text of numbers that none of the options has; None when it is something else."""
    text = _KEYCAP.sub(" ", text).strip(_AROUND)
    if not _NUMBERS.fullmatch(text):
        return None
    numbers = _numbers(options)
    named = [int(number) for item in re.findall(_ITEM, text) for number in item if number]
    return next((number for number in named if number not in numbers), None)


def nearly(text: str, options: Sequence[Option]) -> Option | None:
    """What leads on, back or out whose label this begins, or is but for a letter: "hazır" for "Hazırdır".

    To be asked only about what is no answer: "Cansel" may well be a name.
    """
    key = fold(text)
    navigation = [option for option in options if option.navigation]
    near = _begun(key, navigation) or [option for option in navigation if fuzz.ratio(key, fold(option.label)) >= _NEAR]
    return near[0] if len(near) == 1 and not _part(key, options) else None


def _numbered(text: str, choices: Sequence[Option], *, several: bool) -> list[Option] | None:
    if not _NUMBERS.fullmatch(text):
        return None
    numbers = _numbers(choices)
    named: list[Option] = []
    for first, last in re.findall(_ITEM, text):
        low, high = int(first), int(last or first)
        if low > high or not {low, high} <= numbers.keys() or (last and not several):
            return None
        named += [option for number, option in numbers.items() if low <= number <= high]
    named = _once(named)
    return named if several or len(named) == 1 else None


def _numbers(options: Sequence[Option]) -> dict[int, Option]:
    """What a typed number means: the place of an answer, unless their labels would then mean others than themselves."""
    places = _places(options)
    called = {int(option.label): option for option in places.values() if option.label.isdecimal()}
    misleading = any(number in places and places[number] != option for number, option in called.items())
    return called if misleading else places


def _places(options: Sequence[Option]) -> dict[int, Option]:
    return dict(enumerate((option for option in options if not (option.url or option.navigation)), 1))


def _labelled(text: str, choices: Sequence[Option], *, partly: bool) -> list[Option] | None:
    key = fold(text)
    if not key:
        return None
    whole = [option for option in choices if key in _names(option)]
    if whole or not partly or sum(letter.isalpha() for letter in key) < _FEWEST_LETTERS:
        return whole if len(whole) == 1 else None
    part = _part(key, choices)
    return part if len(part) == 1 and not _begun(key, choices) else None


def _part(key: str, options: Iterable[Option]) -> list[Option]:
    """The answers in whose labels it begins words."""
    return [option for option in options if not option.navigation and f" {key}" in f" {fold(option.label)}"]


def _begun(key: str, options: Iterable[Option]) -> list[Option]:
    """What leads on, back or out that it is enough of a beginning of."""
    if sum(letter.isalpha() for letter in key) < _SHORTEST_BEGINNING:
        return []
    return [option for option in options if option.navigation and fold(option.label).startswith(key)]


def _names(option: Option) -> tuple[str, ...]:
    """What it is called: its label, also up to a comma ("Yes" of "Yes, I agree"), and its word."""
    return fold(option.label), fold(option.label.partition(",")[0]), fold(option.word)


def _once(options: Iterable[Option]) -> list[Option]:
    return list({option.id: option for option in options}.values())
