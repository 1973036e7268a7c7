"""Where members work, as a message names it to those who get it because of that: a region, or a country abroad."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.i18n import _
from bot.core.locale import countries, country_name, listing
from bot.network import Network
from storage.audiences import ABROAD
from storage.members import Member

Homes = tuple[str, ...]
"""Keys of regions and ISO codes of countries; `ABROAD` stands for every country but the network's."""


def homes_of(session: Session, members: Iterable[int], regions: Collection[str]) -> dict[int, Homes]:
    """For each member the one of these regions where they work; nothing to ask when there are none."""
    if not regions:
        return {}
    found: dict[int, Homes] = {}
    known = select(Member.id, Member.region, Member.country).where(Member.id.in_(set(members)))
    for member_id, region, country in session.execute(known):
        home = region if region in regions else country if ABROAD in regions and not region else ""
        found[member_id] = (home,) if home else ()
    return found


def home_words(network: Network, homes: Sequence[str], language: str) -> Markup:
    """In the language being spoken: "Gəncə-Daşkəsən", "Bakı and Georgia"."""
    return listing([_name(network, home, language) for home in homes], language)


def longest_home(network: Network, regions: Collection[str], language: str) -> Homes:
    """Of the homes in these regions, the one with the longest name."""
    abroad = [code for code, _country in countries(language)] if ABROAD in regions else []
    homes = [*(region for region in regions if region != ABROAD), *abroad]
    return (max(homes, key=lambda home: len(_name(network, home, language))),) if homes else ()


def _name(network: Network, home: str, language: str) -> str:
    region = network.region(home)
    if region is not None:
        return region.labels[language]
    return _("outside the country") if home == ABROAD else country_name(home, language)
