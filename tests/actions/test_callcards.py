"""The card of a funding call, as members read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.actions.callcards import card
from bot.core.richtext import plain
from bot.network import Network
from storage.calls import Call, CallState

MOMENT = datetime(2030, 11, 30, 14, tzinfo=UTC)


def call(**changes: Any) -> Call:
    values: dict[str, Any] = {
        "state": CallState.DRAFT, "source": "en", "titles": {"en": "Green schools"},
        "texts": {"en": "For <b>small</b> projects."}, "donor": "", "currency": "", "eligible": [], "topics": [],
        "regions": [], "link": "", "documents": [], "registration": "", "note": {},
    }  # fmt: skip
    return Call(**(values | changes))


WHOLE = {
    "donor": "European Union",
    "amount_from": 5000,
    "amount_to": 20000,
    "currency": "EUR",
    "deadline": MOMENT,
    "eligible": ["youth", "ngo"],
    "regions": ["baku", "abroad"],
    "topics": ["environment", "education"],
    "registration": "yes",
    "note": {"en": "Within 30 days."},
    "link": "https://example.org/call",
    "documents": [{"kind": "document", "file": "sha256:1", "name": "guide.pdf"}, {"kind": "photo", "file": "sha256:2"}],
}


def test_it_says_all_that_is_known(network: Network) -> None:
    assert plain(card(call(**WHOLE), "en", network)) == (
        "Green schools\n\n"
        "For small projects.\n\n"
        "Donor: European Union\n"
        "Amount: 5,000–20,000\u00a0EUR\n"
        "Apply until: Saturday, 30 November 2030, 18:00 (Baku time)\n"
        "Who may apply: registered NGOs and youth organisations\n"
        "Regions: Baku and outside the country\n"
        "Topics: Education and Environment\n"
        "The grant must be registered. Within 30 days.\n"
        "Web page: https://example.org/call\n"
        "Documents: guide.pdf and photo\n"
        "Write /calls to get them."
    )


def test_what_is_not_known_takes_no_room(network: Network) -> None:
    assert card(call(), "en", network) == "<b>Green schools</b>\n\nFor <b>small</b> projects."


def test_what_people_typed_is_never_formatting(network: Network) -> None:
    shown = card(call(titles={"en": "A <b> & C"}, donor="<i>Fund</i>"), "en", network)
    assert plain(shown) == "A <b> & C\n\nFor small projects.\n\nDonor: <i>Fund</i>"


def test_a_reader_of_another_language_is_told_which_one_it_is(network: Network) -> None:
    russian = call(source="ru", titles={"ru": "Зелёные школы"}, texts={"ru": "Для школ."})
    assert plain(card(russian, "en", network)) == "Зелёные школы (in Russian)\n\nДля школ."


def test_it_says_that_it_is_over(network: Network) -> None:
    closed = call(state=CallState.CLOSED, closed_at=MOMENT)
    assert plain(card(closed, "en", network)).split("\n")[:2] == [
        "Green schools",
        "Closed on Saturday, 30 November 2030, 18:00 (Baku time).",
    ]
    withdrawn = call(state=CallState.WITHDRAWN)
    assert plain(card(withdrawn, "en", network)).split("\n")[1] == "This call was withdrawn."
