"""/schedules: the newsletters that come every week or month, and those whose text is wanted now."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import rights
from bot.actions.menu import word_of
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.schedules.page import called, comes, rule_words
from bot.turn import Turn
from storage.schedules import Run, RunState, Schedule, live_schedules

router = Router()

LISTED: Final = 20


@router.command("schedules", words=(word_of("schedules"),), allowed=rights.writes)
def show_list(turn: Turn) -> None:
    mine = None if rights.runs(turn) else turn.member.id
    listed = live_schedules(turn.session, mine)[-LISTED:]
    heading = _("Newsletters on a schedule")
    lines = [Markup("<b>{}</b>").format(heading), *(_line(turn, schedule) for schedule in listed)]
    if not listed:
        lines.append(_("There are none yet. One that comes every week or month asks you for its text a day ahead."))
    wanted = [option for schedule in listed for option in _wanted(turn, schedule)]
    pages = [Option(f"schedule:{schedule.id}", called(schedule)) for schedule in listed]
    new = Option("schedule_new", _("New schedule").unescape())
    turn.say(Markup("\n\n").join(lines), [*wanted, *pages, new])


@router.button("schedules", allowed=rights.writes)
def show_list_from_menu(turn: Turn, *_rest: str) -> None:
    show_list(turn)


def _line(turn: Turn, schedule: Schedule) -> Markup:
    state = _("Paused.")
    if schedule.next_at is not None:
        state = _("Next: {moment}").format(moment=comes(turn, schedule.next_at))
    return Markup("{}\n{}\n{}").format(called(schedule), rule_words(schedule), state)


def _wanted(turn: Turn, schedule: Schedule) -> list[Option]:
    """The way to write the issue that was asked for, if it is one's own to write."""
    run = turn.session.get(Run, (schedule.id, schedule.next_at)) if schedule.next_at else None
    if run is None or run.state != RunState.ASKED:
        return []
    label = _("Write: {title}").format(title=schedule.title)
    return [Option(f"issue:{schedule.id}:{int(run.at.timestamp())}", label.unescape())]
