"""Events, for those who hold them."""

from __future__ import annotations

from bot.actions import events
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.events import attendance, changes, desk, lists, pages, people, sheet, times
from storage.events import EventState

router = Router()
router.include(*(room.router for room in (sheet, changes, people, attendance, times, lists)))
drafts.PAGES.update({events.EVENT: pages.PAGES.of_publication, events.TIME: times.of_question})
pages.PAGES.by_state.update(
    {
        EventState.DRAFT: sheet.show,
        EventState.CHOOSING: times.show_result,
        EventState.OPEN: desk.show,
        EventState.OVER: desk.show,
        EventState.CANCELLED: desk.show,
    }
)
