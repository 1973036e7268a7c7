"""Reads a network file (TOML), and says in one sentence what to mend and where."""

from __future__ import annotations

import calendar
import re
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.folding import fold
from bot.core.i18n import LANGUAGES
from bot.network import Holiday, Manners, Network, Place, Price, Region, Topic, Weekly
from bot.network_table import NetworkError, Table, unique

_LEAP_YEAR: Final = 2000


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
    return _network(Table(values, path))


def _network(table: Table) -> Network:
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
    unique(table, "topics", [topic.key for topic in network.topics])
    words = [{fold(word): word for word in topic.words.values()} for topic in network.topics]
    unique(table, "topics: words", [word for own in words for word in own.values()], fold)
    unique(table, "regions", [region.key for region in network.regions])
    unique(table, "districts", [place.key for place in districts])
    unique(table, "prices", [price.channel for price in network.prices])
    return network


def _languages(table: Table) -> tuple[str, ...]:
    languages = table.texts("languages")
    if not languages:
        raise table.error("languages", "is empty: there must be at least one")
    for language in languages:
        if language not in LANGUAGES:
            raise table.error(
                "languages", f"names {language!r}, which the bot does not speak; it speaks {', '.join(LANGUAGES)}"
            )
    unique(table, "languages", languages)
    return languages


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise table.error("zone", f'is {name!r}, which is no time zone; write it as in "Asia/Baku"') from None


def _topic(table: Table) -> Topic:
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


def _region(table: Table) -> Region:
    return Region(table.key(), table.labels("labels"), table.texts("also"), table.tables("districts", _district))


def _district(table: Table) -> Place:
    return Place(table.key(), table.labels("labels"), table.texts("also"))


def _holiday(table: Table) -> Holiday:
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


def _manners(table: Table) -> Manners:
    usual = Manners()
    own = Table(table.take("manners", dict, {}), table.path, "manners")
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


def _weekly(table: Table) -> Weekly | None:
    """Without the table there is no digest."""
    found = table.take("digest", dict, {})
    if not found:
        return None
    own = Table(found, table.path, "digest")
    named = own.text("day")
    days = [name.lower() for name in calendar.day_name]
    if named not in days:
        raise own.error("day", f"is {named!r}: write one of {', '.join(days)}")
    weekly = Weekly(days.index(named), _hour(own, "hour", time(10)))
    own.done()
    return weekly


def _hour(table: Table, name: str, usual: time) -> time:
    text = table.take(name, str, f"{usual:%H:%M}")
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - an hour of the day, in any zone
    except ValueError:
        raise table.error(name, f'is {text!r}: write an hour as in "21:00"') from None


def _price(table: Table) -> Price:
    currency = table.text("currency")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise table.error("currency", f'is {currency!r}: write three capital letters as in "USD"')
    return Price(table.text("channel"), currency, table.amount("message"), table.amount("bell"))


def _month_and_day(table: Table, text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise table.error("days", f'has {text!r}: write month and day as in "03-20"') from None
    return day.month, day.day
