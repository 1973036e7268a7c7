"""A network of any size, written by the database itself: who follows what, where they are, how they are reached.

Nothing is random, so both databases hold the same people: each trait is a member's number, multiplied and cut short.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, case, cast, insert, literal, select, text
from sqlalchemy.orm import Session

from bench.people import FIRST_USER
from bot.core.clock import Clock
from storage.base import Base, Moment, Number
from storage.database import Database
from storage.members import Member, MemberAddress, Subscription

TOPICS: Final = ("poverty", "education", "gender", "health", "environment", "peace", "rights")
REGIONS: Final = (
    "baku", "absheron-khizi", "mountainous-shirvan", "ganja-dashkasan", "karabakh", "gazakh-tovuz", "guba-khachmaz",
    "lankaran-astara", "central-aran", "mil-mughan", "shaki-zagatala", "eastern-zangazur", "shirvan-salyan",
    "nakhchivan",
)  # fmt: skip
AT_ONCE: Final = 100_000
"""Members written in one transaction."""

_PRIME: Final = 1_000_003


def settle(database: Database, members: int, whatsapp: int = 20) -> None:
    """Write the members, and have PostgreSQL look at them as it does by itself within minutes.

    Args:
        whatsapp: how many in a hundred are reached there, the others on Telegram. Three in a hundred have said stop.
    """
    now = Clock().now()
    for first in range(1, members + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, members)
        database.transact(lambda session, first=first, last=last: _write(session, first, last, whatsapp, now))  # type: ignore[misc]
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _write(session: Session, first: int, last: int, whatsapp: int, now: datetime) -> None:
    numbers = select(literal(first, type_=Number).label("n")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < last))
    n: Any = numbers.c.n
    moment = literal(now, type_=Moment())
    member: dict[Any, Any] = {
        Member.id: n,
        Member.language: case((_trait(n, 1) < 70, "az"), (_trait(n, 1) < 90, "ru"), else_="en"),
        Member.name: literal("Member ") + cast(n, String),
        Member.role: literal("Director"),
        Member.phone: literal(""),
        Member.email: literal(""),
        Member.membership: literal(""),
        Member.region: case((_trait(n, 2) == 99, ""), else_=_one_of(REGIONS, _trait(n, 3, len(REGIONS)))),
        Member.district: literal(""),
        Member.country: case((_trait(n, 2) == 99, "GE"), else_="AZ"),
        Member.ecosoc: case((_trait(n, 4) < 5, "special"), (_trait(n, 4) < 50, "none"), else_=""),
        Member.created_at: moment,
        Member.registered_at: moment,
        Member.consented_at: moment,
        Member.stopped_at: case((_trait(n, 5) < 3, moment)),
        Member.fallback: literal(False),
    }
    _insert(session, Member, member, numbers)
    address: dict[Any, Any] = {
        MemberAddress.member_id: n,
        MemberAddress.channel: case((_trait(n, 6) < whatsapp, "whatsapp"), else_="telegram"),
        MemberAddress.user: cast(n + FIRST_USER, String),
        MemberAddress.preferred: literal(True),
        MemberAddress.unreachable: case((_trait(n, 7) < 2, "blocked"), else_=""),
        MemberAddress.created_at: moment,
        MemberAddress.last_inbound_at: moment,
        MemberAddress.phone: literal(""),
    }
    _insert(session, MemberAddress, address, numbers)
    second = _trait(n, 10, 6)
    topics = {0: literal(0), 1: second + 1, 2: (second + 1 + _trait(n, 11, 5)) % 6 + 1}
    for place, step in topics.items():
        topic = _one_of(TOPICS, (_trait(n, 9, len(TOPICS)) + step) % len(TOPICS))
        follows: dict[Any, Any] = {Subscription.member_id: n, Subscription.topic: topic}
        _insert(session, Subscription, follows, numbers, _trait(n, 8, 3) >= place)


def _trait(n: ColumnElement[int], number: int, of: int = 100) -> ColumnElement[int]:
    """Which of so many equally likely kinds member `n` is; another number is another trait."""
    return ((n * (7_368_787 + 104_729 * number)) % _PRIME) % of


def _one_of(keys: tuple[str, ...], place: ColumnElement[int]) -> ColumnElement[str]:
    return case(dict(enumerate(keys)), value=place)


def _insert(session: Session, table: type[Base], values: dict[Any, Any], numbers: Any, *which: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
    rows = select(*values.values()).select_from(numbers).where(*which)
    session.execute(insert(table).from_select([column.key for column in values], rows, include_defaults=False))
