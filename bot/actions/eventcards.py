"""The card of an event: what it is, when, where and for whom, in one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from markupsafe import Markup

from bot.actions.eligibility import eligible_words
from bot.actions.homes import home_words
from bot.actions.localized import marked, read
from bot.core.i18n import _, speaking
from bot.core.locale import listing, number, period_words, zoned_words
from bot.core.messages import Point
from bot.network import Network
from storage.events import Event, EventState


def card(event: Event, language: str, network: Network, times: Sequence[datetime] = ()) -> Markup:
    """For a reader of this language; where nothing was written in it, what there is stands in the other.

    Args:
        times: when it could be, while that is still being found out.
    """
    with speaking(language):
        title, text, used = read(event, language)
        heading = Markup("\n").join([Markup("<b>{}</b>").format(marked(title, used, language)), *_state(event)])
        facts = Markup("\n").join([*_could_be(event, times, network.zone), *fact_lines(event, language, network)])
        return Markup("\n\n").join(part for part in (heading, text, facts) if part)


def when_words(starts_at: datetime, ends_at: datetime | None, zone: tzinfo) -> Markup:
    """In the language being spoken: "Wednesday, 25 November 2026, 14:00–16:00 (Baku time)"."""
    return zoned_words(starts_at, zone) if ends_at is None else period_words(starts_at, ends_at, zone)


def fact_lines(event: Event, language: str, network: Network) -> Iterator[Markup]:
    """A line for each thing that is known of it."""
    if event.starts_at is not None:
        yield _line(_("When"), when_words(event.starts_at, event.ends_at, network.zone))
    yield from place_words(event)
    if event.eligible:
        yield _line(_("Who may come"), eligible_words(event.eligible))
    if event.regions:
        yield _line(_("Regions"), home_words(network, event.regions, language))
    topics = [topic.labels[language] for topic in network.topics if topic.key in event.topics]
    if topics:
        yield _line(_("Topics"), listing(topics))
    if event.capacity is not None:
        yield _line(_("Seats"), number(event.capacity))


def place_words(event: Event) -> list[Markup]:
    """A line each for where it is and how to join from afar, as far as that is known."""
    lines = []
    if event.place:
        lines.append(_line(_("Where"), event.place))
    if event.latitude is not None and event.longitude is not None:
        lines.append(_line(_("On the map"), map_link(Point(event.latitude, event.longitude))))
    if event.link:
        lines.append(_line(_("Online"), event.link))
    return lines


def map_link(point: Point) -> str:
    """Opens in whatever map the phone has."""
    return f"https://maps.google.com/?q={point.latitude:.5f},{point.longitude:.5f}"


def _state(event: Event) -> Iterator[Markup]:
    match event.state:
        case EventState.CANCELLED:
            yield Markup("<b>{}</b>").format(_("⚠ It was cancelled."))
        case EventState.OVER:
            yield Markup("<b>{}</b>").format(_("It is over."))
        case _:
            return


def _could_be(event: Event, times: Sequence[datetime], zone: tzinfo) -> Iterator[Markup]:
    if event.starts_at is None and times:
        yield _("It could be at one of these times. Which of them suit you?")
        yield from (Markup("• {}").format(zoned_words(time, zone)) for time in times)


def _line(called: str, said: str) -> Markup:
    return Markup("{}: {}").format(called, said)
