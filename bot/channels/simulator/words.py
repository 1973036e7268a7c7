"""The few words a browser phone shows of itself, in its owner's language."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from babel import Locale

from bot.core.i18n import LANGUAGES, N_, _, speaking
from bot.core.locale import own_name

_WORDS: Final = {
    "message": N_("Message"),
    "send": N_("Send"),
    "start": N_("Start"),
    "menu": N_("Menu"),
    "attach": N_("Attach"),
    "photo": N_("Photo"),
    "document": N_("Document"),
    "sticker": N_("Sticker"),
    "voice": N_("Voice message"),
    "location": N_("Location"),
    "edited": N_("edited"),
    "bot": N_("bot"),
    "off": N_("This phone is switched off"),
    "switch_on": N_("Switch on"),
    "blocked": N_("You have blocked this bot"),
    "unblock": N_("Unblock"),
    "window_open": N_("Window open: {left}"),
    "window_closed": N_("Window closed: only a bell can ring"),
    "bell": N_("Bell: a template"),
    "close": N_("Close"),
}


@cache
def words() -> dict[str, dict[str, Any]]:
    """Language -> what the page calls it -> the word, or the list of months or weekdays; for every language spoken."""
    return {language: _words(language) for language in LANGUAGES}


def _words(language: str) -> dict[str, Any]:
    names = Locale.parse(language)
    months, weekdays = names.months["format"]["wide"], names.days["format"]["wide"]
    with speaking(language):
        own = {key: _(word).unescape() for key, word in _WORDS.items()}
    return own | {
        "language": own_name(language),
        "months": [months[number] for number in range(1, 13)],
        "weekdays": [weekdays[number] for number in (6, 0, 1, 2, 3, 4, 5)],
    }
