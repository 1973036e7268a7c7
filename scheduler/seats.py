"""The seats' tick: offers whose time is over pass on, and whatever became free is offered to those who wait.

Also what no answer frees: a member who was erased, or more seats than before. And calendar files that are out of date
are sent anew.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.actions import calendars, rsvps
from bot.core.clock import Clock
from bot.network import Network
from scheduler.due import do_each
from storage.calendars import Taken
from storage.database import Database
from storage.files import Files
from storage.rsvps import locked, to_look_after


class Seats:
    """Everything it needs to know stands in the tables, so a restart or a late tick changes nothing.

    Args:
        deliver: called when something was queued.
    """

    def __init__(self, database: Database, clock: Clock, network: Network, files: Files,
                 deliver: Callable[[], None]) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._network = network
        self._files = files
        self._deliver = deliver

    async def tick(self) -> None:
        now = self._clock.now()
        events = await self._database.read(lambda session: to_look_after(session, now))
        seats = "the seats of event {} could not be looked after"
        await do_each(self._database, events, self._look_after, self._deliver, seats)
        files = await self._database.read(calendars.outdated)
        file = "a calendar file of event {.event_id} could not be renewed"
        await do_each(self._database, files, self._renew, self._deliver, file)

    def _look_after(self, session: Session, event_id: int) -> bool:
        event = locked(session, event_id)
        return event is not None and rsvps.look_after(session, event, self._network, self._clock.now())

    def _renew(self, session: Session, taken: Taken) -> bool:
        return calendars.renew(session, taken, self._network, self._files, self._clock.now())
