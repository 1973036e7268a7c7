"""The card of a funding call: who gives what to whom, until when, and how to apply, in one message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from markupsafe import Markup

from bot.actions.eligibility import eligible_words
from bot.actions.homes import home_words
from bot.actions.localized import marked, read
from bot.core.amounts import Money
from bot.core.fields.deadline import Until
from bot.core.i18n import N_, _, current, speaking
from bot.core.locale import listing, zoned_words
from bot.network import Network
from storage.calls import Call, CallState

REGISTRATION: Final = {
    "yes": N_("The grant must be registered."),
    "no": N_("The grant need not be registered."),
}
"""By `Call.registration`."""


def card(call: Call, language: str, network: Network) -> Markup:
    """For a reader of this language; where nothing was written in it, what there is stands in the other."""
    with speaking(language):
        title, text, used = read(call, language)
        heading = [Markup("<b>{}</b>").format(marked(title, used, language)), *_ended(call, network.zone)]
        facts = [*fact_lines(call, network), *_more(call)]
        return Markup("\n\n").join(part for part in (_lines(heading), text, _lines(facts)) if part)


def fact_lines(call: Call, network: Network) -> Iterator[Markup]:
    """A line for each thing that is known beside the text, in the language being spoken."""
    if call.donor:
        yield _line(_("Donor"), call.donor)
    if call.amount_from is not None or call.amount_to is not None:
        yield _line(_("Amount"), Money(call.amount_from, call.amount_to, call.currency).words())
    if call.deadline is not None:
        yield _line(_("Apply until"), until_words(call, network.zone))
    if call.eligible:
        yield _line(_("Who may apply"), eligible_words(call.eligible))
    if call.regions:
        yield _line(_("Regions"), home_words(network, call.regions, current()))
    topics = [topic.labels[current()] for topic in network.topics if topic.key in call.topics]
    if topics:
        yield _line(_("Topics"), listing(topics))
    if call.registration:
        note = Markup(call.note.get(current(), call.note.get(call.source, "")))  # noqa: S704 - stored as markup
        yield Markup(" ").join(part for part in (_(REGISTRATION[call.registration]), note) if part)
    if call.link:
        yield _line(_("Web page"), call.link)


def until_words(call: Call, zone: tzinfo) -> Markup:
    """Until when one can apply, as it was given: a day, or a day and an hour; nothing where it stays open."""
    return Markup() if call.deadline is None else Until(call.deadline, call.whole_day).words(zone)


def document_names(call: Call) -> list[str]:
    """What each document is called, or else is: on some channels files lose their names."""
    kinds = {"photo": _("photo"), "document": _("document")}
    return [document.get("name") or kinds[document["kind"]].unescape() for document in call.documents]


def _more(call: Call) -> Iterator[Markup]:
    """The documents, which are to be had with the call's page."""
    if call.documents:
        yield _line(_("Documents"), listing(document_names(call)))
        yield _("Write /calls to get them.")


def _ended(call: Call, zone: tzinfo) -> Iterator[Markup]:
    match call.state:
        case CallState.CLOSED if call.closed_at is not None:
            yield Markup("<b>{}</b>").format(_("Closed on {moment}.").format(moment=zoned_words(call.closed_at, zone)))
        case CallState.WITHDRAWN:
            yield Markup("<b>{}</b>").format(_("This call was withdrawn."))


def _line(called: str, said: str) -> Markup:
    return Markup("{}: {}").format(called, said)


def _lines(parts: list[Markup]) -> Markup:
    return Markup("\n").join(parts)
