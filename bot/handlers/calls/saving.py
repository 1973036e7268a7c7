"""Save: a call is found again, and reminds before its deadline."""

from __future__ import annotations

from datetime import datetime

from bot.actions import saving, standing
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.reminding import call_reminders
from bot.core.i18n import _
from bot.core.locale import listing, short_date
from bot.core.router import Router
from bot.handlers.calls.finding import find, names_number, to_list
from bot.turn import Turn
from storage.calls import Call

router = Router()


@router.words(*in_every_language(standing.SAVE), rest=names_number)
def save_by_word(turn: Turn) -> None:
    save(turn, turn.payload)


@router.button("save")
def save(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is None:
        return
    saved = _("Saved: “{title}”.")
    if not saving.save(turn.session, call, turn.member, turn.now):
        saved = _("You saved “{title}” already.")
    turn.preface(saved.format(title=read(call, turn.language).title))
    turn.say(_reminders(turn, call), [standing.remind(call.id), standing.let_go(call.id), to_list()])


@router.words(*in_every_language(standing.LET_GO), rest=names_number)
def let_go_by_word(turn: Turn) -> None:
    let_go(turn, turn.payload)


@router.button("let_go")
def let_go(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is None:
        return
    saving.let_go(turn.session, call, turn.member)
    gone = _("“{title}” is not among your saved calls any more, and I do not remind you of it.")
    turn.say(gone.format(title=read(call, turn.language).title), [standing.save(call.id), to_list()])


def _reminders(turn: Turn, call: Call) -> str:
    """When it reminds by itself."""
    zone = turn.network.zone
    days: list[datetime] = [due for due in call_reminders(call.deadline, zone).values() if due > turn.now]
    if call.deadline is None:
        return _("It has no deadline, so I remind you only if you tell me when.")
    if not days:
        return _("Its deadline is near: {day}.").format(day=short_date(call.deadline.astimezone(zone).date()))
    return _("I will remind you of its deadline on {days}.").format(
        days=listing([short_date(day.astimezone(zone).date()) for day in days])
    )
