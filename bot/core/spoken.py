"""What is said of a day and an hour, put as a calendar knows it: without case endings, and with all letters."""

from __future__ import annotations

import re
from typing import Final

from bot.core.folding import fold

_MONTHS: Final = "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr"
_WEEKDAYS: Final = "bazar ertəsi çərşənbə axşamı cümə şənbə"
_AZERBAIJANI: Final = {
    fold(word): word
    for word in f"{_MONTHS} {_WEEKDAYS} sabah bu gün saat dəqiqə həftə gələn axşam səhər günorta".split()
} | {"bugun": "bu gün", "birigun": "2 gün ərzində", "sonra": "ərzində", "novbeti": "gələn", "gunu": "", "yarim": "0.5"}
_ENDINGS: Final = frozenset(
    ["a", "da", "dan", "de", "den", "e", "i", "in", "ki", "n", "nin", "nun", "u", "un", "ya", "ye"]
)

_SPOKEN: Final = (
    (r"\([^)]*\)", " "),
    (r"\bbu (?=axşam|səhər)", "bu gün "),
    (r"\bthis (?=evening|afternoon|morning)", "today "),
    (r"\bo biri gün\b|\bbirisi gün\b", "2 gün ərzində"),
    (r"\bgünorta ərzində\b", "axşam"),
    (r"\bay[ıi]n (\d{1,2})(?:-?[cs]?[iıuü])?(?:-?n?d[aəe])?\b", r"№\1,"),
    (r"\b(\d{1,2})(?:-?(?:го|ое|е))? числа\b|\b(\d{1,2})-?го\b(?! *[а-яё]{3})", r"№\1\2,"),
    (r"\bthe (\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|[a-z]{3}))", r"№\1,"),
    (r"\b(?:gələn|bu) (?=bazar|çərşənbə|cümə|şənbə)", ""),
    (r"\b(?:следующ\w+|эт[уо]т?|ближайш\w+) (?=пн|пон|вт|ср|чт|чет|пт|пят|сб|суб|вс|вос)", ""),
    (r"\b(\d{1,2})-?(?:го|ое|е)\b", r"\1"),
    (r"\bo['’]clock\b", " "),
    (r"\bbir (?=saat|gün ərzində|həftə|dəqiqə)", "1 "),
    (r"(?<=\d)-(?:[iıuü]|[cs][iıuü])\b", ""),
    (rf"\b({'|'.join(_MONTHS.split())}) (\d{{1,2}})-?d[aəe]\b", r"\1 \2"),
    (r"\bhalf an hour\b", "30 minutes"),
    (r"\bчерез день\b", "послезавтра"),
    (r"(?<!in )\b(\d{1,2}) ?h\b", r"\1:00"),
    (r"\b0\.5 saat\b", "30 dəqiqə"),
)  # fmt: skip
"""What is said beside the date, in this order. "№25" is the 25th of whatever month."""


def spoken(text: str) -> str:
    """In small letters, with Azerbaijani words as the calendar knows them."""
    said = " ".join(text.replace("İ", "i").lower().split()).strip(" .,;!?")
    said = " ".join(re.sub(r"[^\W\d_]+", _known, said).split())
    for pattern, instead in _SPOKEN:
        said = re.sub(pattern, instead, said)
    return " ".join(said.split())


def _known(word: re.Match[str]) -> str:
    if not word[0].isascii() and re.search("[а-яё]", word[0]):
        return word[0]
    folded = fold(word[0])
    if folded in _AZERBAIJANI:
        return _AZERBAIJANI[folded]
    stems = [stem for stem in _AZERBAIJANI if folded.startswith(stem) and folded.removeprefix(stem) in _ENDINGS]
    return _AZERBAIJANI[max(stems, key=len)] if stems else word[0]
