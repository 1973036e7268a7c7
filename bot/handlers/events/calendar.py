"""An event for one's own calendar, as a file that every phone opens."""

from __future__ import annotations

from bot.actions import calendars
from bot.actions.localized import read
from bot.core.i18n import _
from bot.core.router import Router
from bot.handlers.events.finding import back, find
from bot.turn import Turn

router = Router()


@router.button("calendar")
def hand_out(turn: Turn, key: str) -> None:
    event = find(turn, key)
    if event is None:
        return
    if not calendars.has_one(event):
        turn.say(_("There is nothing to write into a calendar: the event does not take place, or is over."), [back()])
        return
    file = calendars.hand_out(turn.session, event, turn.member, turn.network, turn.files, turn.now)
    said = _("Open this file, and “{title}” stands in your calendar. If the event moves, you get a new one.")
    turn.say(said.format(title=read(event, turn.language).title), attachment=file)
