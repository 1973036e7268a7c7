"""What was written in some of the languages, for a reader of any of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from markupsafe import Markup

from bot.core.i18n import _
from bot.core.locale import language_name


class Written(Protocol):
    """A call or an event."""

    @property
    def source(self) -> str: ...

    @property
    def titles(self) -> Mapping[str, str]: ...

    @property
    def texts(self) -> Mapping[str, str]: ...


class Read(NamedTuple):
    """What a reader gets: plain title, markup, and the language it really is in."""

    title: str
    text: Markup
    language: str


def read(written: Written, language: str) -> Read:
    """In the reader's language, or else in the one it was first written in."""
    used = language if language in written.titles else written.source
    return Read(written.titles.get(used, ""), Markup(written.texts.get(used, "")), used)  # noqa: S704 - stored as markup


def title(written: Written, language: str) -> str:
    """Plain, in this language or else the one it was first written in."""
    return read(written, language).title


def marked(title: str, used: str, language: str) -> Markup:
    """The title, with a word about its language where that is not the reader's."""
    if used == language:
        return Markup("{}").format(title)
    return _("{title} (in {language})").format(title=title, language=language_name(used))
