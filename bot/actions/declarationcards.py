"""The card of a declaration, which is sent: what it is called, how it begins, and until when it can be signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from bot.actions.localized import marked, read
from bot.core.i18n import _, speaking
from bot.core.locale import zoned_words
from bot.core.richtext import plain
from bot.network import Network
from storage.declarations import Declaration, DeclarationState

LONGEST: Final = 500
"""Of a text, what the card shows; the whole stands behind its button. In characters."""


def card(declaration: Declaration, language: str, network: Network) -> Markup:
    """For a reader of this language; where nothing was written in it, what there is stands in the other."""
    with speaking(language):
        title, text, used = read(declaration, language)
        heading = [Markup("<b>{}</b>").format(marked(title, used, language)), *closed_words(declaration, network)]
        return _paragraphs(_lines(heading), _beginning(text), _lines(list(until_words(declaration, network))))


def whole(declaration: Declaration, language: str, network: Network) -> Markup:
    """All of it, as it was opened for signature: what is read before it is signed."""
    with speaking(language):
        title, text, used = read(declaration, language)
        heading = Markup("<b>{}</b>").format(marked(title, used, language))
        facts = [*closed_words(declaration, network), *until_words(declaration, network)]
        return _paragraphs(heading, text, _lines(facts))


def until_words(declaration: Declaration, network: Network) -> Iterator[Markup]:
    """Until when it can be signed, where that was said."""
    if declaration.state != DeclarationState.CLOSED and declaration.closes_at is not None:
        until = zoned_words(declaration.closes_at, network.zone)
        yield _("It can be signed until {moment}").format(moment=until)


def closed_words(declaration: Declaration, network: Network) -> Iterator[Markup]:
    """That it cannot be signed any more."""
    if declaration.state == DeclarationState.CLOSED and declaration.closed_at is not None:
        closed = _("Closed on {moment}.").format(moment=zoned_words(declaration.closed_at, network.zone))
        yield Markup("<b>{}</b>").format(closed)


def _beginning(text: Markup) -> Markup:
    words = plain(text)
    return text if len(words) <= LONGEST else Markup("{}…").format(words[:LONGEST].rsplit(maxsplit=1)[0])


def _paragraphs(*parts: Markup) -> Markup:
    return Markup("\n\n").join(part for part in parts if part)


def _lines(parts: list[Markup]) -> Markup:
    return Markup("\n").join(parts)
