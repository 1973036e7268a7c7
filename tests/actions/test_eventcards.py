"""The card of an event: everything that is known of it, in the reader's language, at the network's hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from bot.actions.eventcards import card, when_words
from bot.core.i18n import speaking
from bot.core.richtext import plain
from bot.network import Network
from storage.events import Event, EventState

STARTS = datetime(2026, 11, 25, 11, tzinfo=UTC)


def event(**known: Any) -> Event:
    blank: dict[str, Any] = {"id": 1, "state": EventState.OPEN, "source": "en", "place": "", "link": ""}
    blank |= {"titles": {"en": "Budget <workshop>"}, "texts": {}, "topics": [], "regions": [], "eligible": []}
    return Event(**(blank | known))


def test_all_that_is_known_stands_on_it(network: Network) -> None:
    full = event(
        texts={"en": "Bring your <b>budget</b>."},
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=2),
        place="Nizami 5",
        latitude=40.4093,
        longitude=49.8671,
        link="https://example.org/meet",
        capacity=1200,
        topics=["education", "health"],
        regions=["baku"],
        eligible=["youth"],
    )
    assert card(full, "en", network) == Markup(
        "<b>Budget &lt;workshop&gt;</b>\n\n"
        "Bring your <b>budget</b>.\n\n"
        "When: Wednesday, 25 November 2026, 15:00–17:00 (Baku time)\n"
        "Where: Nizami 5\n"
        "On the map: https://maps.google.com/?q=40.40930,49.86710\n"
        "Online: https://example.org/meet\n"
        "Who may come: youth organisations\n"
        "Regions: Baku\n"
        "Topics: Education and Health\n"
        "Seats: 1,200"
    )


def test_what_is_not_known_is_left_out(network: Network) -> None:
    assert card(event(), "en", network) == "<b>Budget &lt;workshop&gt;</b>"


def test_a_reader_of_another_language_sees_which_one_it_is_in(network: Network) -> None:
    shown = plain(card(event(starts_at=STARTS), "ru", network))
    assert shown.startswith("Budget <workshop> (")
    assert "25 ноября 2026" in shown


def test_each_language_has_its_own_words(network: Network) -> None:
    both = event(titles={"en": "Workshop", "az": "Seminar"}, texts={"en": "Come.", "az": "Gəlin."})
    assert card(both, "az", network) == "<b>Seminar</b>\n\nGəlin."
    assert card(both, "en", network) == "<b>Workshop</b>\n\nCome."


@pytest.mark.parametrize(
    ("state", "said"), [(EventState.CANCELLED, "⚠ It was cancelled."), (EventState.OVER, "It is over.")]
)
def test_what_became_of_it_stands_first(network: Network, state: EventState, said: str) -> None:
    assert card(event(state=state), "en", network) == f"<b>Budget &lt;workshop&gt;</b>\n<b>{said}</b>"


def test_while_a_time_is_found_the_times_stand_on_it_and_then_no_more(network: Network) -> None:
    times = [STARTS, STARTS + timedelta(days=1)]
    asked = card(event(state=EventState.CHOOSING), "en", network, times)
    assert asked == (
        "<b>Budget &lt;workshop&gt;</b>\n\n"
        "It could be at one of these times. Which of them suit you?\n"
        "• Wednesday, 25 November 2026, 15:00 (Baku time)\n"
        "• Thursday, 26 November 2026, 15:00 (Baku time)"
    )
    found = card(event(starts_at=STARTS), "en", network, times)
    assert found == "<b>Budget &lt;workshop&gt;</b>\n\nWhen: Wednesday, 25 November 2026, 15:00 (Baku time)"


@pytest.mark.parametrize(
    ("lasts", "said"),
    [
        (timedelta(hours=2), "Saturday, 27 March 2027, 23:00 – Sunday, 28 March 2027, 01:00 (Berlin time)"),
        (timedelta(hours=5), "Saturday, 27 March 2027, 23:00 – Sunday, 28 March 2027, 05:00 (Berlin time)"),
    ],
    ids=["over midnight", "over the hour that is skipped"],
)
def test_an_end_on_another_day_names_it(lasts: timedelta, said: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    starts_at = datetime(2027, 3, 27, 22, tzinfo=UTC)
    with speaking("en"):
        assert when_words(starts_at, starts_at + lasts, berlin) == said
