"""The page of a schedule: when it comes next, and leaving a time out, pausing it, letting it go on, ending it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from bot.actions import recurring, rights, schedules
from bot.actions.hours import Hours
from bot.actions.menu import typed
from bot.core.i18n import _
from bot.core.locale import short_date, weekday_words, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import reach
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.audiences import Audience
from storage.schedules import RunState, Schedule, ScheduleKind, ScheduleState, runs_since

router = Router()

SHOWN: Final = 4
"""Moments to come that a page tells."""


def called(schedule: Schedule) -> str:
    return _("Weekly digest").unescape() if schedule.kind == ScheduleKind.DIGEST else schedule.title


def rule_words(schedule: Schedule) -> Markup:
    """How often it comes: "every week: Monday, 10:00"."""
    if schedule.every == "week":
        return _("every week: {weekday}, {hour}").format(weekday=weekday_words(schedule.day), hour=schedule.hour)
    if schedule.day == recurring.LAST_DAY:
        return _("every month: the last day, {hour}").format(hour=schedule.hour)
    return _("every month: day {day}, {hour}").format(day=schedule.day, hour=schedule.hour)


def comes(turn: Turn, at: datetime) -> Markup:
    """The moment, with the holiday that it falls on, and when it then arrives, where nobody is written to on it."""
    zone = turn.network.zone
    moment, holiday = zoned_words(at, zone), turn.network.holiday(at.astimezone(zone).date())
    if holiday is None:
        return moment
    named = Markup("{}: {}").format(moment, holiday.labels[turn.language])
    until = Hours(turn.network).quiet_until(at, "")
    if until is None:
        return named
    return _("{moment}, so it arrives on {day}").format(moment=named, day=_day(turn, until))


def find(turn: Turn, key: object) -> Schedule | None:
    """The schedule, if it is this person's to change; else says so.

    The row stays locked until the end of the turn.
    """
    schedule = turn.session.get(Schedule, number_of(key), with_for_update=True, populate_existing=True)
    if schedule is not None and schedules.may_edit(turn.session, turn.member, schedule):
        if schedule.state != ScheduleState.ENDED:
            return schedule
        turn.say(_("This schedule has ended. Write {command} to see the others.").format(command=_command(turn)))
    else:
        turn.say(_("I do not find this schedule among yours. Write {command}.").format(command=_command(turn)))
    return None


def moment_of(seconds: str) -> datetime:
    """The moment in a button, which comes from outside; long ago for what is none."""
    try:
        return datetime.fromtimestamp(number_of(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


@router.button("schedule", allowed=rights.writes)
def step(turn: Turn, key: str = "", name: str = "", moment: str = "", *_rest: str) -> None:
    """Show its page, or do something with it first."""
    schedule = find(turn, key)
    if schedule is None:
        return
    match name:
        case "skip" | "unskip":
            _leave_out(turn, schedule, moment_of(moment), out=name == "skip")
        case "pause" if schedule.state == ScheduleState.ACTIVE:
            schedules.pause(turn.session, schedule, turn.member, turn.now)
        case "resume" if schedule.state == ScheduleState.PAUSED:
            schedules.resume(turn.session, schedule, turn.member, turn.network.zone, turn.now)
        case "end" if schedule.kind == ScheduleKind.TEXT:
            _ask_end(turn, schedule)
            return
        case "end_now" if schedule.kind == ScheduleKind.TEXT:
            schedules.end(turn.session, schedule, turn.member, turn.now)
            said = _("“{title}” has ended: nobody is asked for a text any more. What was sent stays where it is.")
            turn.say(said.format(title=schedule.title), [_to_list()], edit=True)
            return
    show(turn, schedule, edit=True)


def show(turn: Turn, schedule: Schedule, *, edit: bool = False) -> None:
    upcoming = _upcoming(turn, schedule)
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(called(schedule), rule_words(schedule)),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), _audience_words(turn, schedule)),
        Markup("\n").join(_dates(turn, schedule, upcoming)),
    ]
    turn.say(Markup("\n\n").join(paragraphs), list(_options(turn, schedule, upcoming)), edit=edit)


def _audience_words(turn: Turn, schedule: Schedule) -> Markup:
    if schedule.kind == ScheduleKind.DIGEST:
        return _("everybody who wants it, with what concerns them")
    return reach.audience_words(turn, Audience.from_json(schedule.audience))


def _upcoming(turn: Turn, schedule: Schedule) -> list[tuple[datetime, bool]]:
    """The next moments, and whether each is left out, until so many are not."""
    runs = runs_since(turn.session, schedule.id, turn.now)
    found: list[tuple[datetime, bool]] = []
    for at in recurring.moments(schedule, turn.network.zone, turn.now):
        found.append((at, at in runs and runs[at].state == RunState.SKIPPED))
        if sum(not out for _at, out in found) == SHOWN:
            break
    return found


def _dates(turn: Turn, schedule: Schedule, upcoming: list[tuple[datetime, bool]]) -> Iterator[Markup]:
    if schedule.state == ScheduleState.PAUSED:
        yield _("It is paused, and comes again when you let it go on.")
        return
    yield Markup("<b>{}</b>").format(_("It comes next on"))
    for at, left_out in upcoming:
        moment = Markup("<s>{}</s>").format(zoned_words(at, turn.network.zone))
        yield _("{moment}: left out").format(moment=moment) if left_out else comes(turn, at)


def _options(turn: Turn, schedule: Schedule, upcoming: list[tuple[datetime, bool]]) -> Iterator[Option]:
    key = schedule.id
    if schedule.state == ScheduleState.PAUSED:
        yield Option(f"schedule:{key}:resume", _("Let it go on").unescape())
    elif schedule.next_at is not None:
        seconds = int(schedule.next_at.timestamp())
        if schedule.kind == ScheduleKind.TEXT:
            written = schedules.issue(turn.session, schedule, schedule.next_at)
            label = _("Write the next issue") if written is None else _("Open the next issue")
            yield Option(f"issue:{key}:{seconds}", label.unescape())
        yield Option(f"schedule:{key}:skip:{seconds}", _("Leave out {day}").format(day=_day(turn, schedule.next_at)))
        for at, left_out in upcoming:
            if left_out:
                label = _("Keep {day}").format(day=_day(turn, at))
                yield Option(f"schedule:{key}:unskip:{int(at.timestamp())}", label.unescape())
        yield Option(f"schedule:{key}:pause", _("Pause").unescape())
    if schedule.kind == ScheduleKind.TEXT:
        yield Option(f"schedule:{key}:end", _("End it").unescape())
    yield _to_list()


def _leave_out(turn: Turn, schedule: Schedule, at: datetime, *, out: bool) -> None:
    zone = turn.network.zone
    if at <= turn.now or not recurring.is_moment(schedule, zone, at):
        turn.preface(_("That moment is over already."))
    elif out and schedules.is_leaving(turn.session, schedule, at):
        turn.preface(_("This issue is on its way out. Write {command} to take it back.").format(
            command=typed("broadcasts", turn.capabilities)))  # fmt: skip
    else:
        change = schedules.skip if out else schedules.unskip
        change(turn.session, schedule, at, turn.member, zone, turn.now)


def _ask_end(turn: Turn, schedule: Schedule) -> None:
    sure = _("End “{title}”? It cannot be taken up again; to stop it for a while, pause it.")
    options = [
        Option(f"schedule:{schedule.id}:end_now", _("Yes, end it").unescape()),
        Option(f"schedule:{schedule.id}", _("Keep it").unescape()),
    ]
    turn.say(sure.format(title=schedule.title), options, edit=True)


def _day(turn: Turn, at: datetime) -> str:
    return short_date(at.astimezone(turn.network.zone).date())


def _to_list() -> Option:
    return Option("schedules", _("All schedules").unescape())


def _command(turn: Turn) -> Markup:
    return typed("schedules", turn.capabilities)
