"""One spelling for what people type many ways: Təhsil, tehsil, TƏHSİL; Şəki, Sheki, Шеки; Xaçmaz, Khachmaz, Хачмаз.

Members type on phones without Azerbaijani letters, in Cyrillic, or as maps and passports write. A folded text is for
comparing only: it is never shown and never stored as somebody's name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_RUSSIAN: Final = dict(zip("абвгдезийклмнопрстуфхыэёіїєґ", "abvgdeziyklmnoprstufhieeiieg", strict=True)) | {
    "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip

_AZERBAIJANI: Final = {"ə": "e", "ı": "i", "q": "g"} | dict(zip("әғҝөүһҹј", "eggouhcy", strict=True))
"""With the Cyrillic letters it was written in until 2001, which older people still type."""

_LETTERS: Final = str.maketrans(_RUSSIAN | _AZERBAIJANI | dict.fromkeys("'’‘ʼ`´", ""))

_AFTER_CONSONANT: Final = re.compile("(?<=[бвгджзклмнпрстфхцчшщ])[юя]")
"""Here Russian writes the Azerbaijani ü and ə (Кюрдамир, Гянджа), elsewhere yu and ya (Юрий, Масазыр-Яшма)."""

_SOUNDS: Final = re.compile("dzh|dj|zh|sh|ch|kh|gh|[jhx]")
_SOUND: Final = {
    "dzh": "c", "dj": "c", "zh": "c", "j": "c", "ch": "c", "sh": "s", "gh": "g", "kh": "x", "h": "x", "x": "x",
}  # fmt: skip
"""No sound is written with h or j, so that folding what is folded changes nothing."""


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Small Latin letters and digits in words one space apart; "" when nothing of the kind was typed.

    Each of İ I ı i folds to i, so neither Python's rule for capitals nor the Turkic one is needed.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _AFTER_CONSONANT.sub(lambda found: "u" if found[0] == "ю" else "a", text).translate(_LETTERS)
    text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    text = text.translate(_LETTERS)  # again: a stress mark or a foreign accent may have hidden a letter
    text = _SOUNDS.sub(lambda found: _SOUND[found[0]], text)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split())
