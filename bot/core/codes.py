"""Codes that people carry from one phone to another by eye and hand: short, unmistakable, forgiving when typed."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from typing import Final

SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I, which look alike."""

HALF: Final = 4

EXAMPLE: Final = "KM4P-7RTX"

_LOOK_ALIKES: Final = str.maketrans("АВСЕНКМРТУХЅЈԚԜҺҮЗ", "ABCEHKMPTYXSJQWHY3")
"""Cyrillic letters, for a keyboard that was left in Russian or Azerbaijani."""

_MOST: Final = 10
_FEWEST: Final = 6
"""Signs in what somebody means for a code, with one or two too many or forgotten."""


def draw() -> str:
    """A new code: eight signs, about 39 bits. Each half has a letter and a digit, so it is no word and no number."""
    return "".join(_half() for _ in range(2))


def shown(code: str) -> str:
    """As it is read and written down: "KM4P-7RTX"."""
    return f"{code[:HALF]}-{code[HALF:]}"


def read(text: str) -> str | None:
    """The code that was typed, in capitals or not, with whatever stands between its signs; None if it can be none."""
    typed = signs(text)
    halves = (typed[:HALF], typed[HALF:])
    return typed if len(typed) == 2 * HALF and all(map(_mixed, halves)) else None


def hashed(code: str) -> str:
    """What is kept of a code or a token: enough to recognise it, and of no use to whoever reads it."""
    return hashlib.sha256(code.encode()).hexdigest()


def resembles(text: str) -> bool:
    """Whether somebody means a code, perhaps with a slip."""
    typed = signs(text)
    ours = typed.isascii() and any(map(str.isdigit, typed)) and any(map(str.isalpha, typed))
    return ours and _FEWEST <= len(typed) <= _MOST


def short() -> str:
    """One half of a code, where a guess does no harm: "7RTX"."""
    return _half()


def _half() -> str:
    while not _mixed(half := "".join(secrets.choice(SIGNS) for _ in range(HALF))):
        pass
    return half


def _mixed(half: str) -> bool:
    return set(half) <= set(SIGNS) and not half.isdigit() and not half.isalpha()


def signs(text: str) -> str:
    """What of it can be part of a code, in capitals."""
    capitals = unicodedata.normalize("NFKC", text).upper().translate(_LOOK_ALIKES)
    return "".join(sign for sign in capitals if sign.isalnum())
