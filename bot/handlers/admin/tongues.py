"""What is written in which languages: asked for, and shown on the page of a draft."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Protocol

from markupsafe import Markup

from bot.core.fields import Choice
from bot.core.i18n import N_, _
from bot.core.locale import language_name, own_name
from bot.core.messages import Option
from bot.core.richtext import plain
from bot.turn import Turn

BEGINNING: Final = 300
"""Of the text, what the page shows, in characters."""


TONGUE: Final = Choice(
    "tongue",
    N_("Which language is it in?"),
    lambda turn, _answers: [Option(language, own_name(language)) for language in turn.network.languages],
    label=N_("Language"),
    suggested=lambda turn, _answers: str(turn.member.language),
)


class Texts(Protocol):
    """A newsletter, or what one is about."""

    @property
    def source(self) -> str: ...

    @property
    def texts(self) -> Mapping[str, str]: ...


def beginning(it: Texts) -> str:
    """How the text begins in the language it was first written in, plain."""
    text = plain(it.texts.get(it.source, ""))
    return text if len(text) <= BEGINNING else text[:BEGINNING].rstrip() + "…"


def language_lines(turn: Turn, written: Collection[str]) -> Iterator[Markup]:
    """In which of the network's languages it is written, and in which not."""
    here = [language_name(language) for language in turn.network.languages if language in written]
    missing = [language_name(language) for language in turn.network.languages if language not in written]
    yield _("Written in: {languages}").format(languages=", ".join(here))
    if missing:
        yield _("Not written in: {languages}").format(languages=", ".join(missing))


def word_options(turn: Turn, button: str, written: Collection[str]) -> list[Option]:
    """A button for each language of the network, to write in it: "survey_words:12" gives "survey_words:12:az"."""
    options = []
    for language in turn.network.languages:
        label = _("Change: {language}") if language in written else _("Add: {language}")
        options.append(Option(f"{button}:{language}", label.format(language=own_name(language)).unescape()))
    return options
