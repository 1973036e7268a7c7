"""Which parts of an anonymous survey can be shown, so that no sum or difference of what is shown tells of a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

FEWEST: Final = 5
"""Of an anonymous survey nothing is shown of fewer people than these."""

OVERLAPPING: Final = "topics"
"""What somebody can have several of. Of everything else each person has one."""

Part = tuple[str, str]
"""By what, and which: ("region", "baku")."""


def tellable(people: Mapping[frozenset[Part], int]) -> set[Part]:
    """The parts that can be shown beside the whole, the largest first.

    However one multiplies, adds up and subtracts what is shown of everybody and of these parts, nothing is left of
    fewer than `FEWEST` people. What all answered alike is no secret even so.

    Args:
        people: how many answered who belong to just these parts.
    """
    whole, sizes = sum(people.values()), Counter[Part]()
    for parts, n in people.items():
        sizes.update(dict.fromkeys(parts, n))
    shown: set[Part] = set()
    marks = dict.fromkeys(people, 1)
    width = 1
    for part in sorted(sizes, key=lambda each: (-sizes[each], each)):
        by, _which = part
        told = sum(sizes[each] for each in shown if each[0] == by)
        if sizes[part] == whole or (by != OVERLAPPING and told + sizes[part] == whole):
            shown.add(part)  # it is the whole, or what the others leave of it
            continue
        marked = {parts: mark | (part in parts) << width for parts, mark in marks.items()}
        if sizes[part] >= FEWEST and _hides(marked, people, width + 1):
            shown.add(part)
            marks, width = marked, width + 1
    return shown if whole >= FEWEST else set()


def _hides(marks: Mapping[frozenset[Part], int], people: Mapping[frozenset[Part], int], width: int) -> bool:
    """Whether every combination of what is shown tells of `FEWEST` people at least.

    One that is nothing to people whose marks are independent, as many as there are numbers, is nothing at all: so each
    tells of somebody among them, and of one more among each further such people.

    Args:
        marks: which of the shown numbers count these people, a bit each.
        width: how many numbers that are.
    """
    left = Counter[int]()
    for parts, n in people.items():
        left[marks[parts]] += n
    ordered = [mark for mark, _n in left.most_common()]
    for _time in range(FEWEST):
        chosen = _independent((mark for mark in ordered if left[mark]), width)
        if len(chosen) < width:
            return False
        left.subtract(chosen)
    return True


def _independent(marks: Iterable[int], width: int) -> list[int]:
    """So many of them that are independent modulo two, and so at all; fewer where there are no more."""
    chosen: list[int] = []
    highest: dict[int, int] = {}
    for mark in marks:
        rest = mark
        while rest and (place := rest.bit_length()) in highest:
            rest ^= highest[place]
        if rest:
            highest[rest.bit_length()] = rest
            chosen.append(mark)
        if len(chosen) == width:
            break
    return chosen
