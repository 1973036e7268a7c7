"""Where a member works: a district or region of the network's country, or another country."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from babel.core import get_global

from bot.core.folding import fold
from bot.core.i18n import LANGUAGES, current
from bot.core.locale import country_name, find_country
from bot.core.messages import Option
from bot.network import Network, Place, Region


class Where(NamedTuple):
    """Keys of the network's region and district, and an ISO country; "" for what is not known."""

    region: str = ""
    district: str = ""
    country: str = ""


def home(network: Network) -> str:
    """ISO code of the country whose clocks the network goes by."""
    return str(get_global("zone_territories").get(network.zone.key, ""))


def find(network: Network, query: str) -> list[Option]:
    """What may be meant, best first, also in another alphabet; for nothing in particular, the regions.

    A country is offered beside places only where both are found by the beginning of a name, or neither is.
    """
    countries = find_country(query)
    if not query or (countries and countries[0] == home(network)):
        return [_place(region, region.districts[0] if len(region.districts) == 1 else None)
                for region in network.regions]  # fmt: skip
    places = network.find_places(query)
    sure_place = bool(places) and _begins(query, [(places[0][1] or places[0][0])])
    sure_country = bool(countries) and _begins_any(query, [country_name(countries[0], each) for each in LANGUAGES])
    here = [] if sure_country and not sure_place else [_place(*place) for place in places]
    abroad = [] if sure_place and not sure_country else countries
    return here + [Option(f"country:{code}", country_name(code)) for code in abroad if code != home(network)]


def parse(network: Network, option: str) -> Where:
    """What an option of `find` stands for."""
    kind, *keys = option.split(":")
    if kind == "country":
        return Where(country=keys[0])
    return Where(keys[0], keys[1], home(network))


def option_of(network: Network, where: Where) -> Option | None:
    """The option of `find` that stands for it, with its name in the reader's language; None for nowhere."""
    region = network.region(where.region)
    if region is not None:
        return _place(region, next((place for place in region.districts if place.key == where.district), None))
    return Option(f"country:{where.country}", country_name(where.country)) if where.country else None


def _place(region: Region, district: Place | None) -> Option:
    name = region.labels[current()]
    if district is None:
        return Option(f"place:{region.key}:", name)
    label = district.labels[current()]
    return Option(f"place:{region.key}:{district.key}", label if len(region.districts) == 1 else f"{label} ({name})")


def _begins(query: str, places: Iterable[Place | Region]) -> bool:
    return any(_begins_any(query, (*place.labels.values(), *place.also)) for place in places)


def _begins_any(query: str, names: Iterable[str]) -> bool:
    return any(fold(name).startswith(fold(query)) for name in names)
