"""When a schedule comes: its moments in the network's zone, and which of them are left out."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import count, islice
from typing import Final

from sqlalchemy.orm import Session

from bot.core.moments import on
from storage.schedules import Run, RunState, Schedule, ScheduleState, runs_since

LAST_DAY: Final = 31
"""A day of the month that stands for its last."""


def moments(schedule: Schedule, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """Every moment of it after that one, in UTC, whether it is left out or not.

    Where clocks skip the hour it is the one after it; where they show it twice, the first.
    """
    hour = time.fromisoformat(schedule.hour)
    each = (on(day, hour, zone) for day in _days(schedule, after.astimezone(zone).date()))
    return (moment for moment in each if moment > after)


def _days(schedule: Schedule, since: date) -> Iterator[date]:
    if schedule.every == "week":
        first = since + timedelta(days=(schedule.day - since.weekday()) % 7)
        yield from (first + timedelta(weeks=weeks) for weeks in count())
    for months in count(12 * since.year + since.month - 1):
        year, month = months // 12, months % 12 + 1
        yield date(year, month, min(schedule.day, calendar.monthrange(year, month)[1]))


def coming(session: Session, schedule: Schedule, zone: tzinfo, after: datetime, number: int) -> list[datetime]:
    """The next moments that are not left out."""
    return list(islice(kept(session, schedule, zone, after), number))


def kept(session: Session, schedule: Schedule, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """Every moment of it after that one that is not left out."""
    runs = runs_since(session, schedule.id, after)
    left_out = {at for at, run in runs.items() if run.state == RunState.SKIPPED}
    return (at for at in moments(schedule, zone, after) if at not in left_out)


def is_moment(schedule: Schedule, zone: tzinfo, at: datetime) -> bool:
    return next(moments(schedule, zone, at - timedelta(seconds=1))) == at


def go_on(session: Session, schedule: Schedule, zone: tzinfo, now: datetime) -> None:
    """Let it wait for its next moment, if it waits for any."""
    schedule.next_at = coming(session, schedule, zone, now, 1)[0] if schedule.state == ScheduleState.ACTIVE else None


def run_of(session: Session, schedule: Schedule, at: datetime, state: RunState) -> Run:
    """That time of it; one that nothing is known of begins in this state."""
    run = session.get(Run, (schedule.id, at))
    if run is None:
        run = Run(schedule_id=schedule.id, at=at, state=state)
        session.add(run)
        session.flush()
    return run
