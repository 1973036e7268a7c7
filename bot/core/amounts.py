"""How much: amounts of money as people write them, in any language: "50 000 AZN", "до 20 тыс. евро", "10-20 min manat".

What was written is put into a line of signs, one for each thing that was understood, and that line is compared with
what an amount can look like. So nothing that was not understood is ever left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple
from unicodedata import normalize

from babel.numbers import list_currencies
from markupsafe import Markup, escape

from bot.core.folding import fold
from bot.core.i18n import _
from bot.core.locale import number

MOST: Final = 1_000_000_000_000
"""Largest amount that is believed."""

LONGEST: Final = 100
"""Longest text that is looked at, in characters."""


class Money(NamedTuple):
    """From `least` to `most` whole units of a currency ("AZN"); equal for one sum, None where there is no bound."""

    least: int | None
    most: int | None
    currency: str

    def words(self, language: str = "") -> Markup:
        """With its ISO code, which every phone can show: "50,000 AZN", "up to 50,000 AZN"; a dash for no amount."""
        least, most = (None if bound is None else number(bound, language) for bound in self[:2])
        if least is None and most is None:
            return Markup("–")
        if least is None:
            amount = _("up to {amount}").format(amount=most)
        elif most is None:
            amount = _("from {amount}").format(amount=least)
        else:
            amount = escape(least if least == most else f"{least}–{most}")
        return Markup("\u00a0").join(part for part in (amount, escape(self.currency)) if part)


_GROUPED: Final = re.compile(r"(\d{1,3}(?:([ .,'’])\d{3})(?:\2\d{3})*(?!\d)|\d+)(?:[.,](\d{1,2})(?!\d))?")
_TOKEN: Final = re.compile(rf"{_GROUPED.pattern}|([^\W\d_]+)|([^\s\w.,:;])")

_SIGNS: Final = {
    "₼": "AZN", "$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB", "₺": "TRY", "₾": "GEL", "¥": "JPY",
}  # fmt: skip

_CURRENCIES: Final = {
    "AZN": "manat* манат* ман",
    "USD": "dollar* dolar* доллар* долл",
    "EUR": "euro euros avro* евро",
    "GBP": "pound* funt* фунт*",
    "RUB": "rubl* рубл* руб rub",
    "TRY": "lira* lirə* лир* TL",
    "GEL": "lari* лари",
    "CHF": "frank* franc* франк*",
}
_POWERS: Final = {
    1_000: "min* k тыс тысяч* thousand* bin",
    1_000_000: "mln m million* milyon* миллион* млн",
    1_000_000_000: "mlrd bn billion* milyard* миллиард* млрд",
}
_MEANINGS: Final = {
    "": "в a ə ya yə US ABŞ США amerikan* американск* summa* сумма amount of məbləğ* arasında чем",
    "X": "yox yoxdur нет no none unknown bilinmir məlum deyil неизвестно not known said",
    "U": "up max maks maximum maksimum* максимум* не_более не_больше at_most no_more_than not_more_than ən_çox",
    "G": "from от at_least not_less_than no_less_than не_менее не_меньше ən_az ən_azı minimum minimal* between",
    "T": "to до по and и və ilə",
    "K": "qədər dək кimi",
    "D": "dan dən den",
}
"""U before a sum: at most. G: at least. T between two. K and D after one: at most, at least. X: there is none."""

_ENDED: Final = re.compile(r"(.+?)(?:y?[ae])?(dek|dan|den)")
_ENDINGS: Final = 4
"""Letters that may follow a stem marked with *."""

_SHORT: Final = 3
"""Letters of a stem with which other words begin too: "min", and "minutes"."""

_SHAPES: Final = {
    "exact": re.compile(r"NM?"),
    "most": re.compile(r"[UT]{1,2}NM?|NM?[KU]"),
    "least": re.compile(r"GNM?[DG]?|NM?[DG+]"),
    "range": re.compile(r"G?NM?D?[TU-]{1,2}NM?K?|G?NM?DNM?K?"),
    "none": re.compile(r"X{1,2}|-"),
}


def money_in(text: str) -> Money | None:
    """What was meant, its currency "" where none was named; None for what is no amount. Never raises.

    An amount without any sum, such as "none", is a `Money` of two bounds that are None.
    """
    said = _read(text) if len(text) <= LONGEST else _Said()
    shape = next((name for name, shape in _SHAPES.items() if shape.fullmatch(said.signs)), "")
    if not shape or len(said.currencies) > 1 or (shape == "none" and said.currencies):
        return None
    if shape == "none":
        return Money(None, None, "")
    sums = said.whole_sums()
    if sums is None:
        return None
    least = None if shape == "most" or (shape == "range" and not sums[0]) else sums[0]
    return Money(least, None if shape == "least" else sums[-1], "".join(said.currencies))


def currency_of(text: str) -> str:
    """The ISO code, where nothing but a currency was named; else ""."""
    said = _read(text[:LONGEST])
    return "" if said.signs or len(said.currencies) != 1 else said.currencies.pop()


def is_power(word: str) -> bool:
    """Whether a word behind a number multiplies it: "min", "тысяч", "million". Not "minutes"."""
    exact, stems = _known()
    folded = fold(word)
    longer = (meaning for stem, meaning in stems.items() if len(stem) > _SHORT and folded.startswith(stem))
    return any(meaning.isdecimal() for meaning in (exact.get(folded, ""), *longer))


@dataclass(slots=True)
class _Sum:
    """As it was written: digits before and after the point, and a thousand or a million behind them."""

    digits: str
    fraction: str
    power: int = 1

    def whole(self) -> int | None:
        value, rest = divmod(int(self.digits + self.fraction) * self.power, 10 ** len(self.fraction))
        return None if rest else value


@dataclass(slots=True)
class _Said:
    """What was written: a sign for each thing, N for a sum and M for its thousand; ? for what is not understood."""

    signs: str = ""
    sums: list[_Sum] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)

    def take(self, meaning: str) -> None:
        if meaning in list_currencies():
            self.currencies.add(meaning)
        elif meaning.isdecimal() and self.signs.endswith("N"):
            self.sums[-1].power = int(meaning)
            self.signs += "M"
        elif meaning == "1000" and not self.signs:  # "min" before a sum
            self.signs = "G"
        else:
            self.signs += "?" if meaning.isdecimal() else meaning

    def whole_sums(self) -> list[int] | None:
        """None where one has a fraction. In "10-20 thousand" both are thousands."""
        first, last = self.sums[0], self.sums[-1]
        if first.power == 1 and int(first.digits) <= int(last.digits):
            first.power = last.power
        whole = [each.whole() for each in self.sums]
        return None if None in whole else [each for each in whole if each is not None]


def _read(text: str) -> _Said:
    said = _Said()
    text = re.sub(r"-(?=[^\W\d_])", " ", re.sub(r"[‒–—−]", "-", normalize("NFKC", text)))
    tokens = [*_TOKEN.finditer(text)]
    while tokens:
        token = tokens.pop(0)
        digits, _separator, fraction, word, sign = token.groups()
        if digits:
            said.sums.append(_Sum(re.sub(r"\D", "", digits), fraction or ""))
            said.signs += "N"
        elif sign:
            said.take(_SIGNS.get(sign, sign if sign in "+-" else "?"))
        else:
            words = [fold(word), *(fold(each[4]) for each in tokens[:2] if each[4])]
            for meaning, length in _meanings(words):
                said.take(meaning)
                del tokens[: length - 1]
    return said


def _meanings(words: list[str]) -> Iterator[tuple[str, int]]:
    """What a word means with those behind it, and how many it takes; with an ending that means something, both."""
    known = _known()
    for length in (3, 2):
        if len(words) >= length and " ".join(words[:length]) in known[0]:
            yield known[0][" ".join(words[:length])], length
            return
    yield from ((meaning, 1) for meaning in _of_word(words[0]))


def _of_word(word: str) -> tuple[str, ...]:
    exact, stems = _known()
    if word in exact:
        return (exact[word],)
    if ended := _ENDED.fullmatch(word):
        return (*_of_word(ended[1]), exact[ended[2]])
    if found := [stem for stem in stems if word.startswith(stem) and len(word) <= len(stem) + _ENDINGS]:
        return (stems[max(found, key=len)],)
    code = word.upper()
    return (code,) if code in list_currencies() else ("?",)


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """The meaning of each word or phrase, and of each beginning of a word."""
    exact, stems = {}, {}
    tables = (_CURRENCIES, {str(power): words for power, words in _POWERS.items()}, _MEANINGS)
    for meaning, words in ((meaning, words) for table in tables for meaning, words in table.items()):
        for word in words.split():
            exact[fold(word)] = meaning
            if word.endswith("*"):
                stems[fold(word)] = meaning
    return exact, stems
