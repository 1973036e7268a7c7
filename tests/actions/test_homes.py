"""Where members work, as the line under a newsletter names it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.actions.homes import home_words, homes_of, longest_home
from bot.core.clock import Clock
from bot.core.i18n import speaking
from bot.core.locale import country_name
from bot.network import Network
from storage.audiences import ABROAD
from storage.database import Database
from tests.storage.people import add_member


def test_only_what_was_asked_for_is_named(database: Database, clock: Clock) -> None:
    def story(session: Session) -> list[tuple[str, ...]]:
        known: tuple[dict[str, str], ...] = (
            {"region": "baku"},
            {"region": "karabakh"},
            {"country": "GE"},
            {"region": "baku", "country": "AZ"},
            {},
        )
        people = [add_member(session, clock, str(user), **where).id for user, where in enumerate(known)]
        found = homes_of(session, people, {"baku", ABROAD})
        assert homes_of(session, people, ()) == {}
        return [found[key] for key in people]

    assert database.transact(story) == [("baku",), (), ("GE",), ("baku",), ()]


def test_they_are_named_in_the_language_of_whoever_reads(network: Network) -> None:
    with speaking("az"):
        assert home_words(network, ["ganja-dashkasan"], "az") == "Gəncə-Daşkəsən"
        assert home_words(network, ["baku", "GE"], "az") == "Bakı və Gürcüstan"
    with speaking("en"):
        assert home_words(network, ["baku", ABROAD], "en") == "Baku and outside the country"


def test_the_longest_name_decides_what_fits(network: Network) -> None:
    assert longest_home(network, (), "en") == ()
    assert longest_home(network, ("baku", "mountainous-shirvan"), "en") == ("mountainous-shirvan",)
    (code,) = longest_home(network, ("baku", ABROAD), "en")
    assert len(country_name(code, "en")) > len("Mountainous Shirvan")
