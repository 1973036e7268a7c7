"""What ticks how often, in the process that leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.network import Network
from scheduler.broadcasts import Broadcasts
from scheduler.clock import Ticks
from scheduler.housekeeping import Housekeeping
from scheduler.publishing import Publications
from scheduler.reminders import Reminders
from scheduler.schedules import Schedules
from scheduler.seats import Seats
from scheduler.surveys import Nudges
from scheduler.unreachable import MonthlyList
from scheduler.verdicts import Verdicts
from storage.database import Database
from storage.files import Files


def timetable(database: Database, clock: Clock, network: Network, channels: Mapping[str, Channel], files: Files,
              nudge: Callable[[], None], leads: Callable[[], bool]) -> Ticks:  # fmt: skip
    """All ticks, with the seconds between two of each.

    Args:
        nudge: called when something was queued.
        leads: whether this process is the one where things tick.
    """
    ticks = Ticks(leads)
    ticks.every(1, Broadcasts(database, clock, network, channels, files, nudge).tick)
    ticks.every(1, Publications(database, clock, network, nudge).tick)
    ticks.every(10, Reminders(database, clock, network, nudge).tick)
    ticks.every(10, Schedules(database, clock, network, channels, files, nudge).tick)
    keeping = Housekeeping(database, clock, files)
    ticks.every(30, keeping.erase)
    ticks.every(30, keeping.expire)
    ticks.every(30, keeping.hush)
    ticks.every(3600, keeping.forget_halves)
    ticks.every(3600, keeping.clean)
    ticks.every(5, Seats(database, clock, network, files, nudge).tick)
    ticks.every(10, Verdicts(database, clock, network, nudge).tick)
    ticks.every(10, Nudges(database, clock, network, nudge).tick)
    ticks.every(60, MonthlyList(database, clock, network, nudge).tell)
    return ticks
