"""The demo's knobs: its clock, its silent members, and the link that makes the first phone the owner."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.channels.simulator import silent
from bot.channels.simulator.shapes import TELEGRAM, WHATSAPP
from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.facts import recall, remember
from storage.members import Member, MemberAddress, Subscription

SLICE = 2_000
"""Silent members written in one transaction."""

_AGES: Final = timedelta(days=36_500)
"""How long a silent member's window stays open: they will never answer a bell."""


class Demo:
    """What the control room turns."""

    def __init__(self, database: Database, clock: Clock, network: Network, nudge: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._nudge = nudge

    @property
    def zone(self) -> ZoneInfo:
        return self._network.zone

    def network_name(self, language: str) -> str:
        return self._network.name[language]

    def now(self) -> datetime:
        return self._clock.now()

    async def advance(self, seconds: int) -> None:
        """Move the clock forward, and remember it: what is stored must not lie in the future after a restart."""
        offset = self._clock.offset.total_seconds() + seconds
        await self._database.run(lambda session: remember(session, "demo.clock", {"offset": offset}))
        self._clock.advance(timedelta(seconds=seconds))
        self._nudge()

    async def silent_members(self) -> int:
        return await self._database.read(_count_silent)

    async def add_silent(self, count: int, on_progress: Callable[[int], None]) -> None:
        done = 0
        while done < count:
            more = min(SLICE, count - done)
            await self._database.run(lambda session, more=more: self._add(session, more))  # type: ignore[misc]
            done += more
            on_progress(done)

    def _add(self, session: Session, count: int) -> None:
        """Registered, confirmed people in every region and language, who follow one to three topics each."""
        first = _count_silent(session)
        last_id = session.scalar(select(func.max(Member.id))) or 0
        now = self._clock.now()
        chance = random.Random(first)  # noqa: S311 - who gets which topic is no secret
        topics = [topic.key for topic in self._network.topics]
        members, addresses, subscriptions = [], [], []
        for number in range(count):
            member_id = last_id + 1 + number
            members.append(
                {
                    "id": member_id,
                    "language": chance.choice(self._network.languages),
                    "name": f"Silent {first + number + 1}",
                    "region": chance.choice(self._network.regions).key,
                    "ecosoc": chance.choice(("general", "special", "roster", "none")),
                    "created_at": now,
                    "registered_at": now,
                    "consented_at": now,
                }
            )
            channel = chance.choice((TELEGRAM, WHATSAPP)).channel
            user = silent(first + number)
            addresses.append(
                {
                    "channel": channel,
                    "user": user,
                    "member_id": member_id,
                    "created_at": now,
                    "last_inbound_at": now + _AGES,
                }
            )
            followed = chance.sample(topics, chance.randint(1, 3))
            subscriptions += [{"member_id": member_id, "topic": topic} for topic in followed]
        session.execute(insert(Member), members)
        session.execute(insert(MemberAddress), addresses)
        session.execute(insert(Subscription), subscriptions)


def remembered_offset(session: Session) -> timedelta:
    """How far the demo's clock was moved in earlier runs."""
    return timedelta(seconds=recall(session, "demo.clock").get("offset", 0))


def _count_silent(session: Session) -> int:
    return session.scalar(select(func.count()).where(MemberAddress.user.startswith("silent-"))) or 0
