"""What the bot says, in the reader's language: English sentences in the code, their translations in bot/locales.

    with speaking(member.language):
        turn.say(_("Welcome back, {name}.").format(name=member.name))

There are no lazy strings: `_` translates now, and what is declared before anybody is known (a form's questions) is
marked with `N_` and translated by whoever says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup

SOURCE: Final = "en"
"""The language of the code itself, which needs no catalog."""

LOCALES: Final = Path(__file__).resolve().parent.parent / "locales"

_CATALOGS: Final = {file.parts[-3]: file for file in sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))}

LANGUAGES: Final = (SOURCE, *_CATALOGS)
"""Every language the bot speaks. A new catalog is a new language."""

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into this language inside the block. One the bot does not speak reads English.

    Belongs to this thread or task alone: `run_in_executor` does not carry it over, so a database thread enters its own.
    """
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current() -> str:
    return _language.get()


def _(message: str) -> Markup:
    """The translation, as markup: `.format()` escapes its values, and `.unescape()` makes a plain label."""
    return Markup(_catalog(_language.get()).gettext(message)) if message else Markup()  # noqa: S704 - ours, not a person's


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark for translation later, by `_`."""
    return message


def ngettext(one: str, many: str, n: int) -> Markup:
    """The form that goes with this number: `ngettext("{n} member", "{n} members", n).format(n=n)`."""
    return Markup(_catalog(_language.get()).ngettext(one, many, n))  # noqa: S704 - ours, not a person's


@cache
def _catalog(language: str) -> NullTranslations:
    if language not in _CATALOGS:
        return NullTranslations()
    compiled = BytesIO()
    with _CATALOGS[language].open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
