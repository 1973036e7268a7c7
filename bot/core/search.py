"""Finds what a person means by what they typed: a region, a country, their organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from bot.core.folding import fold

K = TypeVar("K")

_NEAR: Final = 75
"""Of 100: one wrong letter in five."""

_SHORTEST_PART: Final = 3
"""Two letters stand somewhere in almost every name."""

_LEGAL_FORMS: Final = (
    "ictimai birliyi", "ictimai birlik", "qeyri-hökumət təşkilatı", "təşkilatı", "cəmiyyəti", "assosiasiyası",
    "ittifaqı", "xeyriyyə", "fondu", "fond", "QHT", "İB",
    "public union", "public association", "public organization", "public organisation",
    "non-governmental organization", "non-governmental organisation", "organization", "organisation", "association",
    "society", "union", "charity", "foundation", "fund", "NGO", "CSO", "PU",
    "общественное объединение", "общественная организация", "неправительственная организация", "организация",
    "ассоциация", "общество", "союз", "благотворительный", "фонд", "НПО", "ОО",
)  # fmt: skip
_LEGAL_FORM: Final = re.compile(rf"\b(?:{'|'.join(sorted(map(fold, _LEGAL_FORMS), key=len, reverse=True))})\b")


def search(query: str, entries: Iterable[tuple[K, Iterable[str]]], limit: int = 10) -> list[K]:
    """Keys of the entries that may be meant, best first; equally good ones keep the order they came in.

    Best is the whole of a label, then its beginning, the beginnings of its words, a part of it. What is only spelled
    nearly so is found when there is none of these.
    """
    sought = fold(query)
    if not sought:
        return []
    ranked = [(max((_rank(sought, fold(label)) for label in labels), default=0), key) for key, labels in entries]
    certain = any(rank > 100 for rank, _ in ranked)  # noqa: PLR2004 - see _rank
    found = [(rank, key) for rank, key in ranked if rank > (100 if certain else 0)]
    return [key for _, key in sorted(found, key=lambda hit: -hit[0])[:limit]]


def similar(name: str, entries: Iterable[tuple[K, Iterable[str]]], cutoff: float = 85) -> list[K]:
    """Keys of the organisations that may be this one, best first.

    Legal forms ("Public Union", "QHT") count for nothing, the order of words neither.

    Args:
        name: as the person typed it.
        entries: key and names of each known organisation.
        cutoff: of 100.
    """
    sought = without_legal_form(name)
    if not sought:
        return []
    ranked = [
        (max((fuzz.token_sort_ratio(sought, without_legal_form(label)) for label in labels), default=0), key)
        for key, labels in entries
    ]
    return [key for _, key in sorted((hit for hit in ranked if hit[0] >= cutoff), key=lambda hit: -hit[0])]


def nearest(name: str, folded: Mapping[K, str], limit: int, cutoff: float = 85) -> list[K]:
    """As `similar`, for very many organisations of one name each, folded already: a hundred thousand in 0.1 seconds."""
    names = {key: _bare(label) for key, label in folded.items()}
    hits = process.extract(
        without_legal_form(name), names, scorer=fuzz.token_sort_ratio, processor=None, score_cutoff=cutoff, limit=limit
    )
    return [key for _, _, key in hits]


def without_legal_form(name: str) -> str:
    """The folded name without "Public Union", "QHT" and the like, or all of it when it is nothing else."""
    return _bare(fold(name))


def _rank(sought: str, label: str) -> float:
    """Over 100 what matches, up to 100 what comes near, 0 what does not."""
    words = label.split()
    if sought == label:
        return 104
    if label.startswith(sought):
        return 103
    if all(any(word.startswith(part) for word in words) for part in sought.split()):
        return 102
    if sought in label and len(sought) >= _SHORTEST_PART:
        return 101
    return max((fuzz.ratio(sought, part, score_cutoff=_NEAR) for part in (label, *words)), default=0)


@lru_cache(maxsize=131_072)
def _bare(folded: str) -> str:
    return " ".join(_LEGAL_FORM.sub(" ", folded).split()) or folded
