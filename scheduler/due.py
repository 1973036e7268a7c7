"""What is due at a tick, done one by one: each in a transaction of its own, so that one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")


async def do_each(database: Database, due: Iterable[T], act: Callable[[Session, T], bool | None],
                  deliver: Callable[[], None], failed: str) -> None:  # fmt: skip
    """Do it with each. What fails is logged, and still due at the next tick.

    Args:
        act: False when it queued nothing.
        deliver: called when something was, or may have been.
        failed: what the log says of one that failed, such as "event {} could not be noted".
    """
    for what in due:
        try:
            queued = await database.run(lambda session, what=what: act(session, what))  # type: ignore[misc]  # mypy does not see its type in a default
        except Exception:
            log.exception("%s; the next tick tries again", failed.format(what))
        else:
            if queued is not False:
                deliver()


class Errand:
    """What a tick sees to. Both what is due and what was done stand in the tables, so a restart changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, deliver: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._network = network
        self._deliver = deliver

    async def _each(self, due: Callable[[Session, datetime], Iterable[T]],
                    act: Callable[[Session, T, Network, datetime], bool | None], failed: str) -> None:  # fmt: skip
        """Do it with each that is due, as `do_each`."""
        now = self._clock.now()
        found = await self._database.read(lambda session: due(session, now))

        def do(session: Session, what: T) -> bool | None:
            return act(session, what, self._network, self._clock.now())

        await do_each(self._database, found, do, self._deliver, failed)
