"""Events, for members: what is coming, whether they come, the calendar, the door, what suits them, how it was."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.events import calendar, door, feedback, finding, lists, rsvp, times

router = Router()
router.include(*(room.router for room in (finding, calendar, times, door, feedback, lists, rsvp)))
