"""Reads a network file (TOML), and says in one sentence what to mend and where."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from bot.core.folding import fold
from bot.core.i18n import LANGUAGES
from bot.network import Holiday, Labels, Manners, Network, Place, Price, Region, Topic, Weekly

T = TypeVar("T")

_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_LEAP_YEAR: Final = 2000


class NetworkError(ValueError):
    """The sentence names the file, the field and what it should be."""


def load(path: Path) -> Network:
    """Read and check the whole file.

    Raises:
        NetworkError: the first thing that is wrong with it.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NetworkError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NetworkError(f"{path}: cannot be read: {error}.") from error
    return _network(_Table(values, path))


@dataclass
class _Table:
    """A table of the file. Fields are taken out one by one, so that `done` can name what nobody asked for."""

    values: dict[str, Any]
    path: Path
    place: str = ""
    languages: tuple[str, ...] = ()

    def take(self, name: str, kind: type[T], default: T | None = None) -> T:
        value = self.values.pop(name, default)
        if value is None:
            raise self.error(name, "is missing")
        if type(value) is not kind:
            raise self.error(name, f"must be {_KINDS[kind]}")
        return value

    def text(self, name: str) -> str:
        text = self.take(name, str).strip()
        if not text:
            raise self.error(name, "is empty")
        return text

    def number(self, name: str, default: int, most: int) -> int:
        number = self.take(name, int, default)
        if not 0 <= number <= most:
            raise self.error(name, f"must be from 0 to {most}")
        return number

    def amount(self, name: str) -> float:
        amount = self.values.pop(name, None)
        if type(amount) not in {int, float} or amount < 0:
            raise self.error(name, "must be a number that is not below 0")
        return float(amount)

    def texts(self, name: str) -> tuple[str, ...]:
        texts = self.take(name, list, [])
        if not all(type(text) is str and text.strip() for text in texts):
            raise self.error(name, "must be a list of texts in quotes")
        return tuple(texts)

    def key(self) -> str:
        key = self.text("key")
        if not _KEY.fullmatch(key):
            raise self.error("key", f"is {key!r}: use small Latin letters, digits and hyphens, 32 at most")
        return key

    def labels(self, name: str) -> Labels:
        table = _Table(self.take(name, dict), self.path, self._at(name))
        labels = Labels((language, table.text(language)) for language in self.languages)
        table.done()
        return labels

    def tables(self, name: str, make: Callable[[_Table], T]) -> tuple[T, ...]:
        made = []
        for number, values in enumerate(self.take(name, list, []), 1):
            place = f"{self._at(name)} {number}"
            if not isinstance(values, dict):
                raise NetworkError(f"{self.path}: {place} must be a table.")
            table = _Table(values, self.path, place, self.languages)
            made.append(make(table))
            table.done()
        return tuple(made)

    def done(self) -> None:
        for name in self.values:
            raise self.error(name, "is not a field known here")

    def error(self, name: str, sentence: str) -> NetworkError:
        return NetworkError(f"{self.path}: {self._at(name)} {sentence}.")

    def _at(self, name: str) -> str:
        return f"{self.place}: {name}" if self.place else name


_KINDS: Final[dict[type, str]] = {
    str: "a text in quotes",
    list: "a list",
    dict: "a table",
    int: "a whole number",
    bool: "true or false",
}


def _network(table: _Table) -> Network:
    table.languages = _languages(table)
    network = Network(
        key=table.key(),
        name=table.labels("name"),
        about=table.labels("about"),
        coordinator=table.labels("coordinator"),
        regional_coordinator=table.labels("regional_coordinator") if "regional_coordinator" in table.values else None,
        zone=_zone(table),
        languages=table.languages,
        topics=table.tables("topics", _topic),
        regions=table.tables("regions", _region),
        holidays=table.tables("holidays", _holiday),
        manners=_manners(table),
        prices=table.tables("prices", _price),
        digest=_weekly(table),
    )
    table.done()
    if not network.topics:
        raise table.error("topics", "is empty: there must be at least one")
    districts = [place for region in network.regions for place in region.districts]
    _unique(table, "topics", [topic.key for topic in network.topics])
    words = [{fold(word): word for word in topic.words.values()} for topic in network.topics]
    _unique(table, "topics: words", [word for own in words for word in own.values()], fold)
    _unique(table, "regions", [region.key for region in network.regions])
    _unique(table, "districts", [place.key for place in districts])
    _unique(table, "prices", [price.channel for price in network.prices])
    return network


def _languages(table: _Table) -> tuple[str, ...]:
    languages = table.texts("languages")
    if not languages:
        raise table.error("languages", "is empty: there must be at least one")
    for language in languages:
        if language not in LANGUAGES:
            raise table.error(
                "languages", f"names {language!r}, which the bot does not speak; it speaks {', '.join(LANGUAGES)}"
            )
    _unique(table, "languages", languages)
    return languages


def _zone(table: _Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise table.error("zone", f'is {name!r}, which is no time zone; write it as in "Asia/Baku"') from None


def _topic(table: _Table) -> Topic:
    topic = Topic(
        key=table.key(),
        labels=table.labels("labels"),
        words=table.labels("words"),
        lead=table.take("lead", str, ""),
        with_=table.take("with", str, ""),
        approval=table.take("approval", bool, False),
    )
    for language, word in topic.words.items():
        if len(word.split()) != 1:
            raise table.error("words", f"has {word!r} for {language}: it must be one word")
    return topic


def _region(table: _Table) -> Region:
    return Region(table.key(), table.labels("labels"), table.texts("also"), table.tables("districts", _district))


def _district(table: _Table) -> Place:
    return Place(table.key(), table.labels("labels"), table.texts("also"))


def _holiday(table: _Table) -> Holiday:
    days = table.texts("days")
    dates = table.take("dates", list, [])
    for day in dates:
        if type(day) is not date:
            raise table.error("dates", f"has {day!r}: write a day as in 2027-03-10, without quotes")
    return Holiday(
        labels=table.labels("labels"),
        days=frozenset(_month_and_day(table, day) for day in days),
        dates=frozenset(dates),
    )


def _manners(table: _Table) -> Manners:
    usual = Manners()
    own = _Table(table.take("manners", dict, {}), table.path, "manners")
    manners = Manners(
        quiet_from=_hour(own, "quiet_from", usual.quiet_from),
        quiet_until=_hour(own, "quiet_until", usual.quiet_until),
        a_day=own.number("a_day", usual.a_day, 100),
        undo=timedelta(seconds=own.number("undo_seconds", usual.undo.seconds, 3600)),
        grace=timedelta(minutes=own.number("grace_minutes", usual.grace.seconds // 60, 7 * 24 * 60)),
        approval=own.take("approval", bool, usual.approval),
    )
    own.done()
    return manners


def _weekly(table: _Table) -> Weekly | None:
    """Without the table there is no digest."""
    found = table.take("digest", dict, {})
    if not found:
        return None
    own = _Table(found, table.path, "digest")
    named = own.text("day")
    days = [name.lower() for name in calendar.day_name]
    if named not in days:
        raise own.error("day", f"is {named!r}: write one of {', '.join(days)}")
    weekly = Weekly(days.index(named), _hour(own, "hour", time(10)))
    own.done()
    return weekly


def _hour(table: _Table, name: str, usual: time) -> time:
    text = table.take(name, str, f"{usual:%H:%M}")
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - an hour of the day, in any zone
    except ValueError:
        raise table.error(name, f'is {text!r}: write an hour as in "21:00"') from None


def _price(table: _Table) -> Price:
    currency = table.text("currency")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise table.error("currency", f'is {currency!r}: write three capital letters as in "USD"')
    return Price(table.text("channel"), currency, table.amount("message"), table.amount("bell"))


def _month_and_day(table: _Table, text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise table.error("days", f'has {text!r}: write month and day as in "03-20"') from None
    return day.month, day.day


def _unique(table: _Table, name: str, values: Iterable[str], same: Callable[[str], str] = str) -> None:
    seen = set()
    for value in values:
        if same(value) in seen:
            raise table.error(name, f"has {value!r} twice")
        seen.add(same(value))
