"""One network of NGOs: what is particular to it stands in its file, which `bot.network_file` reads, and not in code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.folding import fold
from bot.core.search import search


class Labels(dict[str, str]):
    """One name in each of the network's languages. In any other language it is the English one, or else the first."""

    def __missing__(self, language: str) -> str:
        return self.get("en") or next(iter(self.values()))


@dataclass(frozen=True, slots=True)
class Topic:
    """A thematic focal point.

    Attributes:
        key: never changes, even when labels do.
        words: one word in each language, which can be typed after STOP.
        lead: the organisation that leads it; "" while nobody does.
        with_: the one it works with; "" for none.
        approval: a second person must agree before anything is sent to those who follow it.
    """

    key: str
    labels: Labels = field(hash=False)
    words: Labels = field(hash=False)
    lead: str = ""
    with_: str = ""
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A district or a city.

    Attributes:
        also: other names it is looked for by, never shown.
    """

    key: str
    labels: Labels = field(hash=False)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Where an organisation works; `also` as in a Place."""

    key: str
    labels: Labels = field(hash=False)
    also: tuple[str, ...] = ()
    districts: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days on which one thinks twice before writing to everybody.

    Attributes:
        days: month and day, every year.
        dates: the days of one that moves, for as many years as somebody has filled in.
    """

    labels: Labels = field(hash=False)
    days: frozenset[tuple[int, int]] = frozenset()
    dates: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Manners:
    """How broadcasts behave; each has a default that most networks will want.

    Attributes:
        quiet_from, quiet_until: in the member's own zone; what is not urgent waits from one until the other. Equal for
            never.
        a_day: most messages that are not urgent to one member a day; the rest becomes one digest. 0 for any number.
        undo: how long a broadcast can be taken back before it leaves.
        grace: how late a planned broadcast may leave by itself; later its author is asked.
        approval: a second person must agree before anything is sent.
    """

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    a_day: int = 2
    undo: timedelta = timedelta(seconds=90)
    grace: timedelta = timedelta(hours=2)
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Weekly:
    """When the digest of open calls and coming events leaves: a day of the week, Monday 0, and an hour in the zone."""

    day: int
    hour: time


@dataclass(frozen=True, slots=True)
class Price:
    """What one message costs on a channel: in its reader's window, and where a bell must ring first, in "USD"."""

    channel: str
    currency: str
    message: float
    bell: float


@dataclass(frozen=True, slots=True)
class Network:
    """What the file says, in its order. Keys of topics are unique, and so are keys of regions, and of districts."""

    key: str
    name: Labels = field(hash=False)
    about: Labels = field(hash=False)
    coordinator: Labels = field(hash=False)
    regional_coordinator: Labels | None = field(hash=False)
    zone: ZoneInfo
    languages: tuple[str, ...]
    topics: tuple[Topic, ...]
    regions: tuple[Region, ...]
    holidays: tuple[Holiday, ...] = ()
    manners: Manners = Manners()
    prices: tuple[Price, ...] = ()
    digest: Weekly | None = None

    def understands(self, tag: str) -> str:
        """The network's language for what a platform says of a person's ("ru-RU", ""), else its first."""
        language = tag.replace("_", "-").partition("-")[0].lower()
        return language if language in self.languages else self.languages[0]

    def topic(self, key: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.key == key), None)

    def region(self, key: str) -> Region | None:
        return next((region for region in self.regions if region.key == key), None)

    def district(self, key: str) -> tuple[Region, Place] | None:
        return next(((region, place) for region, place in self._districts() if place.key == key), None)

    def find_topic(self, words: str) -> Topic | None:
        """The topic whose word, label or key this is, in any language and any spelling that folds to the same."""
        sought = fold(words)
        for topic in self.topics:
            if sought in {fold(name) for name in (topic.key, *topic.words.values(), *topic.labels.values())}:
                return topic
        return None

    def find_places(self, query: str, limit: int = 10) -> list[tuple[Region, Place | None]]:
        """Regions and districts meant, best first. A district comes before the region that bears its name."""
        districts = [((region, place), _names(place)) for region, place in self._districts()]
        regions = [((region, None), _names(region)) for region in self.regions if len(region.districts) != 1]
        return search(query, [*districts, *regions], limit)

    def holiday(self, day: date) -> Holiday | None:
        for holiday in self.holidays:
            if (day.month, day.day) in holiday.days or day in holiday.dates:
                return holiday
        return None

    def _districts(self) -> Iterator[tuple[Region, Place]]:
        return ((region, place) for region in self.regions for place in region.districts)


def _names(place: Place | Region) -> tuple[str, ...]:
    return (*place.labels.values(), *place.also)
